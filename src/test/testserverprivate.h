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

//! What a TestServer does in its thread, and what it remembers.
class TestServerPrivate
{
public:
    struct Received
    {
        int client;
        QVariantMap message;
    };

    //! Returns the received messages for which \a isWanted returns true.
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

    //! Accepts waiting clients, then runs \a function, both in the server's thread.
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
    quint16 port = 0;                              // constant
    QList<QPointer<ConnectionListener>> listeners; // pumped while waiting; the test's thread

    mutable std::mutex mutex; // guards the members up to the empty line
    bool isGreeting = true;
    QList<Received> received;
    QHash<QString, qsizetype> returned; // messages returned by waitForMessage(), by action
    QHash<QString, TestServer::Reply> replies;
    QStringList errors;

    int connectionCount = 0;             // only the server's thread
    std::map<int, QTcpSocket *> clients; // likewise, by number

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
