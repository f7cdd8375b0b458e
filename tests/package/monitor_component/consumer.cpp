// SPDX-License-Identifier: MIT
// A page about a server, built against the installed component.

#include <QRepod/MetricsPage>
#include <QRepod/Server>

#include <QtCore/QCoreApplication>
#include <QtNetwork/QTcpSocket>

static_assert(__cplusplus == 201703L, "a game may be C++17");

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    QRepod::Server server;
    QRepod::MetricsPage page(&server);
    if (!server.listen("127.0.0.1", 0) || !page.listen("127.0.0.1", 0))
        return 1;
    QTcpSocket socket;
    QByteArray answer;
    QObject::connect(&socket, &QTcpSocket::readyRead, &application, [&] {
        answer += socket.readAll();
        if (answer.contains("ok\n"))
            QCoreApplication::quit();
    });
    QObject::connect(&socket, &QTcpSocket::disconnected, &application,
                     [] { QCoreApplication::exit(1); });
    socket.connectToHost("127.0.0.1", page.port());
    socket.write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return QCoreApplication::exec();
}
