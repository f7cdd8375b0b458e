// SPDX-License-Identifier: MIT

//! A program whose objects outlive its application, or that has no application.
//!
//!     outliving KIND PORT
//!
//! It connects to PORT, or waits for a client of its own, then leaves main() and must end.

#include <QRepod/Channel>
#include <QRepod/ConnectionListener>
#include <QRepod/Server>

#include <QtCore/QCoreApplication>
#include <QtCore/QDeadlineTimer>
#include <QtCore/QThread>

#include <cstdio>
#include <functional>
#include <map>
#include <memory>

using QRepod::ConnectionListener;
using QRepod::Server;

namespace {

int serverPort = 0;

//! Returns once the connection is open.
void connectTo(ConnectionListener &listener, int port)
{
    bool isConnected = false;
    QObject::connect(&listener, &ConnectionListener::connected, &listener,
                     [&isConnected] { isConnected = true; });
    listener.connect(QStringLiteral("127.0.0.1"), port);
    while (!isConnected) {
        listener.pump();
        QThread::yieldCurrentThread();
    }
    listener.disconnect(&listener);
}

//! Serves one client, \a client.
void serve(Server &server, ConnectionListener &client, bool isBackground)
{
    if (isBackground)
        server.startBackground();
    if (!server.listen(QStringLiteral("127.0.0.1"), 0))
        std::exit(3);
    const auto process = [&] {
        if (!isBackground)
            QCoreApplication::processEvents();
    };
    client.connect(QStringLiteral("127.0.0.1"), server.port());
    while (client.state() != ConnectionListener::State::Connected) {
        client.pump();
        process();
        QThread::yieldCurrentThread();
    }
}

void listenerOfApplication(QCoreApplication &application)
{
    connectTo(*new ConnectionListener(&application), serverPort);
}

void staticListener(QCoreApplication &)
{
    static ConnectionListener listener;
    connectTo(listener, serverPort);
}

//! Its peer takes no data.
void staticListenerWithMuchToSend(QCoreApplication &)
{
    static ConnectionListener listener;
    connectTo(listener, serverPort);
    for (int i = 0; i < 16; ++i)
        listener.send(QStringLiteral("bulky"),
                      {{QStringLiteral("data"), QByteArray(1024 * 1024, 'x')}});
}

void leakedListener(QCoreApplication &)
{
    connectTo(*new ConnectionListener, serverPort);
}

void connectingListener(QCoreApplication &application)
{
    (new ConnectionListener(&application))->connect(QStringLiteral("127.0.0.1"), serverPort);
}

void reconnectingListener(QCoreApplication &application)
{
    auto *const listener = new ConnectionListener(&application);
    listener->setReconnect(true);
    listener->connect(QStringLiteral("127.0.0.1"), 1);
    listener->pump();
}

template <bool isBackground>
void serverOfApplication(QCoreApplication &application)
{
    serve(*new Server(&application), *new ConnectionListener(&application), isBackground);
}

template <bool isBackground>
void staticServer(QCoreApplication &application)
{
    static Server server;
    serve(server, *new ConnectionListener(&application), isBackground);
}

void leakedBackgroundServer(QCoreApplication &)
{
    serve(*new Server, *new ConnectionListener, true);
}

void serverWithThreads(QCoreApplication &application)
{
    auto *const server = new Server(&application);
    server->setThreads(2);
    serve(*server, *new ConnectionListener(&application), false);
}

void withoutApplication()
{
    ConnectionListener listener;
    listener.connect(QStringLiteral("127.0.0.1"), serverPort);
    listener.pump();
}

} // namespace

int main(int argc, char **argv)
{
    const QByteArray kind = argc == 3 ? argv[1] : "";
    serverPort = argc == 3 ? QByteArray(argv[2]).toInt() : 0;
    if (kind == "without application") {
        withoutApplication();
        std::puts("end");
        return 0;
    }
    const std::map<QByteArray, std::function<void(QCoreApplication &)>> kinds = {
        {"listener of the application", listenerOfApplication},
        {"static listener", staticListener},
        {"static listener with much to send", staticListenerWithMuchToSend},
        {"leaked listener", leakedListener},
        {"connecting listener", connectingListener},
        {"reconnecting listener", reconnectingListener},
        {"server of the application", serverOfApplication<false>},
        {"background server of the application", serverOfApplication<true>},
        {"static server", staticServer<false>},
        {"static background server", staticServer<true>},
        {"leaked background server", leakedBackgroundServer},
        {"server with threads", serverWithThreads},
    };
    const auto found = kinds.find(kind);
    if (found == kinds.end())
        return 2;
    QCoreApplication application(argc, argv);
    found->second(application);
    std::puts("end");
    return 0;
}
