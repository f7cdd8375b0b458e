// SPDX-License-Identifier: MIT
// tag-server [host [port]]

#include "interrupt.h"
#include "tag/tagserver.h"

#include <QtCore/QTextStream>

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    quitOnInterrupt(application);
    const QStringList arguments = application.arguments();
    const QString host = arguments.value(1, "127.0.0.1");

    TagServer server;
    if (!server.listen(host, arguments.value(2, "5071").toInt())) {
        QTextStream(stderr) << "Error: " << server.errorString() << Qt::endl;
        return 1;
    }
    QTextStream(stdout) << "Tag server running on " << host << ':' << server.port()
                        << "\nPress Ctrl+C to stop" << Qt::endl;
    return application.exec();
}
