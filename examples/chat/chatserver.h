// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Channel>
#include <QRepod/Server>

//! One person in the chat.
class ChatChannel : public QRepod::Channel
{
    Q_OBJECT

public:
    QString nickname = "Anonymous";

public slots:
    void Network_nickname(const QString &nickname);
    void Network_message(const QString &text);
};

//! Passes on what one person says to all, and tells who is there.
class ChatServer : public QRepod::Server
{
    Q_OBJECT

public:
    ChatServer();

    void sendPlayers();

private:
    void join(QRepod::Channel *channel);
    void leave(QRepod::Channel *channel);
};
