// SPDX-License-Identifier: MIT
#include "soak/soakgate.h"

#ifdef QREPOD_SOAK_GATE

#    include <QRepod/Server>
#    include <QRepod/WebSocketGate>

SoakGate::SoakGate(QRepod::Server *server, int port)
{
    if (!server)
        return;
    m_gate = std::make_unique<QRepod::WebSocketGate>(server);
    if (!m_gate->listen("127.0.0.1", port))
        qFatal("%s", qPrintable(m_gate->errorString()));
}

SoakGate::~SoakGate() = default;

bool SoakGate::isBuilt()
{
    return true;
}

quint16 SoakGate::port() const
{
    return m_gate ? m_gate->port() : 0;
}

#else

namespace QRepod {
class WebSocketGate
{
};
} // namespace QRepod

SoakGate::SoakGate(QRepod::Server *server, int)
{
    if (server)
        qFatal("This was built without WebSocket.");
}

SoakGate::~SoakGate() = default;

bool SoakGate::isBuilt()
{
    return false;
}

quint16 SoakGate::port() const
{
    return 0;
}

#endif
