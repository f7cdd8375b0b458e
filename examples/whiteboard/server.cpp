// SPDX-License-Identifier: MIT
// whiteboard-server [host [port [port for browsers]]] [--page PORT] …: see --help

#include "endpoints.h"
#include "whiteboard/whiteboardserver.h"

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    QCommandLineParser options;
    Endpoints::addOptions(options);
    options.process(application);

    WhiteboardServer server;
    Endpoints endpoints(&server);
    return endpoints.open("Whiteboard", options) ? application.exec() : 1;
}
