// SPDX-License-Identifier: MIT
#include "transport/connectiongroup.h"

#include <utility>

namespace QRepod {

namespace {

// Each takes a descriptor for as long as its peer likes, up to closeTimeout.
constexpr int maximumRefused = 64;

} // namespace

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

void ConnectionGroup::moveTo(QThread *thread)
{
    setParent(nullptr); // a child cannot move on its own
    m_deadlines.stop(); // once the application is gone, Qt does not tell them of the move
    moveToThread(thread);
}

Connection *ConnectionGroup::open(const Link &link, const ConnectionSettings &settings,
                                  std::unique_ptr<Stream> stream, int delay)
{
    auto *connection = new Connection(*this, link, settings, std::move(stream));
    m_connections.insert(connection);
    connection->open(delay);
    return connection;
}

void ConnectionGroup::refuse(const ConnectionSettings &settings, std::unique_ptr<Stream> stream,
                             const QByteArray &frame)
{
    if (m_refused >= maximumRefused)
        return; // which closes the stream
    ++m_refused;
    const Link link = Link::create({}, settings);
    auto *connection = new Connection(*this, link, settings, std::move(stream));
    m_connections.insert(connection);
    connection->refuse(frame);
}

void ConnectionGroup::retire(Connection *connection)
{
    m_connections.erase(connection);
    m_refused -= connection->isRefused();
    m_retired.emplace_back(connection);
    m_waker.wake(this);
}

void ConnectionGroup::handleWake()
{
    m_retired.clear();
    if (!m_whenClosed || !isEmpty())
        return;
    m_deadlines.stop(); // what remains is destroyed in another thread
    m_whenClosed();
}

void ConnectionGroup::close(CloseBounds bounds, std::function<void()> done)
{
    m_whenClosed = std::move(done);
    const auto connections = m_connections; // closing may retire some of them
    for (Connection *connection : connections)
        connection->close(bounds);
    m_waker.wake(this);
}

void ConnectionGroup::closeNow(int milliseconds)
{
    const QDeadlineTimer deadline(milliseconds);
    const auto connections = m_connections;
    for (Connection *connection : connections) // all, before waiting for the first
        connection->close({milliseconds, milliseconds});
    for (Connection *connection : connections)
        connection->closeNow(deadline);
    m_deadlines.stop();
}

} // namespace QRepod
