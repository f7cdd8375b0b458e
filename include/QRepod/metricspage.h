// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_monitor_global.h>

#include <QtCore/qobject.h>
#include <QtCore/qstring.h>

#include <memory>

namespace QRepod {

class Server;

//! Shows over HTTP what a server does: to Prometheus, to a load balancer, and to people.
///
/// - `/metrics`: Server::metrics().
/// - `/health`: 200 and `ok` while the server listens, 503 while it does not.
/// - `/`: a page for people, with plots of the last minutes.
///
/// The page is read-only. Anyone who can reach the port sees everything, so let it listen on
/// 127.0.0.1 or in a network of your own.
///
/// \code
/// QRepod::MetricsPage page(&server);
/// page.listen("127.0.0.1", 9100);
/// \endcode
///
/// The class is in the component Monitor: `find_package(QRepod COMPONENTS Monitor)`,
/// `QRepod::Monitor`. It works in the thread it lives in, which need not be the server's; a request
/// waits for the server's thread.
class QREPOD_MONITOR_EXPORT MetricsPage : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(MetricsPage)

public:
    class Private; ///< the library's implementation

    //! Creates a page for \a server, which may be deleted first; then there is nothing to show.
    explicit MetricsPage(Server *server, QObject *parent = nullptr);

    //! Closes the page.
    ~MetricsPage() override;

    //! Listens on \a host: an address, "localhost", or "" for every address of this machine. Port 0
    //! lets the system pick a port.
    ///
    /// \return false on failure; errorString() says why.
    bool listen(const QString &host = QStringLiteral("127.0.0.1"), int port = 9100);

    QString errorString() const;

    //! The port the page listens on; 0 if it does not listen.
    quint16 port() const;

    void close();

private:
    std::unique_ptr<Private> d;
};

} // namespace QRepod
