// SPDX-License-Identifier: MIT
// arena-server [--host ADDRESS] [--port PORT] …: see --help

#include "arena/arenaserver.h"
#include "endpoints.h"

#include <QRepod/Cluster>

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    QCommandLineParser options;
    Endpoints::addOptions(options);
    options.addOptions({
        {"ships", "Bots fill each room up to this many ships.", "count", "3"},
        {"redis", "Share private rooms with the servers at this Redis.", "url"},
        {"address", "With --redis: where clients reach this server.", "host:port"},
    });
    options.process(application);

    ArenaServer server(options.value("ships").toInt());
    Endpoints endpoints(&server);
    if (!endpoints.open("Arena", options))
        return 1;
    QRepod::Cluster cluster(&server);
    if (options.isSet("redis")) {
        cluster.setName("arena");
        cluster.setAddress(options.value("address"));
        cluster.join(options.value("redis"));
        server.openSomewhere = [&cluster](const QString &room) { return cluster.openRoom(room); };
    }
    return application.exec();
}
