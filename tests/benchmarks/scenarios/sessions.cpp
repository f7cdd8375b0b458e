// SPDX-License-Identifier: MIT
#include "message.h"
#include "peers/qrepodpeer.h"
#include "scenarios/pumpcost.h"
#include "scenarios/rawclients.h"
#include "scenarios/scenarios.h"
#include "scenarios/streams.h"

#include <QRepod/Channel>
#include <QRepod/Client>
#include <QRepod/ConnectionListener>
#include <QRepod/Protocol>
#include <QRepod/Server>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qelapsedtimer.h>

#include <malloc.h>

namespace {

constexpr int patience = 60'000; // how long a server waits for a lost client, in milliseconds

class SilentListener : public QRepod::ConnectionListener
{
    Q_OBJECT

    Q_SLOT void Network_move([[maybe_unused]] int id, [[maybe_unused]] double x,
                             [[maybe_unused]] double y, [[maybe_unused]] const QString &name)
    {
    }
};

double pumpCostOf(int batches, bool hasSession)
{
    SilentListener listener;
    listener.setReconnect(hasSession);
    const QByteArray hello = QRepod::encode({{"_hello", 1}});
    const QVariantMap greeting{{"action", "connected"}};
    const QVariantMap withToken{{"action", "connected"}, {"_session", "kZ3vXw0bT9qYc1LrN8uEgA"}};
    return pumpCost(listener, batches, hello + QRepod::encode(hasSession ? withToken : greeting));
}

double allocatedKib()
{
    const struct mallinfo2 info = mallinfo2();
    return double(info.uordblks + info.hblkhd) / 1024;
}

//! Returns the server's heap per client that has said hello and nothing else.
double memoryOf(int count, int sessionTimeout)
{
    QRepod::Server server;
    server.setSessionTimeout(sessionTimeout);
    if (!server.listen("127.0.0.1", 0))
        qFatal("%s", qPrintable(server.errorString()));
    QCoreApplication::processEvents();
    const double before = allocatedKib();
    const RawClients clients(server.port(), count, QRepod::encode({{"_hello", 1}}));
    while (server.channels().size() < count)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    QElapsedTimer settling; // lets posted events and deferred deletions finish
    settling.start();
    while (settling.elapsed() < 200)
        QCoreApplication::processEvents();
    return (allocatedKib() - before) / count;
}

//! Returns the bytes on the wire, in both directions, per message to the client.
double bytesOf(int count, int sessionTimeout)
{
    QRepod::Server server;
    server.setSessionTimeout(sessionTimeout);
    SilentListener listener;
    listener.setAutoPump(true);
    listener.setReconnect(sessionTimeout > 0);
    if (!server.listen("127.0.0.1", 0))
        qFatal("%s", qPrintable(server.errorString()));
    listener.connect("127.0.0.1", server.port());
    const auto waitFor = [](auto condition) {
        while (!condition())
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    };
    waitFor([&] { return !server.channels().isEmpty(); });
    const auto bytes = [&] {
        const QRepod::Statistics statistics = listener.connection()->statistics();
        return statistics.bytesReceived + statistics.bytesSent;
    };
    const auto received = [&] { return listener.connection()->statistics().messagesReceived; };
    const qint64 before = bytes();
    const qint64 alreadyReceived = received();
    for (int sent = 0; sent < count; sent += 100) { // like a game, some at a time
        for (int i = 0; i < 100; ++i)
            server.channels().first()->send(moveMessage());
        waitFor([&] { return received() - alreadyReceived >= sent + 100; });
    }
    return double(bytes() - before) / count;
}

Sample run(bool hasSession, bool isQuick)
{
    const int sessionTimeout = hasSession ? patience : 0;
    const qint64 messages = isQuick ? 100'000 : 1'000'000;
    const auto peer =
        Peers::qrepod(Peers::Handlers::Typed, Peers::Client::EventDriven, sessionTimeout);
    Sample sample = streamMessages(*peer, Direction::ToClient, messages);
    sample.values["messages/s to the client"] = sample.values["messages/s"];
    sample.values["messages/s to the server"] =
        streamMessages(*peer, Direction::ToServer, messages).values["messages/s"];
    sample.values.erase("messages/s");
    sample.values["pump, ns/message"] = pumpCostOf(isQuick ? 3 : 15, hasSession);
    sample.values["KiB/connection"] = memoryOf(isQuick ? 200 : 900, sessionTimeout);
    sample.values["bytes/message"] = bytesOf(isQuick ? 2'000 : 20'000, sessionTimeout);
    return sample;
}

} // namespace

Scenario Scenarios::session(bool isQuick)
{
    const char *const with = "QRepod, sessions";
    const char *const without = "QRepod";
    return {"session",
            "what it costs to keep sessions while nothing breaks",
            {{without, [=] { return run(false, isQuick); }},
             {with, [=] { return run(true, isQuick); }}},
            {{"messages/s to the client", with, without, Target::AtLeast, 0.95},
             {"messages/s to the server", with, without, Target::AtLeast, 0.95},
             {"pump, ns/message", with, without, Target::AtMost, 1.05}}};
}

#include "sessions.moc"
