// SPDX-License-Identifier: MIT
// A server's times and limits. Any thread.

#include "server/serverprivate.h"

#include <QtCore/qloggingcategory.h>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(serverLog)

int Server::closeTimeout() const
{
    return d->settings.snapshot().closeTimeout;
}

void Server::setCloseTimeout(int milliseconds)
{
    d->change(&ServerSettings::closeTimeout, milliseconds);
}

int Server::heartbeatInterval() const
{
    return d->settings.snapshot().heartbeatInterval;
}

void Server::setHeartbeatInterval(int milliseconds)
{
    d->change(&ServerSettings::heartbeatInterval, milliseconds);
}

int Server::idleTimeout() const
{
    return d->settings.snapshot().idleTimeout;
}

void Server::setIdleTimeout(int milliseconds)
{
    d->change(&ServerSettings::idleTimeout, milliseconds);
}

int Server::frameTimeout() const
{
    return d->settings.snapshot().frameTimeout;
}

void Server::setFrameTimeout(int milliseconds)
{
    d->change(&ServerSettings::frameTimeout, milliseconds);
}

qint64 Server::maximumMemory() const
{
    return d->settings.snapshot().maximumMemory;
}

void Server::setMaximumMemory(qint64 bytes)
{
    d->change(&ServerSettings::maximumMemory, bytes);
}

int Server::stallTimeout() const
{
    return d->settings.snapshot().stallTimeout;
}

void Server::setStallTimeout(int milliseconds)
{
    d->change(&ServerSettings::stallTimeout, milliseconds);
}

#if QT_CONFIG(ssl)
QSslConfiguration Server::sslConfiguration() const
{
    return d->settings.snapshot().sslConfiguration();
}

void Server::setSslConfiguration(const QSslConfiguration &configuration)
{
    d->settings.update(
        [&](ServerSettings &settings) { settings.setSslConfiguration(configuration); });
}
#endif

int Server::handshakeTimeout() const
{
    return d->settings.snapshot().connectTimeout;
}

void Server::setHandshakeTimeout(int milliseconds)
{
    d->change(&ServerSettings::connectTimeout, milliseconds);
}
QStringList Server::guestActions() const
{
    return d->settings.snapshot().guestActions;
}

void Server::setGuestActions(const QStringList &actions)
{
    d->change(&ServerSettings::guestActions, actions);
}

int Server::maximumMessageRate() const
{
    return d->settings.snapshot().messageRate;
}

void Server::setMaximumMessageRate(int perSecond)
{
    d->change(&ServerSettings::messageRate, perSecond);
}

int Server::sessionTimeout() const
{
    return d->settings.snapshot().sessionTimeout;
}

void Server::setSessionTimeout(int milliseconds)
{
    d->change(&ServerSettings::sessionTimeout, milliseconds);
}

int Server::maximumConnections() const
{
    return d->settings.snapshot().maximumConnections;
}

void Server::setMaximumConnections(int connections)
{
    d->change(&ServerSettings::maximumConnections, connections);
}

qint64 Server::maximumFrameSize() const
{
    return d->settings.snapshot().message.frameSize;
}

void Server::setMaximumFrameSize(qint64 bytes)
{
    d->change(&MessageLimits::frameSize, bytes);
}

int Server::maximumDepth() const
{
    return d->settings.snapshot().message.depth;
}

void Server::setMaximumDepth(int levels)
{
    d->change(&MessageLimits::depth, levels);
}

int Server::maximumValues() const
{
    return d->settings.snapshot().message.values;
}

void Server::setMaximumValues(int values)
{
    d->change(&MessageLimits::values, values);
}

qint64 Server::maximumReceiveBacklog() const
{
    return d->settings.snapshot().receiveBacklog;
}

void Server::setMaximumReceiveBacklog(qint64 bytes)
{
    d->change(&ServerSettings::receiveBacklog, bytes);
}

qint64 Server::maximumSendBacklog() const
{
    return d->settings.snapshot().sendBacklog;
}

void Server::setMaximumSendBacklog(qint64 bytes)
{
    d->change(&ServerSettings::sendBacklog, bytes);
}

int Server::threads() const
{
    return d->settings.snapshot().threads;
}

void Server::setThreads(int threads)
{
    if (!hasThreads && threads > 0) {
        qCWarning(serverLog, "setThreads() has no effect: this library was built without threads");
        return;
    }
    d->change(&ServerSettings::threads, threads);
    const int inUse = d->threadsInUse;
    if (inUse >= 0 && this->threads() != inUse)
        qCWarning(
            serverLog,
            "setThreads(%d): the server listens already, with %d; it takes effect at the next "
            "listen()",
            threads, inUse);
}

} // namespace QRepod
