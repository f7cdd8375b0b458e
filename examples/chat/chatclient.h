// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/ConnectionListener>

//! Prints on the terminal what happens in the chat.
class ChatClient : public QRepod::ConnectionListener
{
    Q_OBJECT

public:
    //! \a prefix is printed before every line.
    explicit ChatClient(const QString &nickname, const QString &prefix = {});

    void say(const QString &text);

public slots:
    void Network_connected();
    void Network_system(const QString &text);
    void Network_message(const QString &nickname, const QString &text);
    void Network_players(const QStringList &list);
    void Network_error(const QString &error);
    void Network_disconnected();

signals:
    void ended(bool well);

private:
    void print(const QString &line);

    const QString m_nickname;
    const QString m_prefix;
};
