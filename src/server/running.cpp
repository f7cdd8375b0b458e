// SPDX-License-Identifier: MIT
// What the operator of a server needs: metrics, discovery, and a cluster.

#include "server/metricstext.h"
#include "server/roomprivate.h"
#include "server/serverprivate.h"
#include "transport/address.h"

#include <QtCore/qloggingcategory.h>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(serverLog)

bool Server::Private::announce(const QString &title, const QVariantMap &data)
{
    if (!isPort(announcePort))
        return failToListen(QStringLiteral("UDP port %1: a port is a number from 0 to 65535")
                                .arg(announcePort.load()));
    const auto endpoint = [this] { return std::pair(m_acceptor->address(), port.load()); };
    auto candidate = announcer ? std::move(announcer) : std::make_unique<Announcer>(endpoint, q);
    const bool isRunning = candidate->isRunning();
    const QString error = candidate->start(title, data, quint16(announcePort.load()));
    if (error.isEmpty() || isRunning)
        announcer = std::move(candidate);
    if (!error.isEmpty())
        return failToListen(QLatin1String("the server cannot be announced: ") + error);
    isAnnounced = true;
    changeAnnouncePort(announcer->port());
    return true;
}

QString Server::Private::writeMetrics()
{
    received.flush();
    using Kind = MetricsText::Kind;
    const QList<Channel *> members = everyone->channels();
    QList<Statistics> present;
    present.reserve(m_owned.size());
    for (const Channel *channel : m_owned)
        present.append(channel->statistics());
    const auto guests = std::count_if(m_owned.cbegin(), m_owned.cend(),
                                      [](const Channel *channel) { return channel->isGuest(); });
    MetricsText text;
    text.single(QStringLiteral("qrepod_clients"), Kind::Gauge,
                QStringLiteral("Clients that have joined."), qint64(members.size()));
    text.single(QStringLiteral("qrepod_guests"), Kind::Gauge,
                QStringLiteral("Clients that have not been admitted yet."), qint64(guests));
    text.single(QStringLiteral("qrepod_rooms"), Kind::Gauge, QStringLiteral("Rooms that are open."),
                qint64(rooms.all().size()));
    metrics.write(text, present);
    if (m_cluster)
        m_cluster->writeMetrics(text);
    return text.text();
}

bool Server::Private::setCluster(const ClusterSeam *before, ClusterSeam *after)
{
    const std::lock_guard lock(m_clusterMutex);
    if (m_cluster != before)
        return false;
    m_cluster = after;
    return true;
}

void Server::Private::publish(const QString &room, const EncodedMessage &message, SendMode mode)
{
    const std::lock_guard lock(m_clusterMutex);
    if (m_cluster)
        m_cluster->publish(room, message.action(), message.frame(), mode);
}

void Server::Private::publishState(const QString &room, const StateNews &news)
{
    if (m_cluster)
        m_cluster->publishState(room, news);
}

QString Server::metrics() const
{
    QString text;
    d->runInWorkingThread([&] { text = d->writeMetrics(); });
    return text;
}

bool Server::announce(const QString &title, const QVariantMap &data)
{
    bool isAnnounced = false;
    d->runInWorkingThread([&] { isAnnounced = d->announce(title, data); });
    return isAnnounced;
}

void Server::stopAnnouncing()
{
    d->runInWorkingThread([this] {
        d->announcer.reset();
        d->isAnnounced = false;
    });
}

int Server::announcePort() const
{
    return d->announcePort;
}

void Server::setAnnouncePort(int port)
{
    if (d->isAnnounced && port != d->announcePort)
        qCWarning(
            serverLog,
            "setAnnouncePort(%d): the server is announced already; it takes effect at the next "
            "announce()",
            port);
    d->changeAnnouncePort(port);
}

void Server::Private::changeAnnouncePort(int newPort)
{
    if (announcePort.exchange(newPort) != newPort)
        Q_EMIT q->settingsChanged();
}

} // namespace QRepod
