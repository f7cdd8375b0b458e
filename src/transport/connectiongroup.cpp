// SPDX-License-Identifier: MIT
#include "transport/connectiongroup.h"

#include <QtCore/qthread.h>

#include <utility>

namespace QRepod {

ConnectionGroup::ConnectionGroup(QObject *parent)
    : QObject(parent)
    , m_poller(Poller::create(this))
{
}

ConnectionGroup::~ConnectionGroup()
{
    for (Connection *connection : std::exchange(m_connections, {}))
        delete connection;
    m_retired.clear();
    m_waker.forget(this);
}

Connection *ConnectionGroup::open(const Link &link, const ConnectionSettings &settings,
                                  std::unique_ptr<Stream> stream, int delay)
{
    auto *connection = new Connection(*this, link, settings, std::move(stream));
    m_connections.insert(connection);
    connection->open(delay);
    return connection;
}

void ConnectionGroup::retire(Connection *connection)
{
    m_connections.erase(connection);
    m_retired.emplace_back(connection);
    m_waker.wake(this);
}

void ConnectionGroup::handleWake()
{
    m_retired.clear();
    if (!m_isEnding || !isEmpty())
        return;
    m_deadlines.pause(); // what is left is destroyed in another thread
    thread()->quit();
}

void ConnectionGroup::endThread(CloseBounds bounds)
{
    m_isEnding = true;
    const auto connections = m_connections; // closing may retire them
    for (Connection *connection : connections)
        connection->close(bounds);
    m_waker.wake(this);
}

} // namespace QRepod
