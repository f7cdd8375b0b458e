// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_monitor_global.h>

#include <QtCore/qobject.h>
#include <QtCore/qstring.h>

#include <memory>

namespace QRepod {

class Server;

//! Shows by HTTP what a server does: to Prometheus, to a load balancer, and to people.
///
/// - `/metrics`: Server::metrics().
/// - `/health`: 200 and `ok` while the server listens, 503 while it does not.
/// - `/`: a page for people, with plots of the last minutes.
///
/// It only reads. Whoever reaches the port sees everything, so let it listen on 127.0.0.1 or in a
/// network of your own.
///
/// \code
/// QRepod::MetricsPage page(&server);
/// page.listen("127.0.0.1", 9100);
/// \endcode
///
/// The component Monitor has it: `find_package(QRepod COMPONENTS Monitor)`, `QRepod::Monitor`. It
/// works in the thread that it lives in, which may be another than the server's; a request waits
/// for that.
class QREPOD_MONITOR_EXPORT MetricsPage : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(MetricsPage)

public:
    class Private; ///< the library's own part

    //! \a server may be deleted first; there is nothing to see then.
    explicit MetricsPage(Server *server, QObject *parent = nullptr);

    //! Closes the page.
    ~MetricsPage() override;

    //! Listens on \a host: an address, "localhost", or "" for every address of this machine. Port 0
    //! lets the system pick one.
    ///
    /// \return false if that is not possible, and then errorString() says why.
    bool listen(const QString &host = QStringLiteral("127.0.0.1"), int port = 9100);

    QString errorString() const;

    //! The port it listens on; 0 while it does not.
    quint16 port() const;

    void close();

private:
    std::unique_ptr<Private> d;
};

} // namespace QRepod
