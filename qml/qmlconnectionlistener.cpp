// SPDX-License-Identifier: MIT
#include "qmlconnectionlistener.h"

#include "javascript.h"
#include "port.h"

#include <QRepod/Client>

#include <QtQml/qjsengine.h>

#include <utility>

namespace QRepod {

QmlConnectionListener::QmlConnectionListener(QObject *parent)
    : ConnectionListener(parent)
    , m_fallback(this)
{
    setAutoPump(true);
    QObject::connect(this, &ConnectionListener::errorOccurred, this, [this](const QString &error) {
        setErrorString(error);
        Q_EMIT errorOccurred(error);
    });
    QObject::connect(this, &ConnectionListener::connected, this, [this] { setErrorString({}); });
    QObject::connect(this, &ConnectionListener::stateChanged, this,
                     &QmlConnectionListener::followState);
    QObject::connect(&m_statisticsTimer, &QTimer::timeout, this,
                     &QmlConnectionListener::statisticsChanged);
    QObject::connect(&m_handlers, &ObjectList::added, this, &ConnectionListener::addHandler);
    QObject::connect(&m_handlers, &ObjectList::removed, this, &ConnectionListener::removeHandler);
    QObject::connect(&m_handlers, &ObjectList::changed, this,
                     &QmlConnectionListener::handlersChanged);
    QObject::connect(&m_resources, &ObjectList::changed, this,
                     &QmlConnectionListener::resourcesChanged);
}

void QmlConnectionListener::setHost(const QString &host)
{
    if (m_host == host)
        return;
    m_host = host;
    openLater();
    Q_EMIT hostChanged();
}

void QmlConnectionListener::setPort(int port)
{
    if (m_port == port || !checkPort(port, this))
        return;
    m_port = port;
    openLater();
    Q_EMIT portChanged();
}

void QmlConnectionListener::setActive(bool active)
{
    if (m_isActive == active)
        return;
    if (m_isComplete)
        return active ? connect() : close();
    m_isActive = active;
    Q_EMIT activeChanged();
}

Statistics QmlConnectionListener::statistics() const
{
    return connection() ? connection()->statistics() : Statistics();
}

void QmlConnectionListener::setStatisticsInterval(int milliseconds)
{
    if (statisticsInterval() == milliseconds)
        return;
    m_statisticsTimer.setInterval(milliseconds);
    followState();
    Q_EMIT statisticsIntervalChanged();
}

//! Statistics change while there is a connection, and once more with its end.
void QmlConnectionListener::followState()
{
    if (state() == State::Disconnected || statisticsInterval() <= 0)
        m_statisticsTimer.stop();
    else if (!m_statisticsTimer.isActive())
        m_statisticsTimer.start();
    Q_EMIT statisticsChanged();
}

void QmlConnectionListener::connect()
{
    const bool wasActive = std::exchange(m_isActive, true);
    open();
    if (!wasActive)
        Q_EMIT activeChanged();
}

void QmlConnectionListener::connect(const QString &host, int port)
{
    if (!checkPort(port, this))
        return;
    setHost(host);
    setPort(port);
    connect();
}

void QmlConnectionListener::close()
{
    const bool wasActive = std::exchange(m_isActive, false);
    ConnectionListener::close();
    if (wasActive)
        Q_EMIT activeChanged();
}

qint64 QmlConnectionListener::send(const QJSValue &messageOrAction, const QJSValue &fields)
{
    JavaScript javaScript(*qjsEngine(this), maximumDepth());
    const auto message = javaScript.message("send", messageOrAction, fields);
    return message ? ConnectionListener::send(*message) : 0;
}

void QmlConnectionListener::network_received(const QVariantMap &message)
{
    m_fallback.call({message});
}

void QmlConnectionListener::classBegin()
{
    m_isComplete = false;
}

void QmlConnectionListener::componentComplete()
{
    m_isComplete = true;
    if (m_isActive && state() == State::Disconnected)
        open();
}

void QmlConnectionListener::setErrorString(const QString &error)
{
    if (m_errorString == error)
        return;
    m_errorString = error;
    Q_EMIT errorStringChanged();
}

void QmlConnectionListener::open()
{
    m_isOpenPending = false;
    setErrorString({});
    ConnectionListener::connect(m_host, quint16(m_port));
}

//! Host and port mostly change together.
void QmlConnectionListener::openLater()
{
    if (!m_isComplete || !m_isActive || std::exchange(m_isOpenPending, true))
        return;
    const auto openNow = [this] {
        if (m_isOpenPending && m_isActive)
            open();
        m_isOpenPending = false;
    };
    QMetaObject::invokeMethod(this, openNow, Qt::QueuedConnection);
}

} // namespace QRepod
