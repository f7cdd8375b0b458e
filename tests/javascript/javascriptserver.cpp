// SPDX-License-Identifier: MIT

//! A server for the tests in JavaScript, behind a network that can be bad.
///
/// It prints the ports of its gate and of the network in front of it. Each line of its input is a
/// command, which is answered by a line when it has taken effect. It ends with its input.

#include <QRepod/Request>
#include <QRepod/RequestError>
#include <QRepod/Room>
#include <QRepod/Server>
#include <QRepod/Test/FaultProxy>
#include <QRepod/WebSocketGate>

#include <QtCore/QAbstractListModel>
#include <QtCore/QCoreApplication>
#include <QtCore/QDateTime>
#include <QtCore/QFuture>
#include <QtCore/QSocketNotifier>

#include <array>
#include <cstdio>
#include <unistd.h>

namespace {

class Player : public QRepod::Channel
{
    Q_OBJECT

public:
    void network_received(const QVariantMap &message) override { send(message); }

public slots:
    int Network_add(int a, int b) { return a + b; }
    void Network_leave() { close(); }
    void Network_all(const QString &text) { server()->sendToAll("said", {{"text", text}}); }
    void Network_silent(const QRepod::Request &request) { m_kept.append(request); }
    void Network_redirect(const QString &address) { redirect(address); }
    void Network_refuse() { refuse("not you"); }

    //! Numbers that a client sends: each is told back, and whether it is the one that was due.
    void Network_count(int n)
    {
        send("counted", {{"n", n}, {"isDue", n == m_due}});
        m_due = n + 1;
    }

    //! Sends so many numbered messages, one each time control returns to the event loop.
    void Network_flood(int count)
    {
        if (m_flooded == count)
            return;
        send("flood", {{"n", m_flooded++}});
        QMetaObject::invokeMethod(
            this, [=, this] { Network_flood(count); }, Qt::QueuedConnection);
    }

    //! Asks in turn, and tells what came of it.
    void Network_ask(const QString &what)
    {
        request(what, {{"n", 20}})
            .then([this](const QVariant &result) {
                send("answered", {{"result", result}});
            })
            .onFailed([this](const QRepod::RequestError &error) {
                send("answered", {{"error", error.error()}});
            });
    }

    void Network_values()
    {
        send("values",
             {{"large", (qint64(1) << 53) + 1},
              {"small", qint64(1) << 40},
              {"bytes", QByteArray("\0\xff", 2)},
              {"time", QDateTime::fromMSecsSinceEpoch(1'700'000'000'123, Qt::UTC)},
              {"nothing", QVariant()},
              {"list", QVariantList{1, 2.5, "x"}}});
    }

private:
    QList<QRepod::Request> m_kept;
    int m_due = 0;
    int m_flooded = 0;
};

//! Shared as `world`.
class World : public QObject
{
    Q_OBJECT
    Q_PROPERTY(int score MEMBER m_score NOTIFY changed)
    Q_PROPERTY(QString title MEMBER m_title NOTIFY changed)

signals:
    void changed();

private:
    int m_score = 0;
    QString m_title = "arena";
};

//! Shared as `players`, whose rows are known by their `id`.
class Players : public QAbstractListModel
{
    Q_OBJECT

public:
    int rowCount(const QModelIndex &) const override { return int(m_rows.size()); }
    QHash<int, QByteArray> roleNames() const override { return {{1, "id"}, {2, "x"}}; }

    QVariant data(const QModelIndex &index, int role) const override
    {
        return m_rows[index.row()].toList()[role - 1];
    }

    void reset(const QVariantList &rows)
    {
        beginResetModel();
        m_rows = rows;
        endResetModel();
    }

private:
    QVariantList m_rows;
};

class Game : public QObject
{
    Q_OBJECT

public:
    explicit Game(int port)
        : m_gate(&m_server)
    {
        m_server.setChannelClass<Player>();
        m_server.addHandler(this);
        if (!m_gate.listen("127.0.0.1", port))
            qFatal("%s", qPrintable(m_gate.errorString()));
        m_network = std::make_unique<QRepod::FaultProxy>(m_gate.port());
    }

    QByteArray ports() const
    {
        return QByteArray::number(m_gate.port()) + ' ' + QByteArray::number(m_network->port());
    }

    //! \return the answer.
    QByteArray run(const QList<QByteArray> &words)
    {
        const QByteArray command = words.first();
        const int number = words.last().toInt();
        const auto direction =
            words.last() == "toServer" ? QRepod::Direction::ToServer : QRepod::Direction::ToClient;
        if (command == "sessions")
            m_server.setSessionTimeout(number);
        else if (command == "cut")
            m_network->cutAfter(words[1].toInt(), direction);
        else if (command == "forwarded")
            return QByteArray::number(m_network->bytesForwarded(direction));
        else if (command == "connections")
            return QByteArray::number(m_network->connectionCount());
        else if (command == "heal")
            m_network->clearFaults();
        else if (command == "reset")
            m_network->reset();
        else if (command == "interrupt")
            m_network->interrupt(number);
        else if (command == "forget")
            forget();
        else if (command == "share")
            share();
        else
            qFatal("no command: %s", command.constData());
        return "done";
    }

public slots:
    void Network_score(QRepod::Channel *, int score) { m_world.setProperty("score", score); }
    void Network_players(QRepod::Channel *, const QVariantList &rows) { m_players.reset(rows); }

private:
    void share()
    {
        m_server.everyone()->share("world", &m_world);
        m_server.everyone()->share("players", &m_players, "id");
        m_server.everyone()->setSyncInterval(0);
    }

    //! All clients. Whether they are away, the server may learn later than they do.
    void forget()
    {
        const auto channels = m_server.channels();
        for (QRepod::Channel *channel : channels)
            channel->close();
    }

    World m_world;
    Players m_players;
    QRepod::Server m_server;
    QRepod::WebSocketGate m_gate;
    std::unique_ptr<QRepod::FaultProxy> m_network;
};

void print(const QByteArray &line)
{
    puts(line.constData());
    fflush(stdout);
}

} // namespace

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    Game game(argc > 1 ? atoi(argv[1]) : 0);
    print(game.ports());
    QByteArray input;
    QSocketNotifier notifier(STDIN_FILENO, QSocketNotifier::Read);
    QObject::connect(&notifier, &QSocketNotifier::activated, &game, [&] {
        std::array<char, 1024> bytes;
        const ssize_t size = read(STDIN_FILENO, bytes.data(), bytes.size());
        if (size <= 0)
            return QCoreApplication::quit();
        input.append(bytes.data(), size);
        for (qsizetype end = input.indexOf('\n'); end >= 0; end = input.indexOf('\n')) {
            const QByteArray line = input.first(end);
            input.remove(0, end + 1);
            print(game.run(line.split(' ')));
        }
    });
    return QCoreApplication::exec();
}

#include "javascriptserver.moc"
