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

//! Where a Redis is, and how it knows us.
struct RedisEndpoint
{
    QString host;
    quint16 port = 6379;
    QString user;
    QString password;
    int database = 0;
    bool isEncrypted = false;

    //! What `redis://[[user:]password@]host[:port][/database]` says; if it is wrong, \a error says
    //! how.
    static std::optional<RedisEndpoint> of(const QUrl &url, QString *error);
};

//! One connection to Redis. Commands are written without waiting and answered in their order.
///
/// It lives in the thread of its engine. Once it is lost it stays so until open() is called again.
class RedisConnection : public QObject, private AddressRace::User
{
    Q_OBJECT

public:
    //! The reply; nothing if the connection was lost before it came.
    using Receiver = std::function<void(const std::optional<RespValue> &)>;

    explicit RedisConnection(const RedisEndpoint &endpoint, QObject *parent = nullptr);
    ~RedisConnection() override;

    //! Redis is lost if it leaves something unanswered for \a timeout milliseconds.
    void open(int timeout);
    void close();

    bool isReady() const { return m_isReady; }

    //! While it is ready.
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
    void introduce();
    void read();
    void take(const RespValue &reply);
    void watch();
    void lose(const QString &error);

    const RedisEndpoint m_endpoint;
    std::unique_ptr<AddressRace> m_race;
    std::unique_ptr<QSslSocket> m_socket; // none before the race is won
    RespReader m_reader;
    std::deque<Command> m_waiting; // for their replies
    QElapsedTimer m_clock;
    QTimer m_watch{this};
    int m_timeout = 0;
    int m_slots = 0; // of the race and the socket, that are running
    bool m_isReady = false;
};

} // namespace QRepod
