// SPDX-License-Identifier: MIT
#include "qmlroom.h"

#include "channelmodel.h"
#include "javascript.h"
#include "qmlserver.h"

#include <QtCore/qpointer.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qqmlinfo.h>

namespace QRepod {

QmlRoom::QmlRoom(QObject *parent)
    : Room(parent)
    , m_channels(new ChannelModel(this))
    , m_fallback(this, "network_received")
    , m_refusal(this, "refusal")
{
    QObject::connect(this, &Room::channelJoined, this, [this](Channel *channel) {
        auto *const joined = static_cast<QmlChannel *>(channel);
        m_channels->append(joined);
        const QPointer<QmlRoom> alive(this);
        Q_EMIT joined->roomsChanged();
        if (alive)
            Q_EMIT channelJoined(joined);
    });
    QObject::connect(this, &Room::channelLeft, this, [this](Channel *channel) {
        auto *const left = static_cast<QmlChannel *>(channel);
        m_channels->remove(left);
        const QPointer<QmlRoom> alive(this);
        Q_EMIT left->roomsChanged();
        if (alive)
            Q_EMIT channelLeft(left);
    });
    QObject::connect(&m_resources, &ObjectList::changed, this, &QmlRoom::resourcesChanged);
}

QmlRoom::~QmlRoom()
{
    // Room lets the channels leave next, when the connections above have nothing to stand on.
    QObject::disconnect(this, &Room::channelJoined, this, nullptr);
    QObject::disconnect(this, &Room::channelLeft, this, nullptr);
    m_channels->clear();
}

void QmlRoom::prepare(QmlServer *server, const QString &name)
{
    m_server = server;
    m_name = name;
}

void QmlRoom::componentComplete()
{
    if (!m_server)
        qmlWarning(this) << "a Room is created by a Server: declare it in Server.roomComponent";
}

void QmlRoom::setUserData(const QJSValue &userData)
{
    if (m_userData.strictlyEquals(userData))
        return;
    m_userData = userData;
    Q_EMIT userDataChanged();
}

void QmlRoom::sendToAll(const QJSValue &messageOrAction, const QJSValue &fields,
                        const QJSValue &except, const QJSValue &mode)
{
    if (!m_server)
        return;
    QJSEngine &engine = *qjsEngine(m_server);
    const bool isAction = messageOrAction.isString();
    const QJSValue &excepted = isAction ? except : fields;
    auto *const exceptedChannel = qobject_cast<QmlChannel *>(excepted.toQObject());
    if (!exceptedChannel && !excepted.isUndefined() && !excepted.isNull())
        return engine.throwError(QJSValue::TypeError,
                                 QStringLiteral("sendToAll(): who gets nothing is a Channel"));
    JavaScript javaScript(engine, m_server->maximumDepth());
    const auto message =
        javaScript.message("sendToAll", messageOrAction, isAction ? fields : QJSValue());
    if (message)
        Room::sendToAll(*message, exceptedChannel, JavaScript::sendMode(isAction ? mode : except));
}

void QmlRoom::network_received(Channel *channel, const QVariantMap &message)
{
    m_fallback.call({QVariant::fromValue(static_cast<QmlChannel *>(channel)), message});
}

QString QmlRoom::refusal(Channel *channel, const QVariantMap &options)
{
    const QString refused = Room::refusal(channel, options);
    if (!refused.isEmpty())
        return refused;
    return m_refusal.call({QVariant::fromValue(static_cast<QmlChannel *>(channel)), options})
        .toString();
}

} // namespace QRepod
