// SPDX-License-Identifier: MIT
// whiteboard-server [host [port [port for browsers]]]

#include "interrupt.h"
#include "whiteboard/whiteboardserver.h"

#ifdef QREPOD_HAS_WEBSOCKET
#    include <QRepod/WebSocket>
#endif

#include <QtCore/QTextStream>

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    quitOnInterrupt(application);
    const QStringList arguments = application.arguments();
    const QString host = arguments.value(1, "127.0.0.1");

    WhiteboardServer server;
    if (!server.listen(host, arguments.value(2, "5071").toUShort())) {
        QTextStream(stderr) << "Error: " << server.errorString() << Qt::endl;
        return 1;
    }
#ifdef QREPOD_HAS_WEBSOCKET
    QRepod::WebSocketGate gate(&server);
    if (arguments.size() > 3 && !gate.listen(host, arguments[3].toUShort())) {
        QTextStream(stderr) << "Error: " << gate.errorString() << Qt::endl;
        return 1;
    }
#endif
    QTextStream(stdout) << "Whiteboard server running on " << host << ':' << server.port()
                        << "\nPress Ctrl+C to stop" << Qt::endl;
    return application.exec();
}
