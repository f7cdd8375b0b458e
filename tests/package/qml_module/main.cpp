// SPDX-License-Identifier: MIT
// Ends with success when a message has gone from a listener in QML to a server in QML.

#include <QtCore/QCoreApplication>
#include <QtCore/QTimer>
#include <QtCore/QtPlugin>
#include <QtQml/QQmlApplicationEngine>

#ifdef QREPOD_STATIC
Q_IMPORT_PLUGIN(QRepodPlugin)
#endif

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    QQmlApplicationEngine engine;
#ifdef QREPOD_QML_IMPORT_PATH
    engine.addImportPath(QStringLiteral(QREPOD_QML_IMPORT_PATH));
#endif
    engine.loadData(R"(
import QtQml
import QRepod

QtObject {
    property Server server: Server {
        id: server

        port: 0
        active: true

        function network_hello(channel, name: string) {
            Qt.exit(name === "Ada" ? 0 : 1);
        }
    }
    property ConnectionListener listener: ConnectionListener {
        port: server.actualPort
        active: true
        onConnected: send("hello", {name: "Ada"})
    }
}
)");
    if (engine.rootObjects().isEmpty())
        return 1;
    QTimer::singleShot(30'000, [] { QCoreApplication::exit(2); });
    return QCoreApplication::exec();
}
