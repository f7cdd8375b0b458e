// SPDX-License-Identifier: MIT
// A game in small: a server and a client in one program, and one message each way.

#include <QRepod/Channel>
#include <QRepod/ConnectionListener>
#include <QRepod/Server>

#include <QtCore/QCoreApplication>
#include <QtCore/QTextStream>
#include <QtCore/QTimer>

static_assert(__cplusplus == 201703L, "a game may be C++17");

class Player : public QRepod::Channel
{
    Q_OBJECT

public Q_SLOTS:
    void Network_nickname(const QString &nickname)
    {
        send({{"action", "welcome"}, {"name", nickname}, {"players", 1}});
    }
};

class Game : public QRepod::ConnectionListener
{
    Q_OBJECT

public Q_SLOTS:
    void Network_connected() { send("nickname", {{"nickname", "Ada"}}); }

    void Network_welcome(const QString &name, int players)
    {
        QTextStream(stdout) << "welcome, " << name << ", player " << players << '\n';
        QCoreApplication::exit(name == "Ada" && players == 1 ? 0 : 1);
    }

    void Network_error(const QString &error)
    {
        QTextStream(stderr) << error << '\n';
        QCoreApplication::exit(1);
    }
};

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);

    QRepod::Server server;
    server.setChannelClass<Player>();
    if (!server.listen("127.0.0.1", 0)) {
        QTextStream(stderr) << server.errorString() << '\n';
        return 1;
    }

    Game game;
    game.setAutoPump(true);
    game.connect("127.0.0.1", server.port());

    QTimer::singleShot(20'000, &app, [] {
        QTextStream(stderr) << "no answer within 20 s\n";
        QCoreApplication::exit(1);
    });
    return QCoreApplication::exec();
}

#include "consumer.moc"
