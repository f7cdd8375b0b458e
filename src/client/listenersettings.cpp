// SPDX-License-Identifier: MIT
// A listener's times, limits and reconnecting.

#include "client/connectionlistenerprivate.h"

namespace QRepod {

bool ConnectionListener::reconnect() const
{
    return d->reconnect;
}

void ConnectionListener::setReconnect(bool enabled)
{
    d->changeOwn(d->reconnect, enabled);
    if (!enabled && d->state == State::Reconnecting)
        d->stopReconnecting();
}

int ConnectionListener::reconnectInterval() const
{
    return d->backoff.interval;
}

void ConnectionListener::setReconnectInterval(int milliseconds)
{
    d->changeOwn(d->backoff.interval, milliseconds);
}

int ConnectionListener::maximumReconnectInterval() const
{
    return d->backoff.maximumInterval;
}

void ConnectionListener::setMaximumReconnectInterval(int milliseconds)
{
    d->changeOwn(d->backoff.maximumInterval, milliseconds);
}

int ConnectionListener::maximumReconnectAttempts() const
{
    return d->backoff.maximumAttempts;
}

void ConnectionListener::setMaximumReconnectAttempts(int attempts)
{
    d->changeOwn(d->backoff.maximumAttempts, attempts);
}

int ConnectionListener::reconnectAttempt() const
{
    return d->backoff.attempt();
}

int ConnectionListener::reconnectDelay() const
{
    return d->backoff.delay();
}

int ConnectionListener::heartbeatInterval() const
{
    return d->settings.snapshot().heartbeatInterval;
}

void ConnectionListener::setHeartbeatInterval(int milliseconds)
{
    d->change(&ConnectionSettings::heartbeatInterval, milliseconds);
}

int ConnectionListener::idleTimeout() const
{
    return d->settings.snapshot().idleTimeout;
}

void ConnectionListener::setIdleTimeout(int milliseconds)
{
    d->change(&ConnectionSettings::idleTimeout, milliseconds);
}

int ConnectionListener::frameTimeout() const
{
    return d->settings.snapshot().frameTimeout;
}

void ConnectionListener::setFrameTimeout(int milliseconds)
{
    d->change(&ConnectionSettings::frameTimeout, milliseconds);
}

#if QT_CONFIG(ssl)
QSslConfiguration ConnectionListener::sslConfiguration() const
{
    return d->settings.snapshot().sslConfiguration();
}

void ConnectionListener::setSslConfiguration(const QSslConfiguration &configuration)
{
    d->settings.update(
        [&](ConnectionSettings &settings) { settings.setSslConfiguration(configuration); });
}
#endif

QString ConnectionListener::peerVerifyName() const
{
    return d->settings.snapshot().peerVerifyName;
}

void ConnectionListener::setPeerVerifyName(const QString &name)
{
    d->change(&ConnectionSettings::peerVerifyName, name);
}

int ConnectionListener::connectTimeout() const
{
    return d->settings.snapshot().connectTimeout;
}

void ConnectionListener::setConnectTimeout(int milliseconds)
{
    d->change(&ConnectionSettings::connectTimeout, milliseconds);
}

int ConnectionListener::closeTimeout() const
{
    return d->settings.snapshot().closeTimeout;
}

void ConnectionListener::setCloseTimeout(int milliseconds)
{
    d->change(&ConnectionSettings::closeTimeout, milliseconds);
}

qint64 ConnectionListener::maximumFrameSize() const
{
    return d->settings.snapshot().message.frameSize;
}

void ConnectionListener::setMaximumFrameSize(qint64 bytes)
{
    d->change(&MessageLimits::frameSize, bytes);
}

int ConnectionListener::maximumDepth() const
{
    return d->settings.snapshot().message.depth;
}

void ConnectionListener::setMaximumDepth(int levels)
{
    d->change(&MessageLimits::depth, levels);
}

int ConnectionListener::maximumValues() const
{
    return d->settings.snapshot().message.values;
}

void ConnectionListener::setMaximumValues(int values)
{
    d->change(&MessageLimits::values, values);
}

qint64 ConnectionListener::maximumReceiveBacklog() const
{
    return d->settings.snapshot().receiveBacklog;
}

void ConnectionListener::setMaximumReceiveBacklog(qint64 bytes)
{
    d->change(&ConnectionSettings::receiveBacklog, bytes);
}

qint64 ConnectionListener::maximumSendBacklog() const
{
    return d->settings.snapshot().sendBacklog;
}

void ConnectionListener::setMaximumSendBacklog(qint64 bytes)
{
    d->change(&ConnectionSettings::sendBacklog, bytes);
}

} // namespace QRepod
