// SPDX-License-Identifier: MIT
#include "qmlchannel.h"

#include "javascript.h"
#include "promises.h"
#include "qmlroom.h"
#include "qmlserver.h"

#include <QtCore/qpointer.h>
#include <QtQml/qjsengine.h>

#include <utility>

namespace QRepod {

QmlChannel::QmlChannel(QmlServer *server)
    : m_server(server)
{
    for (const auto signal : {&Channel::disconnected, &Channel::interrupted, &Channel::resumed})
        QObject::connect(this, signal, this, &QmlChannel::isConnectedChanged);
}

void QmlChannel::setUserData(const QJSValue &userData)
{
    if (m_userData.strictlyEquals(userData))
        return;
    m_userData = userData;
    Q_EMIT userDataChanged();
}

qint64 QmlChannel::send(const QJSValue &messageOrAction, const QJSValue &fields,
                        const QJSValue &mode)
{
    JavaScript javaScript(*qjsEngine(m_server), m_server->maximumDepth());
    const auto outgoing = javaScript.outgoing("send", messageOrAction, fields, mode);
    return outgoing ? Channel::send(outgoing->message, outgoing->mode) : 0;
}

bool QmlChannel::join(const QString &room, const QJSValue &options)
{
    JavaScript javaScript(*qjsEngine(m_server), m_server->maximumDepth());
    const QPointer<QmlChannel> alive(this);
    QString error;
    const bool isIn = Channel::join(room, javaScript.variant(options).toMap(), &error);
    if (alive && std::exchange(m_errorString, error) != error)
        Q_EMIT errorStringChanged();
    return isIn;
}

QQmlListProperty<QmlRoom> QmlChannel::rooms()
{
    const auto count = [](QQmlListProperty<QmlRoom> *list) {
        return static_cast<QmlChannel *>(list->object)->Channel::rooms().size();
    };
    const auto at = [](QQmlListProperty<QmlRoom> *list, qsizetype index) {
        return static_cast<QmlRoom *>(
            static_cast<QmlChannel *>(list->object)->Channel::rooms().value(index));
    };
    return {this, nullptr, count, at};
}

QJSValue QmlChannel::request(const QJSValue &messageOrAction, const QJSValue &fields)
{
    QJSEngine &engine = *qjsEngine(m_server);
    const auto message =
        JavaScript(engine, m_server->maximumDepth()).message("request", messageOrAction, fields);
    if (!message)
        return {};
    const QString action = message->value(QStringLiteral("action")).toString();
    return promiseOf(engine, Channel::request(action, *message, m_server->requestTimeout()));
}

QVariant QmlChannel::answerFor(const QVariant &returned)
{
    QJSEngine *const engine = qjsEngine(m_server);
    return engine ? answerOf(*engine, m_server->maximumDepth(), returned) : returned;
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
