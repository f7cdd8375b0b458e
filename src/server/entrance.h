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

//! A further way into a server: the seam for components that bring clients of another kind.
///
/// It listens for itself. Whoever connects becomes a channel like any other, once a stream of the
/// component's own has been put on top of the accepted one. It closes with its server.
///
/// Its functions may be called from any thread, one at a time, while the server exists. A component
/// and the library belong to the same build.
class QREPOD_EXPORT Entrance
{
public:
    struct Arrival
    {
        std::unique_ptr<Stream> stream;
        std::shared_ptr<const HttpRequest> request; ///< for the channel; complete once it is open
    };

    //! Both run in the server's working thread. \a arrive has the settings of the client; \a closed
    //! comes when the server has closed this.
    using Arrive =
        std::function<Arrival(std::unique_ptr<Stream> below, const ConnectionSettings &settings)>;
    Entrance(Server *server, Arrive arrive, std::function<void()> closed);

    //! Closes it.
    ~Entrance();
    Q_DISABLE_COPY_MOVE(Entrance)

    //! \return why it cannot listen there; empty if it does.
    QString listen(const QString &host, int port);

    //! Nobody comes in any more; who has stays.
    void close();

    quint16 port() const { return m_port; }

private:
    friend class Server::Private;

    void accept(qintptr descriptor, const QString &peer);
    void stop();

    const QPointer<Server> m_server;
    const Arrive m_arrive;
    const std::function<void()> m_closed;
    std::atomic<quint16> m_port = 0;      // 0 while it does not listen
    std::unique_ptr<Acceptor> m_acceptor; // while it listens; belongs to the working thread
};

} // namespace QRepod
