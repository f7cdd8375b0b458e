// SPDX-License-Identifier: MIT
// A server for browsers, built against the installed component, and a client in a process of its
// own.

#include <QRepod/Server>
#include <QRepod/WebSocket>
#include <QRepod/WebSocketGate>

#include <QtCore/QCoreApplication>
#include <QtCore/QProcess>

static_assert(__cplusplus == 201703L, "a game may be C++17");

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    QRepod::Server server;
    QRepod::WebSocketGate gate(&server);
    if (!gate.listen("127.0.0.1", 0))
        qFatal("%s", qPrintable(gate.errorString()));
    QProcess client;
    client.setProcessChannelMode(QProcess::ForwardedChannels);
    QObject::connect(&client, &QProcess::finished, &application, &QCoreApplication::exit);
    client.start(CLIENT, {QString("ws://127.0.0.1:%1").arg(gate.port())});
    return QCoreApplication::exec();
}
