// SPDX-License-Identifier: MIT
#pragma once

#include "test/framecutter.h"
#include "test/workthread.h"

#include <QRepod/Test/testserver.h>

#include <QtCore/qhash.h>
#include <QtCore/qpointer.h>
#include <QtNetwork/qtcpserver.h>
#include <QtNetwork/qtcpsocket.h>

#include <map>
#include <mutex>

namespace QRepod {

inline const QString actionKey = QStringLiteral("action");

//! What a TestServer does in its thread, and what it remembers of it.
class TestServerPrivate
{
public:
    struct Received
    {
        int client;
        QVariantMap message;
    };

    //! The messages that \a isWanted wants of those received.
    template <class Predicate>
    QList<QVariantMap> messages(Predicate isWanted) const
    {
        const std::lock_guard lock(mutex);
        QList<QVariantMap> messages;
        for (const Received &entry : received) {
            if (isWanted(entry))
                messages.append(entry.message);
        }
        return messages;
    }

    QVariantMap takeNext(const QString &action);
    bool waitUntil(const std::function<bool()> &condition, int timeout);
    void setReply(const QString &action, TestServer::Reply reply);

    //! Runs \a function in the server's thread, after the clients who wait there have been
    //! accepted.
    template <class Function>
    auto call(Function function)
    {
        return thread.call([&] {
            acceptAll();
            return function();
        });
    }

    /// \name In the server's thread
    /// @{
    void listen();
    void close();
    void acceptAll();
    void sendToAll(const QByteArray &bytes);
    bool sendTo(int client, const QByteArray &bytes);
    void disconnectAll();
    /// @}

    WorkThread thread{QStringLiteral("QRepod test server")};
    quint16 port = 0;                              // does not change
    QList<QPointer<ConnectionListener>> listeners; // to be pumped; the test's thread

    mutable std::mutex mutex; // guards the members of this paragraph
    bool isGreeting = true;
    QList<Received> received;
    QHash<QString, qsizetype> returned; // how many of an action waitForMessage() has returned
    QHash<QString, TestServer::Reply> replies;
    QStringList errors;

    int connectionCount = 0;             // the server's thread
    std::map<int, QTcpSocket *> clients; // likewise; by number

private:
    struct Client
    {
        int number;
        QTcpSocket *socket;
        FrameCutter frames = {};
        bool isRefused = false;
    };

    void accept(QTcpSocket *socket);
    void read(Client &client);
    void handle(Client &client, const QByteArray &frame);
    void refuse(Client &client, const QString &error);

    QTcpServer *m_server = nullptr;
};

} // namespace QRepod
