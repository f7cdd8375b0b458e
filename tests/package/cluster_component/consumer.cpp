// SPDX-License-Identifier: MIT
// Two nodes of a cluster, built against the installed component.

#include <QRepod/Cluster>
#include <QRepod/Server>

#include <QtCore/QCoreApplication>
#include <QtCore/QTimer>

static_assert(__cplusplus == 201703L, "a game may be C++17");

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    QRepod::Server first;
    QRepod::Server second;
    QRepod::Cluster here(&first);
    QRepod::Cluster there(&second);
    QObject::connect(&here, &QRepod::Cluster::nodeJoined, &application, [&](const QString &node) {
        QCoreApplication::exit(node == there.nodeId() ? 0 : 1);
    });
    here.join(QUrl("memory://consumer"));
    there.join(QUrl("memory://consumer"));
    QTimer::singleShot(60'000, [] { QCoreApplication::exit(1); });
    return QCoreApplication::exec();
}
