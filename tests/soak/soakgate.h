// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QtGlobal>

#include <memory>

namespace QRepod {
class Server;
class WebSocketGate;
} // namespace QRepod

//! The way into a server for the clients that come by WebSocket. Where the component is not built,
//! there is none: the program ends.
class SoakGate
{
public:
    //! Of \a server; nullptr if there are no such clients. Port 0: the system picks one.
    explicit SoakGate(QRepod::Server *server, int port = 0);
    ~SoakGate();

    static bool isBuilt();

    quint16 port() const;

private:
    Q_DISABLE_COPY_MOVE(SoakGate)
    std::unique_ptr<QRepod::WebSocketGate> m_gate;
};
