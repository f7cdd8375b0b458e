// SPDX-License-Identifier: MIT
// arena [--host] [host [port]]

#include "arena/arenaserver.h"
#include "frontend.h"

int main(int argc, char *argv[])
{
    QGuiApplication application(argc, argv);
    return runFrontend<ArenaServer>(application, "Arena: collect gold, and shoot at the others.",
                                    QUrl("qrc:/qt/qml/Arena/Main.qml"));
}
