// SPDX-License-Identifier: MIT
#pragma once

#include "websocket/handshake.h"

#include <QtCore/qurl.h>

namespace QRepod {

//! Requests a WebSocket from a server and reads the answer.
class ClientHandshake final : public Handshake
{
public:
    //! \a url must have the scheme ws or wss.
    explicit ClientHandshake(const QUrl &url);
    ~ClientHandshake() override;

    Role role() const override { return Role::Client; }
    QByteArray greeting() override;
    State read(QByteArray &bytes) override;

private:
    const QUrl m_url;
    const QByteArray m_key;
};

} // namespace QRepod
