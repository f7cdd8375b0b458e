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

//! Connects to the first address of a host that answers, as RFC 8305 has it.
///
/// Addresses of IPv6 and IPv4 take turns. Each has a quarter of a second before the next is tried
/// beside it, and none once it has failed. How long all of it may take is the user's matter.
///
/// Used in the thread where it lives, and may be moved to another. It is not destroyed from inside
/// of a call to its user. It is a seam: the component Cluster and repodcat use it, too.
class QREPOD_EXPORT AddressRace final : public QObject
{
    Q_OBJECT

public:
    class User
    {
    public:
        //! A socket that does not connect yet. It may have a parent.
        virtual QAbstractSocket *makeSocket() = 0;

        //! \a socket is to connect to \a address, which is none that has to be looked up.
        virtual void connectSocket(QAbstractSocket *socket, const QString &address) = 0;

        //! \a socket is connected, and the user's from now on. The others are gone.
        virtual void raceWon(QAbstractSocket *socket) = 0;

        //! There is no address to be connected to. All sockets are gone.
        virtual void raceLost(const QString &reason) = 0;

    protected:
        ~User() = default;
    };

    explicit AddressRace(User &user);
    ~AddressRace() override;

    //! Looks \a host up, unless it is an address.
    void start(const QString &host);

    //! The user is not called any more.
    void stop();

    //! \a addresses in the order in which they are tried: the kinds take turns, beginning with that
    //! of the first.
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
    QList<QHostAddress> m_addresses; // that have not been tried
    QList<QAbstractSocket *> m_sockets;
    QList<Failure> m_failures;
    QBasicTimer m_timer; // until the next is tried
    int m_lookup = -1;   // Qt's number, while it lasts
};

} // namespace QRepod
