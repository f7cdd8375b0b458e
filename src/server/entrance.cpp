// SPDX-License-Identifier: MIT
#include "server/entrance.h"

#include "server/serverprivate.h"
#include "transport/streams.h"

namespace QRepod {

Entrance::Entrance(Server *server, Arrive arrive, std::function<void()> closed)
    : m_server(server)
    , m_arrive(std::move(arrive))
    , m_closed(std::move(closed))
{
}

Entrance::~Entrance()
{
    close();
}

QString Entrance::listen(const QString &host, int port)
{
    if (!m_server)
        return QStringLiteral("the server is gone");
    Server::Private *const server = Server::Private::get(m_server);
    QString error;
    server->runInWorkingThread([&] {
        if (m_acceptor) {
            error = QStringLiteral("it is already listening");
            return;
        }
        auto acceptor = server->makeAcceptor(
            [this](qintptr descriptor, const QString &peer) { accept(descriptor, peer); });
        error = server->listen(*acceptor, host, port);
        if (!error.isEmpty())
            return;
        m_port = acceptor->port();
        m_acceptor = std::move(acceptor);
        server->entrances.append(this);
    });
    return error;
}

void Entrance::accept(qintptr descriptor, const QString &peer)
{
    Server::Private *const server = Server::Private::get(m_server);
    const ServerSettings settings = server->settings.snapshot();
    Arrival arrival = m_arrive(acceptedStream(descriptor, peer, settings), settings);
    server->accept(std::move(arrival.stream), std::move(arrival.request));
}

void Entrance::close()
{
    if (!m_server)
        return;
    Server::Private *const server = Server::Private::get(m_server);
    server->runInWorkingThread([&] {
        server->entrances.removeOne(this);
        stop();
        server->noteListening();
    });
}

//! Stops listening. In the working thread.
void Entrance::stop()
{
    m_port = 0;
    if (!m_acceptor)
        return;
    m_acceptor->close();
    m_acceptor.release()->deleteLater(); // it may be the caller
}

//! Closes each entrance and tells its owner, whose code may do anything.
void Server::Private::closeEntrances()
{
    while (!entrances.isEmpty()) {
        Entrance *const entrance = entrances.takeLast();
        entrance->stop();
        entrance->m_closed();
    }
    noteListening();
}

void Server::Private::noteListening()
{
    if (port == 0 && entrances.isEmpty())
        threadsInUse = -1;
}

} // namespace QRepod
