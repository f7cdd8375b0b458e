// SPDX-License-Identifier: MIT
// arena-server [--host ADDRESS] [--port PORT] …: see --help

#include "arena/arenaserver.h"
#include "interrupt.h"
#include "pageserver.h"

#include <QRepod/Cluster>
#include <QRepod/MetricsPage>
#include <QRepod/WebSocketGate>

#include <QtCore/QCommandLineParser>
#include <QtCore/QTextStream>

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    quitOnInterrupt(application);
    QCommandLineParser options;
    options.addHelpOption();
    options.addOptions({
        {"host", "Listen on this address.", "address", "127.0.0.1"},
        {"port", "Listen on this port.", "port", "5071"},
        {"browsers", "Let browsers in on this port; with --page by default on 5072.", "port",
         "5072"},
        {"page", "Serve the page to browsers on this port.", "port"},
        {"ships", "Bots fill a room up to so many ships.", "count", "3"},
        {"monitor", "Show figures at http://127.0.0.1:PORT/.", "port"},
        {"announce", "Be found on the local network under this title.", "title"},
        {"redis", "Share private rooms with the servers at this Redis.", "url"},
        {"address", "With --redis: where clients reach this server.", "host:port"},
    });
    options.process(application);

    ArenaServer server(options.value("ships").toInt());
    QRepod::WebSocketGate gate(&server);
    QRepod::MetricsPage figures(&server);
    QRepod::Cluster cluster(&server);
    const QString host = options.value("host");
    const bool hasGate = options.isSet("browsers") || options.isSet("page");
    const auto fails = [&](const QString &option, const auto &listen) {
        return options.isSet(option) && !listen(options.value(option).toInt());
    };
    if (!server.listen(host, options.value("port").toInt())
        || (options.isSet("announce") && !server.announce(options.value("announce")))
        || (hasGate && !gate.listen(host, options.value("browsers").toInt()))
        || fails("monitor", [&](int port) { return figures.listen("127.0.0.1", port); })) {
        qCritical().noquote() << "Error:"
                              << server.errorString() + gate.errorString() + figures.errorString();
        return 1;
    }
    PageServer pages("arena.html", gate.port());
    if (fails("page", [&](int port) { return pages.listen(host, port); })) {
        qCritical("Error: the page needs an address and a port that are free");
        return 1;
    }
    if (options.isSet("redis")) {
        cluster.setName("arena");
        cluster.setAddress(options.value("address"));
        cluster.join(options.value("redis"));
        server.openSomewhere = [&cluster](const QString &room) { return cluster.openRoom(room); };
    }
    QTextStream out(stdout);
    out << "Arena server running on " << host << ':' << server.port() << Qt::endl;
    if (pages.port() > 0)
        out << "Open http://" << host << ':' << pages.port() << " in a browser" << Qt::endl;
    return application.exec();
}
