// SPDX-License-Identifier: MIT
// whiteboard [--host] [host [port]]

#include "frontend.h"
#include "whiteboard/whiteboardserver.h"

int main(int argc, char *argv[])
{
    QGuiApplication application(argc, argv);
    return runFrontend<WhiteboardServer>(application, "Whiteboard",
                                         "A whiteboard to draw on together.");
}
