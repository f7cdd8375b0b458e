// SPDX-License-Identifier: MIT
#include <QRepod/Test/replay.h>

#include "test/alarm.h"
#include "test/framecutter.h"
#include "test/recording.h"
#include "test/socketend.h"
#include "test/workthread.h"

#include <QtCore/qelapsedtimer.h>
#include <QtNetwork/qnetworkproxy.h>
#include <QtNetwork/qtcpserver.h>
#include <QtNetwork/qtcpsocket.h>

namespace QRepod {

namespace {

// Bytes sent ahead of what the client takes, so that a long recording is not copied into memory.
constexpr qint64 maximumUnsent = 256 * 1024;

//! Returns the records of each connection, in the order in which they were opened, with times
//! since.
std::vector<std::vector<Record>> sessionsOf(std::vector<Record> &&records)
{
    std::vector<std::vector<Record>> sessions;
    for (Record &record : records) {
        const auto number = size_t(record.connection);
        if (record.kind == Record::Kind::Opened && number == sessions.size())
            sessions.emplace_back();
        if (number < sessions.size())
            sessions[number].push_back(std::move(record));
    }
    for (std::vector<Record> &session : sessions) {
        const qint64 opened = session.front().time;
        for (Record &record : session)
            record.time -= opened;
    }
    return sessions;
}

//! Sends the server's part of a session to one client. It is a child of its socket.
class Player : public QObject
{
public:
    Player(const std::vector<Record> &session, Replay::Speed speed, QTcpSocket *socket)
        : QObject(socket)
        , m_session(session)
        , m_isTimed(speed == Replay::Speed::Recorded)
        , m_socket(socket)
        , m_alarm([this] { play(); })
    {
        m_clock.start();
        connect(socket, &QTcpSocket::bytesWritten, this, &Player::play);
        connect(socket, &QTcpSocket::readyRead, this, [this] { m_socket->readAll(); });
        connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
        play();
    }

private:
    void play()
    {
        while (m_next < m_session.size()) {
            const Record &record = m_session[m_next];
            const qint64 wait = m_isTimed ? record.time - m_clock.nsecsElapsed() / 1000 : 0;
            if (wait > 0)
                return m_alarm.start(std::chrono::milliseconds(wait / 1000 + 1));
            if (m_socket->bytesToWrite() > maximumUnsent)
                return;
            if (record.kind == Record::Kind::ClosedByServer) {
                if (m_socket->bytesToWrite() > 0)
                    return;
                SocketEnd::closeWriting(*m_socket);
            }
            ++m_next; // before writing, which may call this function
            if (record.kind == Record::Kind::ToClient) {
                m_socket->write(record.frame);
                m_socket->flush();
            }
        }
    }

    const std::vector<Record> &m_session;
    const bool m_isTimed;
    QTcpSocket *const m_socket;
    QElapsedTimer m_clock;
    Alarm m_alarm; // due at the next record
    size_t m_next = 0;
};

} // namespace

class ReplayPrivate
{
public:
    void listen();

    // Constant once it listens.
    Replay::Speed speed = Replay::Speed::Recorded;
    QString error;
    std::vector<std::vector<Record>> sessions;
    quint16 port = 0;

    WorkThread thread{QStringLiteral("QRepod replay")};
    std::unique_ptr<QTcpServer> server; // in the thread, with the sockets as its children
    size_t clientCount = 0;             // in the thread
};

void ReplayPrivate::listen()
{
    server = std::make_unique<QTcpServer>();
    QObject::connect(server.get(), &QTcpServer::newConnection, server.get(), [this] {
        while (QTcpSocket *socket = server->nextPendingConnection()) {
            socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
            new Player(sessions[clientCount++ % sessions.size()], speed, socket);
        }
    });
    server->setProxy(QNetworkProxy::NoProxy);
    if (!server->listen(QHostAddress::LocalHost, 0))
        qFatal("Replay cannot listen: %s", qPrintable(server->errorString()));
    port = server->serverPort();
}

Replay::Replay(const QString &fileName, Speed speed)
    : d(std::make_unique<ReplayPrivate>())
{
    Recording recording = Recording::read(fileName);
    d->speed = speed;
    d->error = recording.error;
    d->sessions = sessionsOf(std::move(recording.records));
    if (d->error.isEmpty() && d->sessions.empty())
        d->error = fileName + QLatin1String(": contains no connection");
    if (isValid())
        d->thread.call([this] { d->listen(); });
}

Replay::~Replay()
{
    d->thread.call([this] { d->server.reset(); });
}

bool Replay::isValid() const
{
    return d->error.isEmpty();
}

QString Replay::errorString() const
{
    return d->error;
}

quint16 Replay::port() const
{
    return d->port;
}

int Replay::connectionCount() const
{
    return int(d->sessions.size());
}

QList<QVariantMap> Replay::messages(Direction direction, int connection) const
{
    QList<QVariantMap> messages;
    if (connection < 0 || connection >= connectionCount())
        return messages;
    const auto kind =
        direction == Direction::ToServer ? Record::Kind::ToServer : Record::Kind::ToClient;
    for (const Record &record : d->sessions[size_t(connection)]) {
        if (record.kind != kind)
            continue;
        const std::optional<QVariantMap> message = messageOf(record.frame);
        if (message && !message->isEmpty())
            messages.append(*message);
    }
    return messages;
}

} // namespace QRepod
