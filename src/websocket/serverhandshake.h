// SPDX-License-Identifier: MIT
#pragma once

#include "transport/httprequest.h"
#include "websocket/handshake.h"
#include "websocket/httphead.h"

#include <QtCore/qstringlist.h>

#include <memory>

namespace QRepod {

//! Whom a gate lets in.
struct Admission
{
    QStringList origins; ///< besides the gate's own host, normalized; "*": every one
    QStringList proxies; ///< whose X-Forwarded-For is believed: addresses, subnets
};

//! Reads a client's request and lets it in, or tells it in HTTP why not.
class ServerHandshake final : public Handshake
{
public:
    //! What the client asked for is left in \a request.
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
