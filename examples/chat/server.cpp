// SPDX-License-Identifier: MIT
// chat-server [host [port]]

#include "chat/chatserver.h"
#include "interrupt.h"

#include <QtCore/QTextStream>

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    quitOnInterrupt(application);
    const QStringList arguments = application.arguments();
    const QString host = arguments.value(1, "127.0.0.1");
    const int port = arguments.value(2, "5071").toInt();

    ChatServer server;
    if (!server.listen(host, port)) {
        QTextStream(stderr) << "Error: " << server.errorString() << Qt::endl;
        return 1;
    }
    QTextStream(stdout) << "Chat server running on " << host << ':' << server.port()
                        << "\nPress Ctrl+C to stop" << Qt::endl;
    return application.exec();
}
