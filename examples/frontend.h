// SPDX-License-Identifier: MIT
#pragma once

#include "interrupt.h"

#include <QRepod/Server>

#include <QtCore/QCommandLineParser>
#include <QtCore/QSysInfo>
#include <QtCore/QTextStream>
#include <QtGui/QGuiApplication>
#include <QtNetwork/QHostAddress>
#include <QtQml/QQmlApplicationEngine>

#include <memory>

//! Runs the window of the module \a game, and with `--host` also a \a Server for it, which windows
//! on the local network find: `program [--host] [host [port]]`. Without arguments the window asks
//! where to connect.
template <class Server>
int runFrontend(QGuiApplication &application, const QString &game, const QString &description)
{
    quitOnInterrupt(application);

    QCommandLineParser parser;
    parser.setApplicationDescription(description);
    parser.addHelpOption();
    parser.addOption({"host", "Runs the server, too. Give 0.0.0.0 to let other machines join."});
    parser.addPositionalArgument("host", "The server's machine, by default 127.0.0.1.", "[host");
    parser.addPositionalArgument("port", "The server's port, by default 5071.", "[port]]");
    parser.process(application);

    const QStringList arguments = parser.positionalArguments();
    QString host = arguments.value(0, "127.0.0.1");
    int port = arguments.value(1, "5071").toInt();

    std::unique_ptr<Server> server;
    if (parser.isSet("host")) {
        server = std::make_unique<Server>();
        if (!server->listen(host, port)) {
            QTextStream(stderr) << "Error: " << server->errorString() << Qt::endl;
            return 1;
        }
        port = server->port();
        const QHostAddress address(host);
        QRepod::Server &own = *server;
        if (!address.isLoopback()) // other machines may join, so let their windows find it
            own.announce(QSysInfo::machineHostName(), {{"game", game}});
        if (address == QHostAddress::AnyIPv4 || address == QHostAddress::Any)
            host = "127.0.0.1";
        else if (address == QHostAddress::AnyIPv6)
            host = "::1";
    }

    QQmlApplicationEngine engine;
    engine.addImportPath(QREPOD_QML_IMPORT_PATH); // where this build has put the module
    engine.setInitialProperties({{"host", host},
                                 {"port", port},
                                 {"hosting", bool(server)},
                                 {"connectAtOnce", server || !arguments.isEmpty()}});
    engine.load(QUrl("qrc:/qt/qml/" + game + "/Main.qml"));
    return engine.rootObjects().isEmpty() ? 1 : application.exec();
}
