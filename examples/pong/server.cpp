// SPDX-License-Identifier: MIT
// pong-server [host [port [win score]]]

#include "interrupt.h"
#include "pong/pongserver.h"

#include <QtCore/QTextStream>

#include <algorithm>

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    quitOnInterrupt(application);
    const QStringList arguments = application.arguments();
    const QString host = arguments.value(1, "127.0.0.1");

    PongServer server(std::max(1, arguments.value(3, "5").toInt()));
    if (!server.listen(host, arguments.value(2, "5071").toInt())) {
        QTextStream(stderr) << "Error: " << server.errorString() << Qt::endl;
        return 1;
    }
    QTextStream(stdout) << "Pong server running on " << host << ':' << server.port()
                        << "\nPress Ctrl+C to stop" << Qt::endl;
    return application.exec();
}
