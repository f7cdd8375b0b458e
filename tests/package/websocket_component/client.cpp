// SPDX-License-Identifier: MIT
// Uses nothing of the component but its urls.

#include <QRepod/ConnectionListener>

#include <QtCore/QCoreApplication>
#include <QtCore/QUrl>

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    QRepod::ConnectionListener listener;
    listener.setAutoPump(true);
    QObject::connect(&listener, &QRepod::ConnectionListener::connected, &application,
                     [] { QCoreApplication::exit(0); });
    QObject::connect(&listener, &QRepod::ConnectionListener::errorOccurred, &application,
                     [](const QString &error) {
                         qWarning("%s", qPrintable(error));
                         QCoreApplication::exit(1);
                     });
    listener.connect(QUrl(application.arguments().at(1)));
    return QCoreApplication::exec();
}
