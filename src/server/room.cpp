// SPDX-License-Identifier: MIT
#include <QRepod/room.h>

#include "server/roomprivate.h"
#include "server/serverprivate.h"

#include <QtCore/qloggingcategory.h>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(serverLog)

void Room::Private::join(Channel *channel)
{
    const std::lock_guard lock(m_mutex);
    m_places.emplace(channel, m_members.insert(m_members.end(), channel));
}

bool Room::Private::leave(Channel *channel)
{
    const std::lock_guard lock(m_mutex);
    const auto place = m_places.find(channel);
    if (place == m_places.end())
        return false;
    m_members.erase(place->second);
    m_places.erase(place);
    return true;
}

QList<Channel *> Room::Private::channels() const
{
    const std::lock_guard lock(m_mutex);
    return QList<Channel *>(m_members.begin(), m_members.end());
}

//! The lock is held throughout: nobody leaves, and so nobody is deleted, and all get the messages
//! of several threads in the same order.
void Room::Private::send(const EncodedMessage &message, const Channel *except) const
{
    const std::lock_guard lock(m_mutex);
    for (const Channel *channel : m_members) {
        if (channel != except)
            Channel::Private::get(channel)->send(message);
    }
}

Room::Room(QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>())
{
}

Room::~Room() = default;

QString Room::name() const
{
    return d->name;
}

Server *Room::server() const
{
    return d->server ? d->server->q : nullptr;
}

QList<Channel *> Room::channels() const
{
    return d->channels();
}

void Room::sendToAll(const QVariantMap &message, Channel *except)
{
    if (!d->server)
        return;
    const EncodedMessage encoded(message, d->server->settings.snapshot().message);
    if (encoded.isValid())
        return d->send(encoded, except);
    const QString whom =
        d->name.isEmpty() ? QStringLiteral("all clients") : QStringLiteral("room ") + d->name;
    qCWarning(serverLog).noquote() << notSent(encoded, whom, encoded.error());
}

void Room::sendToAll(const QString &action, const QVariantMap &fields, Channel *except)
{
    sendToAll(withAction(action, fields), except);
}

} // namespace QRepod
