// SPDX-License-Identifier: MIT
// arena-server [--host ADDRESS] [--port PORT] …: see --help

#include "arena/arenaserver.h"
#include "interrupt.h"

#include <QRepod/Cluster>
#include <QRepod/MetricsPage>

#include <QtCore/QCommandLineParser>

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    quitOnInterrupt(application);
    QCommandLineParser options;
    options.addHelpOption();
    options.addOptions({
        {"host", "Listen on this address.", "address", "127.0.0.1"},
        {"port", "Listen on this port.", "port", "5071"},
        {"ships", "Bots fill a room up to so many ships.", "count", "3"},
        {"monitor", "Show figures at http://127.0.0.1:PORT/.", "port"},
        {"announce", "Be found on the local network under this title.", "title"},
        {"redis", "Share private rooms with the servers at this Redis.", "url"},
        {"address", "With --redis: where clients reach this server.", "host:port"},
    });
    options.process(application);

    ArenaServer server(options.value("ships").toInt());
    QRepod::MetricsPage page(&server);
    QRepod::Cluster cluster(&server);
    if (!server.listen(options.value("host"), options.value("port").toInt())
        || (options.isSet("announce") && !server.announce(options.value("announce")))
        || (options.isSet("monitor")
            && !page.listen("127.0.0.1", options.value("monitor").toInt()))) {
        qCritical().noquote() << "Error:" << server.errorString() + page.errorString();
        return 1;
    }
    if (options.isSet("redis")) {
        cluster.setName("arena");
        cluster.setAddress(options.value("address"));
        cluster.join(options.value("redis"));
        server.openSomewhere = [&cluster](const QString &room) { return cluster.openRoom(room); };
    }
    qInfo().noquote() << "Arena server running on port" << server.port();
    return application.exec();
}
