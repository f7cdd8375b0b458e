// SPDX-License-Identifier: MIT
// lag-time-client [host [port]]: answers ten pings.

#include "interrupt.h"

#include <QRepod/ConnectionListener>

#include <QtCore/QTextStream>

namespace {

QTextStream out(stdout);

}

class LagTimeClient : public QRepod::ConnectionListener
{
    Q_OBJECT

public slots:
    void Network_connected() { out << "Connected to server!" << Qt::endl; }

    void Network_ping(int count)
    {
        out << "Got ping #" << count << Qt::endl;
        if (++m_received < 10) {
            send("ping", {{"count", count}});
            return;
        }
        out << "Received 10 pings, closing connection..." << Qt::endl;
        close();
    }

    void Network_error(const QString &error)
    {
        out << "Error: " << error << Qt::endl;
        QCoreApplication::exit(1);
    }

    void Network_disconnected()
    {
        out << "Disconnected from server" << Qt::endl;
        QCoreApplication::quit();
    }

private:
    int m_received = 0;
};

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    quitOnInterrupt(application);
    const QStringList arguments = application.arguments();

    LagTimeClient client;
    client.setAutoPump(true);
    client.connect(arguments.value(1, "127.0.0.1"), arguments.value(2, "5071").toInt());
    return application.exec();
}

#include "client.moc"
