// SPDX-License-Identifier: MIT
// arena [--host] [host [port]]

#include "arena/arenaserver.h"
#include "frontend.h"

int main(int argc, char *argv[])
{
    QGuiApplication application(argc, argv);
    return runFrontend<ArenaServer>(application, "Arena", "Collect gold, and shoot at the others.");
}
