// SPDX-License-Identifier: MIT
#include "qmlserver.h"

#include "javascript.h"
#include "port.h"

#include <QtQml/qjsengine.h>
#include <QtQml/qqmlengine.h>

#include <utility>

namespace QRepod {

QmlServer::QmlServer(QObject *parent)
    : Server(parent)
    , m_channels(new ChannelModel(this))
    , m_fallback(this)
{
    setChannelFactory([this]() -> Channel * {
        auto *channel = new QmlChannel(this);
        QQmlEngine::setObjectOwnership(channel, QQmlEngine::CppOwnership);
        return channel;
    });
    addHandler(this);
    QObject::connect(this, &Server::channelConnected, this, [this](Channel *channel) {
        m_channels->append(static_cast<QmlChannel *>(channel));
        Q_EMIT channelConnected(static_cast<QmlChannel *>(channel));
    });
    QObject::connect(this, &Server::channelDisconnected, this, [this](Channel *channel) {
        m_channels->remove(static_cast<QmlChannel *>(channel));
        Q_EMIT channelDisconnected(static_cast<QmlChannel *>(channel));
    });
    QObject::connect(this, &Server::errorOccurred, this, &QmlServer::errorOccurred);
    QObject::connect(&m_handlers, &ObjectList::added, this, &Server::addHandler);
    QObject::connect(&m_handlers, &ObjectList::removed, this, &Server::removeHandler);
    QObject::connect(&m_handlers, &ObjectList::changed, this, &QmlServer::handlersChanged);
    QObject::connect(&m_resources, &ObjectList::changed, this, &QmlServer::resourcesChanged);
}

QmlServer::~QmlServer()
{
    m_channels->clear(); // Server deletes them next, and the model lives longer
}

void QmlServer::setHost(const QString &host)
{
    if (m_host == host)
        return;
    m_host = host;
    openLater();
    Q_EMIT hostChanged();
}

void QmlServer::setPort(int port)
{
    if (m_port == port || !checkPort(port, this))
        return;
    m_port = port;
    openLater();
    Q_EMIT portChanged();
}

void QmlServer::setActive(bool active)
{
    if (m_isActive == active)
        return;
    m_isActive = active;
    if (m_isComplete && active)
        open();
    else if (m_isComplete)
        close();
    Q_EMIT activeChanged();
}

void QmlServer::sendToAll(const QJSValue &messageOrAction, const QJSValue &fields)
{
    JavaScript javaScript(*qjsEngine(this), maximumDepth());
    const auto message = javaScript.message("sendToAll", messageOrAction, fields);
    if (message)
        Server::sendToAll(*message);
}

void QmlServer::received(QmlChannel *channel, const QVariantMap &message)
{
    m_fallback.call({QVariant::fromValue(channel), message});
}

void QmlServer::classBegin()
{
    m_isComplete = false;
}

void QmlServer::componentComplete()
{
    m_isComplete = true;
    if (m_isActive)
        open();
}

void QmlServer::open()
{
    m_isOpenPending = false;
    const QString oldError = errorString();
    close();
    const bool isListening = listen(m_host, quint16(m_port));
    if (errorString() != oldError)
        Q_EMIT errorStringChanged();
    if (!isListening)
        Q_EMIT errorOccurred(errorString());
}

//! Host and port mostly change together.
void QmlServer::openLater()
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
