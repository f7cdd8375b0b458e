// SPDX-License-Identifier: MIT
#include "chat/chatclient.h"

#include "chat/printable.h"

#include <QtCore/QTextStream>

ChatClient::ChatClient(const QString &nickname, const QString &prefix)
    : m_nickname(nickname)
    , m_prefix(prefix)
{
}

void ChatClient::say(const QString &text)
{
    send("message", {{"text", text}});
}

void ChatClient::Network_connected()
{
    print("Connected as " + m_nickname);
    send("nickname", {{"nickname", m_nickname}});
}

void ChatClient::Network_system(const QString &text)
{
    print("SYSTEM: " + text);
}

void ChatClient::Network_message(const QString &nickname, const QString &text)
{
    print(nickname + ": " + text);
}

void ChatClient::Network_players(const QStringList &list)
{
    print("Players: " + list.join(", "));
}

void ChatClient::Network_error(const QString &error)
{
    print("Error: " + error);
    emit ended(false);
}

void ChatClient::Network_disconnected()
{
    print("Disconnected from server");
    emit ended(true);
}

void ChatClient::print(const QString &line)
{
    static QTextStream out(stdout);
    out << m_prefix << printable(line) << Qt::endl; // most of it was typed by others
}
