// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>

#include <QtCore/qabstractitemmodel.h>

#include <memory>

namespace QRepod {

//! The servers on the local network, as a list for a view.
///
/// While it runs, it asks for servers over UDP, by broadcast and multicast, and lists those that
/// have called Server::announce(). A server that leaves three questions in a row unanswered is
/// removed. What a server says of itself may be false: show it as plain text.
///
/// \code
/// QRepod::ServerBrowser browser;
/// view.setModel(&browser);
/// browser.start();
/// \endcode
///
/// A browser lives in one thread, which must call all of its functions and needs an event loop.
class QREPOD_EXPORT ServerBrowser : public QAbstractListModel
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ServerBrowser)
    Q_PROPERTY(bool running READ isRunning WRITE setRunning NOTIFY runningChanged)
    Q_PROPERTY(int port READ port WRITE setPort NOTIFY portChanged)
    Q_PROPERTY(int interval READ interval WRITE setInterval NOTIFY intervalChanged)
    Q_PROPERTY(int count READ rowCount NOTIFY countChanged)

public:
    class Private; ///< the library's implementation

    enum Role {
        TitleRole = Qt::UserRole + 1, ///< `title`: the title passed to Server::announce()
        AddressRole,                  ///< `address`: `"host:port"`
        DataRole,                     ///< `data`: a QVariantMap
        RoundTripTimeRole,            ///< `roundTripTime`: from question to answer, in microseconds
    };
    Q_ENUM(Role)

    //! The most servers it lists, so that nobody can fill the memory.
    static constexpr int maximumCount = 256;

    explicit ServerBrowser(QObject *parent = nullptr);
    ~ServerBrowser() override;

    //! Whether the browser is looking for servers. Default: false.
    bool isRunning() const;
    void setRunning(bool running);

    //! Starts looking for servers. On failure, errorOccurred() says why.
    Q_INVOKABLE void start();

    //! Stops looking, and forgets the servers.
    Q_INVOKABLE void stop();

    //! The UDP port to ask on: Server::announcePort(). Default 5071.
    int port() const;
    void setPort(int port);

    //! The time between two questions, in milliseconds: 100 or more. Default 1,000.
    int interval() const;
    void setInterval(int milliseconds);

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = TitleRole) const override;
    QHash<int, QByteArray> roleNames() const override;

Q_SIGNALS:
    void runningChanged();
    void portChanged();
    void intervalChanged();
    void countChanged();
    void errorOccurred(const QString &error);

private:
    std::unique_ptr<Private> d;
};

} // namespace QRepod
