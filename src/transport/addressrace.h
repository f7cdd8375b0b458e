// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>

#include <QtCore/qbasictimer.h>
#include <QtCore/qlist.h>
#include <QtCore/qobject.h>
#include <QtCore/qstring.h>
#include <QtNetwork/qhostaddress.h>

QT_BEGIN_NAMESPACE
class QAbstractSocket;
class QHostInfo;
QT_END_NAMESPACE

namespace QRepod {

//! Connects to the first address of a host that answers, as in RFC 8305.
///
/// IPv6 and IPv4 addresses alternate. Each gets a quarter of a second before the next is tried in
/// parallel, and no more once it has failed. The user limits the total time.
///
/// Used in the thread it lives in, and may be moved to another. It must not be destroyed inside a
/// call to its user. This is a seam: the component Cluster and repodcat use it too.
class QREPOD_EXPORT AddressRace final : public QObject
{
    Q_OBJECT

public:
    class User
    {
    public:
        //! Returns a socket that is not connecting yet. It may have a parent.
        virtual QAbstractSocket *makeSocket() = 0;

        //! Connects \a socket to \a address, which needs no look-up.
        virtual void connectSocket(QAbstractSocket *socket, const QString &address) = 0;

        //! \a socket is connected, and belongs to the user now. The others are gone.
        virtual void raceWon(QAbstractSocket *socket) = 0;

        //! No address could be reached. All sockets are gone.
        virtual void raceLost(const QString &reason) = 0;

    protected:
        ~User() = default;
    };

    explicit AddressRace(User &user);
    ~AddressRace() override;

    //! Looks up \a host, unless it is an address.
    void start(const QString &host);

    //! Stops; the user is not called any more.
    void stop();

    //! Returns \a addresses in the order in which to try them: the families alternate, starting
    //! with the family of the first.
    static QList<QHostAddress> inTurns(const QList<QHostAddress> &addresses);

protected:
    void timerEvent(QTimerEvent *event) override;

private Q_SLOTS:
    void handleLookup(const QHostInfo &found);

private:
    struct Failure
    {
        QHostAddress address;
        QString reason;
    };

    void run(const QList<QHostAddress> &addresses);
    void tryNext();
    void win(QAbstractSocket *socket);
    void fail(QAbstractSocket *socket, const Failure &failure);
    void lose(const QString &reason);
    QString reason() const;

    User &m_user;
    QList<QHostAddress> m_addresses; // not tried yet
    QList<QAbstractSocket *> m_sockets;
    QList<Failure> m_failures;
    QBasicTimer m_timer; // until the next address is tried
    int m_lookup = -1;   // Qt's number while a look-up runs
};

} // namespace QRepod
