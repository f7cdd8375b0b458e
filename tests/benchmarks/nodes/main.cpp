// SPDX-License-Identifier: MIT

//! Runs two nodes of a cluster in processes of their own, and measures how many messages per second
//! go from one to the clients of the other over Redis, how long they take, and what they cost.
//!
//!     qrepod-nodes REDIS_URL REDIS_PID [RATE…]
//!
//! socketio.mjs measures Socket.IO's Redis adapter with the same arguments; see README.md.

#include <QRepod/Channel>
#include <QRepod/Client>
#include <QRepod/Cluster>
#include <QRepod/ConnectionListener>
#include <QRepod/Server>

#include <QtCore/QCoreApplication>
#include <QtCore/QDir>
#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QTimer>
#include <QtCore/QUrl>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <vector>

namespace {

constexpr int seconds = 5;
constexpr int payloadSize = 100; // bytes
constexpr int turn = 5;          // milliseconds

qint64 nanoseconds()
{
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

//! Sends to all clients on every node, at the rate that a client asks for.
class Sender : public QRepod::Channel
{
    Q_OBJECT

public:
    Q_INVOKABLE void Network_go(int rate)
    {
        m_left = rate * seconds;
        m_rate = rate;
        m_clock.start();
        m_timer.callOnTimeout(this, &Sender::sendDue);
        m_timer.start(std::max(1, std::min(turn, 1000 / rate)));
    }

private:
    void sendDue()
    {
        const qint64 due = m_clock.elapsed() * m_rate / 1000 - m_sent;
        for (qint64 i = 0; i < due && m_left > 0; ++i, --m_left, ++m_sent)
            server()->sendToAll(QStringLiteral("tick"),
                                {{QStringLiteral("t"), nanoseconds()},
                                 {QStringLiteral("data"), QByteArray(payloadSize, 'x')}});
        if (m_left == 0)
            m_timer.stop();
    }

    QTimer m_timer;
    QElapsedTimer m_clock;
    qint64 m_rate = 0;
    qint64 m_left = 0;
    qint64 m_sent = 0;
};

int serve(const QString &engine)
{
    QRepod::Server server;
    server.setChannelClass<Sender>();
    if (!server.listen(QStringLiteral("127.0.0.1"), 0))
        return 1;
    QRepod::Cluster cluster(&server);
    QObject::connect(&cluster, &QRepod::Cluster::online, [&] {
        std::printf("%d\n", int(server.port()));
        std::fflush(stdout);
    });
    cluster.join(QUrl(engine));
    return QCoreApplication::exec();
}

//! Returns the processor time of a process in nanoseconds, as counted by the scheduler.
qint64 cpuOf(qint64 pid)
{
    qint64 sum = 0;
    const QString folder = QStringLiteral("/proc/%1/task").arg(pid);
    const QStringList tasks = QDir(folder).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QString &task : tasks) {
        QFile file(folder + u'/' + task + QStringLiteral("/schedstat"));
        if (file.open(QIODevice::ReadOnly))
            sum += file.readLine().split(' ').value(0).toLongLong();
    }
    return sum;
}

class Player : public QRepod::ConnectionListener
{
    Q_OBJECT

public:
    Q_INVOKABLE void Network_tick(qint64 t) { delays.push_back(double(nanoseconds() - t) / 1e6); }

    std::vector<double> delays; // milliseconds
};

double percentile(std::vector<double> &values, double part)
{
    if (values.empty())
        return 0;
    const auto place = values.begin() + std::ptrdiff_t(part * double(values.size() - 1));
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

void pumpFor(std::initializer_list<Player *> players, int milliseconds)
{
    const QDeadlineTimer end(milliseconds);
    while (!end.hasExpired()) {
        QCoreApplication::processEvents(QEventLoop::AllEvents, 1);
        for (Player *const player : players)
            player->pump();
    }
}

struct Process
{
    const char *name;
    qint64 pid;
};

//! \a near is a client of the sending node, \a far a client of the other.
void measure(int rate, quint16 senderPort, quint16 otherPort, const std::vector<Process> &processes)
{
    Player near;
    Player far;
    near.connect(QStringLiteral("127.0.0.1"), senderPort);
    far.connect(QStringLiteral("127.0.0.1"), otherPort);
    pumpFor({&near, &far}, 1000);
    std::map<QByteArray, qint64> before;
    for (const Process &process : processes)
        before[process.name] = cpuOf(process.pid);
    near.send(QStringLiteral("go"), {{QStringLiteral("rate"), rate}});
    pumpFor({&near, &far}, seconds * 1000 + 1500);
    const auto sent = double(rate) * seconds;
    std::printf(
        "%7d/s  near %5.1f %% p50 %.2f p99 %.2f ms  far %5.1f %% p50 %.2f p99 %.2f ms  CPU a "
        "message:",
        rate, 100 * double(near.delays.size()) / sent, percentile(near.delays, 0.5),
        percentile(near.delays, 0.99), 100 * double(far.delays.size()) / sent,
        percentile(far.delays, 0.5), percentile(far.delays, 0.99));
    for (const Process &process : processes)
        std::printf(" %s %.2f us", process.name,
                    double(cpuOf(process.pid) - before[process.name]) / 1000 / sent);
    std::printf("\n");
    std::fflush(stdout);
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.value(1) == QStringLiteral("serve"))
        return serve(arguments.value(2));
    if (arguments.size() < 3) {
        std::fprintf(stderr, "qrepod-nodes REDIS_URL REDIS_PID [RATE...]\n");
        return 2;
    }
    QProcess sender;
    QProcess other;
    quint16 ports[2] = {0, 0};
    size_t index = 0;
    for (QProcess *const node : {&sender, &other}) {
        node->setProcessChannelMode(QProcess::ForwardedErrorChannel);
        node->start(QCoreApplication::applicationFilePath(),
                    {QStringLiteral("serve"), arguments[1]});
        if (!node->waitForReadyRead())
            return 1;
        ports[index++] = quint16(node->readLine().trimmed().toUInt());
    }
    const std::vector<Process> processes{{"sender", sender.processId()},
                                         {"other", other.processId()},
                                         {"redis", arguments[2].toLongLong()}};
    QStringList rates = arguments.mid(3);
    if (rates.isEmpty())
        rates = QStringList{QStringLiteral("100"), QStringLiteral("1000"), QStringLiteral("10000"),
                            QStringLiteral("50000")};
    for (const QString &rate : std::as_const(rates))
        measure(rate.toInt(), ports[0], ports[1], processes);
    for (QProcess *const node : {&sender, &other}) {
        node->kill();
        node->waitForFinished();
    }
    return 0;
}

#include "main.moc"
