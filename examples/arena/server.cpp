// SPDX-License-Identifier: MIT
// arena-server [--host ADDRESS] [--port PORT] …: see --help

#include "arena/arenaserver.h"
#include "interrupt.h"

#include <QtCore/QCommandLineParser>

#ifdef QREPOD_HAS_CLUSTER
#    include <QRepod/Cluster>
#endif
#ifdef QREPOD_HAS_MONITOR
#    include <QRepod/MetricsPage>
#endif

namespace {

int fail(const QString &error)
{
    qCritical().noquote() << "Error:" << error;
    return 1;
}

} // namespace

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
    const QString host = options.value("host");

    ArenaServer server(options.value("ships").toInt());
    if (!server.listen(host, options.value("port").toInt()))
        return fail(server.errorString());
    if (options.isSet("announce") && !server.announce(options.value("announce")))
        return fail(server.errorString());

#ifdef QREPOD_HAS_MONITOR
    QRepod::MetricsPage page(&server);
    if (options.isSet("monitor") && !page.listen("127.0.0.1", options.value("monitor").toInt()))
        return fail(page.errorString());
#else
    if (options.isSet("monitor"))
        return fail("--monitor needs the component Monitor, which this build is without");
#endif

#ifdef QREPOD_HAS_CLUSTER
    QRepod::Cluster cluster(&server);
    if (options.isSet("redis")) {
        server.address = options.value("address");
        if (server.address.isEmpty())
            server.address = QString("127.0.0.1:%1").arg(server.port());
        server.ownerOf = [&cluster](const QString &room) { return cluster.openRoom(room); };
        cluster.setName("arena");
        cluster.setAddress(server.address);
        cluster.join(options.value("redis"));
    }
#else
    if (options.isSet("redis"))
        return fail("--redis needs the component Cluster, which this build is without");
#endif

    qInfo().noquote() << "Arena server running on" << host + ':' + QString::number(server.port());
    return application.exec();
}
