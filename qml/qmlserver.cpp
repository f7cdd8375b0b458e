// SPDX-License-Identifier: MIT
#include "qmlserver.h"

#include "javascript.h"

#include <QtQml/qjsengine.h>
#include <QtQml/qqmlcontext.h>
#include <QtQml/qqmlengine.h>
#include <QtQml/qqmlinfo.h>

#include <utility>

namespace QRepod {

QmlServer::QmlServer(QObject *parent)
    : Server(parent)
    , m_channels(new ChannelModel(this))
    , m_rooms(new RoomModel(this))
    , m_fallback(this, "network_received")
{
    setChannelFactory([this]() -> Channel * {
        auto *channel = new QmlChannel(this);
        QQmlEngine::setObjectOwnership(channel, QQmlEngine::CppOwnership);
        return channel;
    });
    setRoomFactory([this](const QString &name) { return makeRoom(name); });
    addHandler(this);
    QObject::connect(this, &Server::channelConnected, this, [this](Channel *channel) {
        auto *const connected = static_cast<QmlChannel *>(channel);
        m_channels->append(connected);
        Q_EMIT connected->isGuestChanged();
        Q_EMIT channelConnected(connected);
    });
    QObject::connect(this, &Server::channelDisconnected, this, [this](Channel *channel) {
        m_channels->remove(static_cast<QmlChannel *>(channel));
        Q_EMIT channelDisconnected(static_cast<QmlChannel *>(channel));
    });
    QObject::connect(this, &Server::roomOpened, this, [this](Room *room) {
        m_rooms->append(room);
        Q_EMIT roomOpened(static_cast<QmlRoom *>(room));
    });
    QObject::connect(this, &Server::roomClosed, this, [this](Room *room) {
        m_rooms->remove(room);
        Q_EMIT roomClosed(static_cast<QmlRoom *>(room));
    });
    QObject::connect(this, &Server::errorOccurred, this, &QmlServer::errorOccurred);
    QObject::connect(&m_handlers, &ObjectList::added, this, &Server::addHandler);
    QObject::connect(&m_handlers, &ObjectList::removed, this, &Server::removeHandler);
    QObject::connect(&m_handlers, &ObjectList::changed, this, &QmlServer::handlersChanged);
    QObject::connect(&m_resources, &ObjectList::changed, this, &QmlServer::resourcesChanged);
}

QmlServer::~QmlServer()
{
    m_channels->clear(); // Server deletes them next, and the models live longer
    m_rooms->clear();
}

void QmlServer::setRequestTimeout(int milliseconds)
{
    if (std::exchange(m_requestTimeout, milliseconds) != milliseconds)
        Q_EMIT requestTimeoutChanged();
}

void QmlServer::setRoomComponent(QQmlComponent *component)
{
    if (m_roomComponent == component)
        return;
    m_roomComponent = component;
    Q_EMIT roomComponentChanged();
}

Room *QmlServer::makeRoom(const QString &name)
{
    QmlRoom *const room = m_roomComponent ? createRoom(*m_roomComponent, name) : new QmlRoom;
    if (room) {
        room->prepare(this, name);
        QQmlEngine::setObjectOwnership(room, QQmlEngine::CppOwnership);
    }
    return room;
}

QmlRoom *QmlServer::createRoom(QQmlComponent &component, const QString &name)
{
    QQmlContext *const context =
        component.creationContext() ? component.creationContext() : qmlContext(this);
    QObject *const object = component.beginCreate(context);
    auto *const room = qobject_cast<QmlRoom *>(object);
    if (room)
        room->prepare(this, name); // for what the component does when it is complete
    component.completeCreate();
    if (room)
        return room;
    qmlWarning(this) << "roomComponent did not create a Room: "
                     << (object ? QString::fromUtf8(object->metaObject()->className())
                                : component.errorString());
    delete object;
    return nullptr;
}

QmlRoom *QmlServer::openRoom(const QString &name)
{
    return static_cast<QmlRoom *>(Server::openRoom(name));
}

QmlRoom *QmlServer::room(const QString &name) const
{
    return static_cast<QmlRoom *>(Server::room(name));
}

void QmlServer::sendToAll(const QJSValue &messageOrAction, const QJSValue &fields,
                          const QJSValue &mode)
{
    JavaScript javaScript(*qjsEngine(this), maximumDepth());
    const auto outgoing = javaScript.outgoing("sendToAll", messageOrAction, fields, mode);
    if (outgoing)
        Server::sendToAll(outgoing->message, outgoing->mode);
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
