// SPDX-License-Identifier: MIT

//! A server for the tests in JavaScript. It prints its port, and ends with its input.

#include <QRepod/Request>
#include <QRepod/RequestError>
#include <QRepod/Server>
#include <QRepod/WebSocketGate>

#include <QtCore/QCoreApplication>
#include <QtCore/QDateTime>
#include <QtCore/QFuture>
#include <QtCore/QSocketNotifier>

#include <cstdio>

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
};

} // namespace

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    QRepod::Server server;
    server.setChannelClass<Player>();
    QRepod::WebSocketGate gate(&server);
    if (!gate.listen("127.0.0.1", argc > 1 ? atoi(argv[1]) : 0))
        qFatal("%s", qPrintable(gate.errorString()));
    printf("%d\n", gate.port());
    fflush(stdout);
    QSocketNotifier input(fileno(stdin), QSocketNotifier::Read);
    QObject::connect(&input, &QSocketNotifier::activated, &application, &QCoreApplication::quit);
    return QCoreApplication::exec();
}

#include "javascriptserver.moc"
