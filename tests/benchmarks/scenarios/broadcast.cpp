// SPDX-License-Identifier: MIT
#include "message.h"
#include "scenarios/plainsockets.h"
#include "scenarios/rawclients.h"
#include "scenarios/scenarios.h"
#include "session.h"
#include "threadtimes.h"

#include <QRepod/Server>
#ifdef QREPOD_BENCH_GATE
#    include <QRepod/WebSocket>
#endif

#include <QtCore/qcoreapplication.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qthread.h>
#ifdef QREPOD_BENCH_WEBSOCKETS
#    include <QtWebSockets/qwebsocket.h>
#    include <QtWebSockets/qwebsocketserver.h>
#endif

namespace {

constexpr int clientCount = 1'000;

//! A server in a thread of its own that sends to all its clients.
class Station
{
public:
    virtual ~Station() = default;
    virtual quint16 port() const = 0;
    virtual void broadcast() = 0;
};

//! A server with this number of network threads.
template <int threads>
class QRepodStation : public Station
{
public:
    QRepodStation()
    {
        m_server.setThreads(threads);
        m_server.listen("127.0.0.1", 0);
    }
    quint16 port() const override { return m_server.port(); }
    void broadcast() override { m_server.sendToAll(moveMessage()); }

private:
    QRepod::Server m_server;
};

#ifdef QREPOD_BENCH_GATE
class GateStation : public Station
{
public:
    GateStation() { m_gate.listen("127.0.0.1", 0); }
    quint16 port() const override { return m_gate.port(); }
    void broadcast() override { m_server.sendToAll(moveMessage()); }

private:
    QRepod::Server m_server;
    QRepod::WebSocketGate m_gate{&m_server};
};
#endif

#ifdef QREPOD_BENCH_WEBSOCKETS
QString moveText()
{
    const QJsonDocument document(QJsonObject::fromVariantMap(moveMessage()));
    return QString::fromUtf8(document.toJson(QJsonDocument::Compact));
}

class WebSocketStation : public Station
{
public:
    WebSocketStation()
    {
        QObject::connect(&m_server, &QWebSocketServer::newConnection, &m_server,
                         [this] { m_sockets.append(m_server.nextPendingConnection()); });
        m_server.listen(QHostAddress::LocalHost);
    }
    ~WebSocketStation() override { qDeleteAll(m_sockets); }
    quint16 port() const override { return m_server.serverPort(); }

    void broadcast() override
    {
        const QString text = moveText(); // made only once, as in QRepod
        for (QWebSocket *socket : m_sockets)
            socket->sendTextMessage(text);
    }

private:
    QWebSocketServer m_server{"bench", QWebSocketServer::NonSecureMode};
    QList<QWebSocket *> m_sockets;
};
#endif

//! The floor.
class SocketStation : public Station
{
public:
    quint16 port() const override { return m_sockets.port(); }
    void broadcast() override { m_sockets.sendToAll(moveFrame()); }

private:
    PlainSockets m_sockets;
};

//! Each message must reach all clients before the next is sent, as in a game's tick.
template <class AnyStation>
Sample run(int messages, qsizetype frameSize, const QByteArray &hello = {})
{
    QThread thread;
    thread.setObjectName("server");
    QObject context;
    context.moveToThread(&thread);
    thread.start();
    const auto inThread = [&](auto function) {
        QMetaObject::invokeMethod(&context, function, Qt::BlockingQueuedConnection);
    };
    std::unique_ptr<Station> station;
    inThread([&] { station = std::make_unique<AnyStation>(); });
    RawClients clients(station->port(), clientCount, hello);
    clients.settle();

    const ThreadTimes before = ThreadTimes::now();
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < messages; ++i) {
        QMetaObject::invokeMethod(&context, [&] { station->broadcast(); });
        clients.receive(frameSize * clientCount);
    }
    const double deliveries = double(messages) * clientCount;
    Sample sample{{{"deliveries/s", deliveries / secondsSince(start)}}, {}};
    for (const auto &[name, time] : ThreadTimes::now().since(before))
        sample.cpu[name] = time / 1e3 / deliveries;
    sample.values["game thread us"] = sample.cpu["server"];

    inThread([&] { station.reset(); });
    thread.quit();
    thread.wait();
    return sample;
}

} // namespace

Scenario Scenarios::broadcast(bool isQuick)
{
    const int messages = isQuick ? 20 : 200;
    Scenario scenario{"broadcast", "one message at a time to 1,000 clients", {}, {}};
    scenario.contenders.push_back(
        {"QRepod", [=] { return run<QRepodStation<0>>(messages, moveFrame().size()); }});
    scenario.contenders.push_back(
        {"QRepod, 2 threads", [=] { return run<QRepodStation<2>>(messages, moveFrame().size()); }});
    [[maybe_unused]] constexpr qsizetype header = 2; // of a short WebSocket frame from a server
#ifdef QREPOD_BENCH_GATE
    const qsizetype payloadSize = moveFrame().size() - 4;
    scenario.contenders.push_back(
        {"QRepod, WebSocket",
         [=] { return run<GateStation>(messages, header + payloadSize, webSocketHello); }});
    scenario.targets.push_back(
        {"deliveries/s", "QRepod, WebSocket", "QRepod", Target::AtLeast, 0.8});
#endif
#ifdef QREPOD_BENCH_WEBSOCKETS
    scenario.contenders.push_back({"QWebSocketServer", [=] {
                                       return run<WebSocketStation>(
                                           messages, header + moveText().toUtf8().size(),
                                           webSocketHello);
                                   }});
#endif
    scenario.contenders.push_back(
        {"sockets, a loop", [=] { return run<SocketStation>(messages, moveFrame().size()); }});
    scenario.targets.push_back({"deliveries/s", "QRepod", "QWebSocketServer", Target::AtLeast, 3});
    // The time of the sending thread per delivery.
    scenario.targets.push_back(
        {"game thread us", "QRepod", "sockets, a loop", Target::AtMost, 1 / 0.9});
    scenario.targets.push_back(
        {"game thread us", "QRepod, 2 threads", "QRepod", Target::AtMost, 0.25});
    return scenario;
}
