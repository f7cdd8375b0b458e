// SPDX-License-Identifier: MIT
#include "chat/chatserver.h"

#include <QtCore/QTextStream>

namespace {

QTextStream out(stdout);

QString nicknameOf(QRepod::Channel *channel)
{
    return qobject_cast<ChatChannel *>(channel)->nickname;
}

} // namespace

void ChatChannel::Network_nickname(const QString &newNickname)
{
    nickname = newNickname;
    qobject_cast<ChatServer *>(server())->sendPlayers();
}

void ChatChannel::Network_message(const QString &text)
{
    server()->sendToAll({{"action", "message"}, {"nickname", nickname}, {"text", text}});
}

ChatServer::ChatServer()
{
    setChannelClass<ChatChannel>();
    connect(this, &Server::channelConnected, this, &ChatServer::join);
    connect(this, &Server::channelDisconnected, this, &ChatServer::leave);
}

void ChatServer::sendPlayers()
{
    QStringList nicknames;
    const QList<QRepod::Channel *> players = channels();
    for (QRepod::Channel *player : players)
        nicknames.append(nicknameOf(player));
    sendToAll({{"action", "players"}, {"list", nicknames}});
}

void ChatServer::join(QRepod::Channel *channel)
{
    out << "Player connected: " << channel->address() << Qt::endl;
    sendToAll({{"action", "system"}, {"text", nicknameOf(channel) + " joined the chat"}});
    sendPlayers();
}

void ChatServer::leave(QRepod::Channel *channel)
{
    out << "Player disconnected: " << channel->address() << Qt::endl;
    sendToAll({{"action", "system"}, {"text", nicknameOf(channel) + " left the chat"}});
    sendPlayers();
}
