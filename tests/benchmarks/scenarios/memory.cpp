// SPDX-License-Identifier: MIT
#include "peers/qrepodpeer.h"
#include "scenarios/rawclients.h"
#include "scenarios/scenarios.h"

#include <QRepod/Server>
#ifdef QREPOD_BENCH_GATE
#    include <QRepod/WebSocket>
#endif

#include <QtCore/qcoreapplication.h>
#include <QtCore/qelapsedtimer.h>
#include <QtNetwork/qtcpserver.h>
#include <QtNetwork/qtcpsocket.h>

#include <malloc.h>

namespace {

double allocatedKib()
{
    const struct mallinfo2 info = mallinfo2();
    return double(info.uordblks + info.hblkhd) / 1024;
}

//! Returns the heap per connection, for \a count connections, once \a connected() counts them all.
template <class Connected>
Sample measure(quint16 port, int count, Connected connected, const QByteArray &hello = {})
{
    QCoreApplication::processEvents();
    const double before = allocatedKib();
    // The clients' side holds 4 bytes per connection.
    const RawClients clients(port, count, hello);
    while (connected() < count)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    QElapsedTimer settling; // lets posted events and deferred deletions finish
    settling.start();
    while (settling.elapsed() < 200)
        QCoreApplication::processEvents();
    return {{{"KiB/connection", (allocatedKib() - before) / count}}, {}};
}

Sample qrepod(int count)
{
    QRepod::Server server;
    if (!server.listen("127.0.0.1", 0))
        qFatal("%s", qPrintable(server.errorString()));
    return measure(server.port(), count, [&] { return server.channels().size(); });
}

#ifdef QREPOD_BENCH_GATE
Sample webSocket(int count)
{
    QRepod::Server server;
    QRepod::WebSocketGate gate(&server);
    if (!gate.listen("127.0.0.1", 0))
        qFatal("%s", qPrintable(gate.errorString()));
    return measure(
        gate.port(), count, [&] { return server.channels().size(); }, webSocketHello);
}
#endif

Sample plain(int count)
{
    QTcpServer server;
    int connected = 0;
    QObject::connect(&server, &QTcpServer::newConnection, &server, [&] {
        while (server.nextPendingConnection())
            ++connected;
    });
    server.setListenBacklogSize(1'024);
    server.listen(QHostAddress::LocalHost);
    // Connecting blocks while the backlog is full, and the server works in this thread.
    return measure(server.serverPort(), count, [&] { return connected; });
}

} // namespace

Scenario Scenarios::memory(bool isQuick)
{
    const int count = isQuick ? 200 : 900; // below the backlog: both ends are in one thread
    Scenario scenario{"memory", "heap that a server holds for an idle connection", {}, {}};
    scenario.contenders.push_back({"QRepod", [=] { return qrepod(count); }});
#ifdef QREPOD_BENCH_GATE
    scenario.contenders.push_back({"QRepod, WebSocket", [=] { return webSocket(count); }});
    scenario.targets.push_back({"KiB/connection", "QRepod, WebSocket", {}, Target::AtMost, 12});
#endif
    scenario.contenders.push_back({"QTcpServer", [=] { return plain(count); }});
    scenario.targets.push_back({"KiB/connection", "QRepod", {}, Target::AtMost, 8});
    return scenario;
}
