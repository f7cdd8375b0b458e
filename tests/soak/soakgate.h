// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QtGlobal>

#include <memory>

namespace QRepod {
class Server;
class WebSocketGate;
} // namespace QRepod

//! Lets WebSocket clients into a server. If the component is not built, there is no gate and the
//! program ends.
class SoakGate
{
public:
    //! For \a server; nullptr if there are no such clients. Port 0 lets the system pick one.
    explicit SoakGate(QRepod::Server *server, int port = 0);
    ~SoakGate();

    static bool isBuilt();

    quint16 port() const;

private:
    Q_DISABLE_COPY_MOVE(SoakGate)
    std::unique_ptr<QRepod::WebSocketGate> m_gate;
};
