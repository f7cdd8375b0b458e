// SPDX-License-Identifier: MIT
// tag [--host] [host [port]]

#include "frontend.h"
#include "tag/tagserver.h"

int main(int argc, char *argv[])
{
    QGuiApplication application(argc, argv);
    return runFrontend<TagServer>(application, "Tag", "Run, or catch somebody.");
}
