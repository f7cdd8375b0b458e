// SPDX-License-Identifier: MIT
// lag_time [--host] [host [port]]

#include "frontend.h"
#include "lag_time/lagtimeserver.h"

int main(int argc, char *argv[])
{
    QGuiApplication application(argc, argv);
    return runFrontend<LagTimeServer>(application, "LagTime",
                                      "Plots the round trips to a lag_time server.");
}
