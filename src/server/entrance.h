// SPDX-License-Identifier: MIT
#pragma once

#include "transport/acceptor.h"
#include "transport/httprequest.h"
#include "transport/settings.h"
#include "transport/stream.h"

#include <QRepod/qrepod_global.h>
#include <QRepod/server.h>

#include <QtCore/qpointer.h>

#include <atomic>
#include <functional>
#include <memory>

namespace QRepod {

//! A further way into a server: the seam for components that bring other kinds of clients.
///
/// It has a listening socket of its own. Each connection becomes a channel like any other, once the
/// component has put a stream of its own on top of the accepted one. It closes with its server.
///
/// Its functions may be called from any thread, one at a time, while the server exists. Component
/// and library must come from the same build.
class QREPOD_EXPORT Entrance
{
public:
    struct Arrival
    {
        std::unique_ptr<Stream> stream;
        std::shared_ptr<const HttpRequest> request; ///< for the channel; complete once it is open
    };

    //! Both functions run in the server's working thread. \a arrive gets the client's settings.
    //! \a closed is called after the server has closed this.
    using Arrive =
        std::function<Arrival(std::unique_ptr<Stream> below, const ConnectionSettings &settings)>;
    Entrance(Server *server, Arrive arrive, std::function<void()> closed);

    //! Closes the entrance.
    ~Entrance();
    Q_DISABLE_COPY_MOVE(Entrance)

    //! \return why it cannot listen there; empty on success.
    QString listen(const QString &host, int port);

    //! Stops letting clients in; those that came in stay.
    void close();

    quint16 port() const { return m_port; }

private:
    friend class Server::Private;

    void accept(qintptr descriptor, const QString &peer);
    void stop();

    const QPointer<Server> m_server;
    const Arrive m_arrive;
    const std::function<void()> m_closed;
    std::atomic<quint16> m_port = 0;      // 0 if it does not listen
    std::unique_ptr<Acceptor> m_acceptor; // while it listens; belongs to the working thread
};

} // namespace QRepod
