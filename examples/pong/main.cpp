// SPDX-License-Identifier: MIT
// pong [--host] [host [port]]

#include "frontend.h"
#include "pong/pongserver.h"

int main(int argc, char *argv[])
{
    QGuiApplication application(argc, argv);
    return runFrontend<PongServer>(application, "Pong", "Pong for two.");
}
