// SPDX-License-Identifier: MIT
#include "qmlchannel.h"

#include "javascript.h"
#include "qmlserver.h"

#include <QtQml/qjsengine.h>

namespace QRepod {

QmlChannel::QmlChannel(QmlServer *server)
    : m_server(server)
{
    QObject::connect(this, &Channel::disconnected, this, &QmlChannel::isConnectedChanged);
}

void QmlChannel::setUserData(const QJSValue &userData)
{
    if (m_userData.strictlyEquals(userData))
        return;
    m_userData = userData;
    Q_EMIT userDataChanged();
}

qint64 QmlChannel::send(const QJSValue &messageOrAction, const QJSValue &fields)
{
    JavaScript javaScript(*qjsEngine(m_server), m_server->maximumDepth());
    const auto message = javaScript.message("send", messageOrAction, fields);
    return message ? Channel::send(*message) : 0;
}

void QmlChannel::close()
{
    const bool wasConnected = isConnected();
    Channel::close();
    if (wasConnected)
        Q_EMIT isConnectedChanged();
}

void QmlChannel::network_received(const QVariantMap &message)
{
    m_server->received(this, message);
}

} // namespace QRepod
