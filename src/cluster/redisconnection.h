// SPDX-License-Identifier: MIT
#pragma once

#include "cluster/resp.h"
#include "transport/addressrace.h"

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qobject.h>
#include <QtCore/qtimer.h>
#include <QtCore/qurl.h>
#include <QtNetwork/qsslsocket.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>

namespace QRepod {

//! Where a Redis is, and how to log in.
struct RedisEndpoint
{
    QString host;
    quint16 port = 6379;
    QString user;
    QString password;
    int database = 0;
    bool isEncrypted = false;

    //! Parses `redis://[[user:]password@]host[:port][/database]`; \a error says what is wrong with
    //! it.
    static std::optional<RedisEndpoint> of(const QUrl &url, QString *error);
};

//! One connection to Redis. Commands are written without waiting, and answered in order.
///
/// It lives in the thread of its engine. Once lost, it stays closed until open() is called again.
class RedisConnection : public QObject, private AddressRace::User
{
    Q_OBJECT

public:
    //! Gets the reply; nothing if the connection was lost before the reply came.
    using Receiver = std::function<void(const std::optional<RespValue> &)>;

    explicit RedisConnection(const RedisEndpoint &endpoint, QObject *parent = nullptr);
    ~RedisConnection() override;

    //! Connects. Redis counts as lost if it does not answer a command for \a timeout milliseconds.
    void open(int timeout);
    void close();

    bool isReady() const { return m_isReady; }

    //! Call it only while the connection is ready.
    void send(const QByteArrayList &command, Receiver receiver = {});

    qint64 bytesWaiting() const { return m_socket ? m_socket->bytesToWrite() : 0; }

Q_SIGNALS:
    void ready();
    void lost(const QString &error);
    void published(const QByteArray &topic, const QByteArray &payload);

private:
    struct Command
    {
        qint64 time; // when it was sent, by the clock
        Receiver receiver;
    };

    // AddressRace::User
    QAbstractSocket *makeSocket() override;
    void connectSocket(QAbstractSocket *socket, const QString &address) override;
    void raceWon(QAbstractSocket *socket) override;
    void raceLost(const QString &reason) override;

    template <class Function>
    void inSlot(Function function);
    void logIn();
    void read();
    void handleReply(const RespValue &reply);
    void checkLiveness();
    void fail(const QString &error);

    const RedisEndpoint m_endpoint;
    std::unique_ptr<AddressRace> m_race;
    std::unique_ptr<QSslSocket> m_socket; // null until the race is won
    RespReader m_reader;
    std::deque<Command> m_waiting; // commands that wait for their replies
    QElapsedTimer m_clock;
    QTimer m_watch{this};
    int m_timeout = 0;
    int m_slots = 0; // running calls of the race and slots of the socket
    bool m_isReady = false;
};

} // namespace QRepod
