// SPDX-License-Identifier: MIT
// whiteboard-server [host [port [port for browsers]]] [--page PORT]

#include "interrupt.h"
#include "whiteboard/whiteboardserver.h"

#ifdef QREPOD_HAS_WEBSOCKET
#    include <QRepod/WebSocket>
#endif
#ifdef QREPOD_BROWSER_FOLDER
#    include "pageserver.h"
#endif

#include <QtCore/QCommandLineParser>
#include <QtCore/QTextStream>

namespace {

int fail(const QString &error)
{
    QTextStream(stderr) << "Error: " << error << Qt::endl;
    return 1;
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    quitOnInterrupt(application);
    QCommandLineParser parser;
    parser.addHelpOption();
    parser.addPositionalArgument("host", "Default: 127.0.0.1.", "[host");
    parser.addPositionalArgument("port", "Default: 5071.", "[port");
    parser.addPositionalArgument("gate", "For browsers. Default: none, or 5072 with --page.",
                                 "[port for browsers]]]");
    const QCommandLineOption pageOption("page", "Serve the page to browsers on PORT.", "PORT");
#ifdef QREPOD_BROWSER_FOLDER
    parser.addOption(pageOption);
#endif
    parser.process(application);
    const QStringList arguments = parser.positionalArguments();
    const QString host = arguments.value(0, "127.0.0.1");

    WhiteboardServer server;
    if (!server.listen(host, arguments.value(1, "5071").toInt()))
        return fail(server.errorString());
    QTextStream out(stdout);
    out << "Whiteboard server running on " << host << ':' << server.port() << Qt::endl;
#ifdef QREPOD_HAS_WEBSOCKET
    QRepod::WebSocketGate gate(&server);
    const bool hasGate = arguments.size() > 2 || parser.isSet(pageOption);
    if (hasGate && !gate.listen(host, arguments.value(2, "5072").toInt()))
        return fail(gate.errorString());
#endif
#ifdef QREPOD_BROWSER_FOLDER
    PageServer pages("whiteboard.html", gate.port());
    if (parser.isSet(pageOption)) {
        if (!pages.listen(host, parser.value(pageOption).toInt()))
            return fail("the page needs an address and a port that are free");
        out << "Open http://" << host << ':' << pages.port() << " in a browser" << Qt::endl;
    }
#endif
    out << "Press Ctrl+C to stop" << Qt::endl;
    return application.exec();
}
