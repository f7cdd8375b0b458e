// SPDX-License-Identifier: MIT
// lag-time-server [host [port]]: measures the round trip to each client.

#include "interrupt.h"

#include <QRepod/Channel>
#include <QRepod/Server>

#include <QtCore/QElapsedTimer>
#include <QtCore/QTextStream>

#include <algorithm>

namespace {

QTextStream out(stdout);

QString milliseconds(qint64 nanoseconds)
{
    return QString::number(double(nanoseconds) / 1e6, 'f', 3) + " ms";
}

} // namespace

class LagTimeChannel : public QRepod::Channel
{
    Q_OBJECT

public slots:
    void Network_connected()
    {
        out << "Client " << address() << " connected" << Qt::endl;
        ping();
    }

    void Network_ping(int count)
    {
        m_roundTrips.append(m_sent.nsecsElapsed());
        out << "Client " << address() << ": ping " << count << " took "
            << milliseconds(m_roundTrips.last()) << Qt::endl;
        ping();
    }

    void Network_disconnected()
    {
        out << "Client " << address() << " disconnected" << Qt::endl;
        if (m_roundTrips.isEmpty())
            return;
        std::sort(m_roundTrips.begin(), m_roundTrips.end());
        const auto percentile = [this](qsizetype percent) {
            return milliseconds(m_roundTrips[(m_roundTrips.size() - 1) * percent / 100]);
        };
        out << "Client " << address() << ": minimum " << percentile(0) << ", median "
            << percentile(50) << ", p99 " << percentile(99) << ", maximum " << percentile(100)
            << " of " << m_roundTrips.size() << " round trips" << Qt::endl;
    }

private:
    void ping()
    {
        m_sent.start();
        send({{"action", "ping"}, {"count", m_count++}});
    }

    int m_count = 0;
    QElapsedTimer m_sent;
    QList<qint64> m_roundTrips; // nanoseconds
};

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    quitOnInterrupt(application);
    const QStringList arguments = application.arguments();
    const QString host = arguments.value(1, "127.0.0.1");

    QRepod::Server server;
    server.setChannelClass<LagTimeChannel>();
    if (!server.listen(host, arguments.value(2, "5071").toUShort())) {
        QTextStream(stderr) << "Error: " << server.errorString() << Qt::endl;
        return 1;
    }
    out << "Server running on " << host << ':' << server.port() << Qt::endl;
    return application.exec();
}

#include "server.moc"
