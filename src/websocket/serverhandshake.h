// SPDX-License-Identifier: MIT
#pragma once

#include "transport/httprequest.h"
#include "websocket/handshake.h"
#include "websocket/httphead.h"

#include <QtCore/qstringlist.h>

#include <memory>

namespace QRepod {

//! Which clients a gate lets in.
struct Admission
{
    QStringList origins; ///< besides the gate's own host, normalized; "*" for all
    QStringList proxies; ///< addresses and subnets whose X-Forwarded-For is trusted
};

//! Reads a client's request, and lets it in or answers in HTTP why not.
class ServerHandshake final : public Handshake
{
public:
    //! Stores in \a request what the client asked for.
    ServerHandshake(const Admission &admission, const QString &peer, bool isEncrypted,
                    std::shared_ptr<HttpRequest> request);
    ~ServerHandshake() override;

    Role role() const override { return Role::Server; }
    State read(QByteArray &bytes) override;

private:
    State judge(const HttpHead &head);
    State refuse(const char *status, const QString &reason, const QByteArray &fields = {});
    State refuseEarly(QByteArrayView bytes);
    bool isOriginAllowed(const HttpHead &head) const;
    void note(const HttpHead &head, QByteArrayView target);
    void noteForwarded(const HttpHead &head);
    bool isProxy(const QString &address) const;
    void accept(const HttpHead &head);

    const Admission m_admission;
    const QString m_peer;
    const bool m_isEncrypted;
    const std::shared_ptr<HttpRequest> m_request;
};

} // namespace QRepod
