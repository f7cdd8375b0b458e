// SPDX-License-Identifier: MIT
#include "transport/addressrace.h"

#include <QtCore/qcoreevent.h>
#include <QtNetwork/qabstractsocket.h>
#include <QtNetwork/qhostinfo.h>

#include <algorithm>
#include <utility>

namespace QRepod {

namespace {

// How long an address may be silent before the next is tried, in milliseconds: RFC 8305, section 5.
constexpr int attemptDelay = 250;

} // namespace

AddressRace::AddressRace(User &user)
    : m_user(user)
{
}

AddressRace::~AddressRace()
{
    stop();
}

void AddressRace::start(const QString &host)
{
    const QHostAddress address(host);
    if (!address.isNull())
        return run({address});
    // By name: a lambda would run in the current thread even if this is moved to another meanwhile.
    m_lookup = QHostInfo::lookupHost(host, this, SLOT(handleLookup(QHostInfo)));
}

void AddressRace::handleLookup(const QHostInfo &found)
{
    m_lookup = -1;
    if (found.error() == QHostInfo::NoError && !found.addresses().isEmpty())
        run(inTurns(found.addresses()));
    else
        lose(found.error() == QHostInfo::NoError ? QStringLiteral("Host not found")
                                                 : found.errorString());
}

void AddressRace::stop()
{
    if (m_lookup != -1)
        QHostInfo::abortHostLookup(std::exchange(m_lookup, -1));
    m_timer.stop();
    m_addresses.clear();
    const QList<QAbstractSocket *> sockets = std::exchange(m_sockets, {});
    for (QAbstractSocket *socket : sockets) {
        socket->disconnect(this);
        socket->abort();
        socket->deleteLater(); // it may be the caller
    }
}

QList<QHostAddress> AddressRace::inTurns(const QList<QHostAddress> &addresses)
{
    QList<QHostAddress> first;
    QList<QHostAddress> second;
    for (const QHostAddress &address : addresses) {
        const bool isFirstKind = address.protocol() == addresses.constFirst().protocol();
        (isFirstKind ? first : second).append(address);
    }
    QList<QHostAddress> turns;
    for (qsizetype i = 0; i < std::max(first.size(), second.size()); ++i)
        turns << first.mid(i, 1) << second.mid(i, 1);
    return turns;
}

void AddressRace::run(const QList<QHostAddress> &addresses)
{
    m_addresses = addresses;
    m_failures.clear();
    tryNext();
}

void AddressRace::tryNext()
{
    const QHostAddress address = m_addresses.takeFirst();
    if (m_addresses.isEmpty())
        m_timer.stop();
    else
        m_timer.start(attemptDelay, this);
    QAbstractSocket *const socket = m_user.makeSocket();
    m_sockets.append(socket);
    QObject::connect(socket, &QAbstractSocket::connected, this, [this, socket] { win(socket); });
    QObject::connect(socket, &QAbstractSocket::errorOccurred, this, [this, socket, address] {
        fail(socket, {address, socket->errorString()});
    });
    m_user.connectSocket(socket, address.toString());
}

void AddressRace::timerEvent(QTimerEvent *)
{
    tryNext();
}

void AddressRace::win(QAbstractSocket *socket)
{
    socket->disconnect(this);
    m_sockets.removeOne(socket);
    stop();
    m_user.raceWon(socket);
}

void AddressRace::fail(QAbstractSocket *socket, const Failure &failure)
{
    socket->disconnect(this);
    m_sockets.removeOne(socket);
    socket->deleteLater();
    m_failures.append(failure);
    if (!m_addresses.isEmpty())
        tryNext();
    else if (m_sockets.isEmpty())
        lose(reason());
}

void AddressRace::lose(const QString &reason)
{
    stop();
    m_user.raceLost(reason);
}

//! Sums up all failures: one text, unless they differ.
QString AddressRace::reason() const
{
    QString first = m_failures.constFirst().reason;
    const bool isOne = std::all_of(m_failures.cbegin(), m_failures.cend(),
                                   [&](const Failure &failure) { return failure.reason == first; });
    if (isOne)
        return first;
    QStringList reasons;
    for (const Failure &failure : m_failures)
        reasons.append(failure.address.toString() + QLatin1String(": ") + failure.reason);
    return reasons.join(QLatin1String("; "));
}

} // namespace QRepod
