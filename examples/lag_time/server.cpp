// SPDX-License-Identifier: MIT
// lag-time-server [host [port]]: measures the round trip to each client.

#include "interrupt.h"
#include "lag_time/lagtimeserver.h"

#include <QtCore/QTextStream>

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    quitOnInterrupt(application);
    const QStringList arguments = application.arguments();
    const QString host = arguments.value(1, "127.0.0.1");

    LagTimeServer server;
    server.setVerbose(true);
    if (!server.listen(host, arguments.value(2, "5071").toInt())) {
        QTextStream(stderr) << "Error: " << server.errorString() << Qt::endl;
        return 1;
    }
    QTextStream(stdout) << "Server running on " << host << ':' << server.port() << Qt::endl;
    return application.exec();
}
