// SPDX-License-Identifier: MIT
// tag-server [host [port]] [--announce TITLE]

#include "endpoints.h"
#include "tag/tagserver.h"

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    QCommandLineParser options;
    Endpoints::addOptions(options);
    options.process(application);

    TagServer server;
    Endpoints endpoints(&server);
    return endpoints.open("Tag", options) ? application.exec() : 1;
}
