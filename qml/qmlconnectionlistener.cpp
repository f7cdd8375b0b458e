// SPDX-License-Identifier: MIT
#include "qmlconnectionlistener.h"

#include "javascript.h"
#include "promises.h"

#include <QRepod/Client>

#include <QtQml/qjsengine.h>

#include <utility>

namespace QRepod {

QmlConnectionListener::QmlConnectionListener(QObject *parent)
    : ConnectionListener(parent)
    , m_fallback(this, "network_received")
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

Statistics QmlConnectionListener::statistics() const
{
    return connection() ? connection()->statistics() : Statistics();
}

void QmlConnectionListener::setUrl(const QUrl &url)
{
    if (m_url == url)
        return;
    m_url = url;
    openLater();
    Q_EMIT urlChanged();
}

bool QmlConnectionListener::isInterrupted() const
{
    return connection() && connection()->isInterrupted();
}

void QmlConnectionListener::setStatisticsInterval(int milliseconds)
{
    if (statisticsInterval() == milliseconds)
        return;
    m_statisticsTimer.setInterval(milliseconds);
    followState();
    Q_EMIT statisticsIntervalChanged();
}

//! Statistics change while there is a connection, and once more when it ends.
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
    if (isActive())
        open();
    else
        setActive(true);
}

void QmlConnectionListener::connect(const QString &host, int port)
{
    setUrl({});
    setHost(host);
    setPort(port);
    connect();
}

void QmlConnectionListener::close()
{
    setActive(false);
}

qint64 QmlConnectionListener::send(const QJSValue &messageOrAction, const QJSValue &fields,
                                   const QJSValue &mode)
{
    JavaScript javaScript(*qjsEngine(this), maximumDepth());
    const auto outgoing = javaScript.outgoing("send", messageOrAction, fields, mode);
    return outgoing ? ConnectionListener::send(outgoing->message, outgoing->mode) : 0;
}

void QmlConnectionListener::setRequestTimeout(int milliseconds)
{
    if (std::exchange(m_requestTimeout, milliseconds) != milliseconds)
        Q_EMIT requestTimeoutChanged();
}

QJSValue QmlConnectionListener::request(const QJSValue &messageOrAction, const QJSValue &fields)
{
    QJSEngine &engine = *qjsEngine(this);
    const auto message =
        JavaScript(engine, maximumDepth()).message("request", messageOrAction, fields);
    if (!message)
        return {};
    const QString action = message->value(QStringLiteral("action")).toString();
    return promiseOf(engine, ConnectionListener::request(action, *message, m_requestTimeout));
}

QVariant QmlConnectionListener::answerFor(const QVariant &returned)
{
    QJSEngine *const engine = qjsEngine(this);
    return engine ? answerOf(*engine, maximumDepth(), returned) : returned;
}

void QmlConnectionListener::network_received(const QVariantMap &message)
{
    m_fallback.call({message});
}

void QmlConnectionListener::start()
{
    setErrorString({});
    if (m_url.isEmpty())
        ConnectionListener::connect(host(), port());
    else
        ConnectionListener::connect(m_url);
}

void QmlConnectionListener::stop()
{
    ConnectionListener::close();
}

} // namespace QRepod
