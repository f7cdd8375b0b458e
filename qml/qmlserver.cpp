// SPDX-License-Identifier: MIT
#include "qmlserver.h"

#include "javascript.h"

#include <QtQml/qjsengine.h>
#include <QtQml/qqmlengine.h>

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

void QmlServer::start()
{
    close();
    const bool isListening = listen(host(), port());
    setErrorString(isListening ? QString() : Server::errorString());
    if (!isListening)
        Q_EMIT errorOccurred(errorString());
}

void QmlServer::stop()
{
    close();
}

} // namespace QRepod
