// SPDX-License-Identifier: MIT

//! A server in a process of its own, which tests stop and resume. It echoes what it gets.
//!
//!     echoserver HEARTBEAT_INTERVAL IDLE_TIMEOUT
//!
//! Prints its port.

#include <QRepod/Channel>
#include <QRepod/Server>

#include <QtCore/QCoreApplication>

#include <cstdio>

namespace {

class EchoChannel : public QRepod::Channel
{
    Q_OBJECT

public:
    void network_received(const QVariantMap &message) override { send(message); }
};

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() != 3)
        return 2;
    QRepod::Server server;
    server.setChannelClass<EchoChannel>();
    server.setHeartbeatInterval(arguments[1].toInt());
    server.setIdleTimeout(arguments[2].toInt());
    if (!server.listen(QStringLiteral("127.0.0.1"), 0))
        return 1;
    std::printf("%d\n", int(server.port()));
    std::fflush(stdout);
    return QCoreApplication::exec();
}

#include "echoserver.moc"
