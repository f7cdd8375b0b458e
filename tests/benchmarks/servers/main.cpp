// SPDX-License-Identifier: MIT

//! A room that gets a message 60 times per second, and a request that is answered:
//!
//!     qrepod-room serve         prints the ports for QRepod's clients and for WebSocket
//!     qrepod-room ask PORT N    prints N round trips of a request, in nanoseconds
//!
//! servers.mjs compares it with servers in Node.js; see README.md.

#include <QRepod/Channel>
#include <QRepod/ConnectionListener>
#include <QRepod/Room>
#include <QRepod/Server>
#include <QRepod/WebSocketGate>

#include <QtCore/QCoreApplication>
#include <QtCore/QElapsedTimer>
#include <QtCore/QTimer>

#include <cstdio>
#include <cstring>
#include <functional>

namespace {

constexpr int ticksPerSecond = 60;

class Player : public QRepod::Channel
{
    Q_OBJECT

public:
    Q_INVOKABLE qint64 Network_echo(qint64 number) { return number; }
    Q_INVOKABLE void Network_enter() { join("room"); }
};

int serve()
{
    QRepod::Server server;
    server.setChannelClass<Player>();
    QRepod::WebSocketGate gate(&server);
    if (!server.listen("127.0.0.1", 0) || !gate.listen("127.0.0.1", 0))
        qFatal("%s%s", qPrintable(server.errorString()), qPrintable(gate.errorString()));
    QRepod::Room *const room = server.openRoom("room");
    room->setPersistent(true);
    QTimer timer;
    timer.setTimerType(Qt::PreciseTimer);
    QElapsedTimer clock;
    clock.start();
    qint64 ticks = 0;
    timer.callOnTimeout([&] {
        for (const qint64 due = clock.elapsed() * ticksPerSecond / 1000; ticks < due; ++ticks)
            room->sendToAll("move", {{"id", 7}, {"x", 10.5}, {"y", 20.25}, {"name", "alice"}});
    });
    timer.start(1000 / ticksPerSecond);
    std::printf("%d %d\n", server.port(), gate.port());
    std::fflush(stdout);
    return QCoreApplication::exec();
}

int ask(int port, int count)
{
    QRepod::ConnectionListener client;
    client.setAutoPump(true);
    QElapsedTimer clock;
    std::function<void()> askNext = [&] {
        if (count-- == 0)
            return QCoreApplication::quit();
        clock.start();
        client.request("echo", {{"number", count}}).then(&client, [&](const QVariant &) {
            std::printf("%lld\n", clock.nsecsElapsed());
            askNext();
        });
    };
    QObject::connect(&client, &QRepod::ConnectionListener::connected, askNext);
    client.connect("127.0.0.1", port);
    return QCoreApplication::exec();
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    if (argc == 2 && std::strcmp(argv[1], "serve") == 0)
        return serve();
    if (argc == 4 && std::strcmp(argv[1], "ask") == 0)
        return ask(std::atoi(argv[2]), std::atoi(argv[3]));
    std::fprintf(stderr, "usage: qrepod-room serve | ask PORT N\n");
    return 2;
}

#include "main.moc"
