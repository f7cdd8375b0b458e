// SPDX-License-Identifier: MIT
// qrepod-endurance [--cycles N] [--clients K] [--rounds R]; see README.md

#include "soak/resources.h"

#include <QRepod/Channel>
#include <QRepod/Client>
#include <QRepod/ConnectionListener>
#include <QRepod/Protocol>
#include <QRepod/Server>

#include <QtCore/QCommandLineParser>
#include <QtCore/QCoreApplication>
#include <QtCore/QDeadlineTimer>
#include <QtCore/QElapsedTimer>
#include <QtCore/QEventLoop>
#include <QtCore/QTimer>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

using QRepod::Channel;
using QRepod::ConnectionListener;
using QRepod::Server;

namespace {

constexpr int patience = 60'000; // milliseconds
const QString host = QStringLiteral("127.0.0.1");

int failures = 0;

void expect(bool isTrue, const char *what)
{
    if (isTrue)
        return;
    ++failures;
    std::printf("    FAILED: %s\n", what);
}

//! Runs the event loop until \a condition holds, or it takes too long.
bool eventually(const std::function<bool()> &condition)
{
    const QDeadlineTimer deadline(patience);
    while (!condition()) {
        if (deadline.hasExpired())
            return false;
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 10);
    }
    return true;
}

class EchoChannel : public Channel
{
    Q_OBJECT

public:
    void network_received(const QVariantMap &message) override
    {
        send(message);
        if (message[QStringLiteral("close")].toBool())
            close();
    }
};

// Connect, exchange, close

//! Makes one connection and ends it, at both ends.
bool cycle(ConnectionListener &listener, const Server &server, bool serverCloses)
{
    bool isConnected = false;
    bool isAnswered = false;
    bool hasEnded = false;
    QObject scope;
    QObject::connect(&listener, &ConnectionListener::connected, &scope,
                     [&] { isConnected = true; });
    QObject::connect(&listener, &ConnectionListener::disconnected, &scope,
                     [&] { hasEnded = true; });
    QObject::connect(&listener, &ConnectionListener::messageReceived, &scope,
                     [&](const QString &action) { isAnswered |= action == QLatin1String("echo"); });
    const auto until = [&](const bool &flag) {
        return eventually([&] {
            listener.pump();
            return flag;
        });
    };
    listener.connect(host, server.port());
    if (!until(isConnected)
        || listener.send(QStringLiteral("echo"), {{QStringLiteral("close"), serverCloses}}) == 0
        || !until(isAnswered))
        return false;
    if (!serverCloses)
        listener.close();
    return until(hasEnded) && eventually([&] { return server.channels().isEmpty(); });
}

//! Waits, because Qt releases some resources only later.
Resources settled(const Resources &wanted)
{
    Resources now = Resources::now();
    eventually([&, deadline = QDeadlineTimer(5'000)] {
        now = Resources::now();
        return deadline.hasExpired()
            || (now.descriptors <= wanted.descriptors && now.threads <= wanted.threads);
    });
    return now;
}

void cycles(int count)
{
    Server server;
    server.setChannelClass<EchoChannel>();
    if (!server.listen(host, 0))
        qFatal("%s", qPrintable(server.errorString()));
    ConnectionListener kept;
    const auto run = [&](int times) {
        for (int i = 0; i < times; ++i) {
            ConnectionListener fresh; // with a network thread of its own
            if (!cycle(i % 2 == 0 ? kept : fresh, server, i % 4 < 2))
                return false;
        }
        return true;
    };
    expect(run(100), "the first cycles end"); // they open what stays open
    const Resources before = Resources::now();
    QElapsedTimer clock;
    clock.start();
    expect(run(count), "every cycle ends");
    const qint64 milliseconds = clock.elapsed();
    const Resources after = settled(before);
    std::printf("%d cycles of connect, exchange, close in %.1f s\n    before: %s\n    after:  %s\n",
                count, double(milliseconds) / 1'000, qPrintable(before.toString()),
                qPrintable(after.toString()));
    expect(after.descriptors <= before.descriptors, "descriptors as at the start");
    expect(after.threads <= before.threads, "threads as at the start");
    expect(isSanitized || after.resident <= before.resident + 2 * 1024, "memory as at the start");
}

double median(std::vector<double> &values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// One stalled client among many

//! Clients that are sockets of the system, read by the code that waits for them.
class Audience
{
public:
    Audience(quint16 port, int count)
    {
        for (int i = 0; i < count; ++i)
            m_members.push_back({connectTo(port, 0), POLLIN, 0});
        m_wanted.resize(m_members.size());
    }

    ~Audience()
    {
        for (const pollfd &member : m_members)
            ::close(member.fd);
    }
    Q_DISABLE_COPY_MOVE(Audience)

    static int connectTo(quint16 port, int receiveBuffer)
    {
        const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
        if (receiveBuffer > 0)
            ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(descriptor, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
            qFatal("a client cannot connect");
        return descriptor;
    }

    //! Reads until everybody has received \a bytes more.
    bool receive(qint64 bytes)
    {
        for (qint64 &wanted : m_wanted)
            wanted += bytes;
        auto missing = std::ptrdiff_t(m_members.size());
        std::array<char, 65536> dropped;
        while (missing > 0) {
            if (::poll(m_members.data(), m_members.size(), patience) <= 0)
                return false;
            missing = 0;
            for (size_t i = 0; i < m_members.size(); ++i) {
                if (m_members[i].revents != 0) {
                    const ssize_t got =
                        ::recv(m_members[i].fd, dropped.data(), dropped.size(), MSG_DONTWAIT);
                    if (got == 0)
                        return false;
                    m_wanted[i] -= std::max<ssize_t>(got, 0);
                }
                missing += m_wanted[i] > 0;
            }
        }
        return true;
    }

private:
    std::vector<pollfd> m_members;
    std::vector<qint64> m_wanted; // bytes
};

//! Times in microseconds.
struct Cost
{
    double time = 0;
    double processor = 0; // of the whole program; the better measure on a busy machine
};

double processorTime()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto microseconds = [](const timeval &time) {
        return double(time.tv_sec) * 1e6 + double(time.tv_usec);
    };
    return microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
}

//! Returns the cost of each of \a rounds broadcasts, one after another, until the whole audience
//! has received it.
Cost broadcast(Server &server, Audience &audience, int rounds)
{
    const QVariantMap message{{QStringLiteral("action"), QStringLiteral("state")},
                              {QStringLiteral("data"), QByteArray(8 * 1024, 'x')}};
    const qint64 size = QRepod::encode(message).size();
    const double before = processorTime();
    QElapsedTimer clock;
    clock.start();
    for (int i = 0; i < rounds; ++i) {
        server.sendToAll(message);
        if (!audience.receive(size)) {
            expect(false, "everybody gets every broadcast");
            break;
        }
    }
    return {double(clock.nsecsElapsed()) / 1'000 / rounds, (processorTime() - before) / rounds};
}

void oneStalledAmong(int count, int rounds)
{
    Server server;
    server.startBackground();
    server.setHeartbeatInterval(0);
    if (!server.listen(host, 0))
        qFatal("%s", qPrintable(server.errorString()));
    Audience audience(server.port(), count - 1);
    expect(eventually([&] { return server.channels().size() == count - 1; }), "everybody joins");
    expect(audience.receive(
               QRepod::encode({{QStringLiteral("action"), QStringLiteral("connected")}}).size()),
           "everybody is greeted");
    broadcast(server, audience, rounds); // warms up

    std::array<std::vector<double>, 2> times; // without and with the stalled client
    std::array<std::vector<double>, 2> processor;
    std::vector<int> stalled;
    const Resources before = Resources::now();
    for (int turn = 0; turn < 10; ++turn) {
        const bool isOneStalled = turn % 2 == 1;
        if (isOneStalled) {
            stalled.push_back(Audience::connectTo(server.port(), 4096));
            expect(eventually([&] { return server.channels().size() == count; }), "it joins");
        }
        const Cost cost = broadcast(server, audience, rounds);
        times[isOneStalled].push_back(cost.time);
        processor[isOneStalled].push_back(cost.processor);
        if (isOneStalled) {
            ::close(stalled.back());
            expect(eventually([&] { return server.channels().size() == count - 1; }), "it leaves");
        }
    }
    std::printf("a broadcast of 8 KiB to %d clients, without and with another one that is stalled, "
                "medians of %zu x %d:\n",
                count - 1, times[0].size(), rounds);
    for (const auto &[name, series] : {std::pair("time", &times), {"processor", &processor}}) {
        const double without = median((*series)[0]);
        const double with = median((*series)[1]);
        std::printf("    %-10s %8.0f us %8.0f us, ratio %.2f\n", name, without, with,
                    with / without);
    }

    // Now send until it is too much.
    const int last = Audience::connectTo(server.port(), 4096);
    expect(eventually([&] { return server.channels().size() == count; }), "it joins");
    Channel *const channel = server.channels().last();
    std::mutex mutex; // guards the error, which the server's thread sets
    QString error;
    QObject::connect(channel, &Channel::errorOccurred, [&](const QString &text) {
        const std::lock_guard lock(mutex);
        error = text;
    });
    const auto hasError = [&] {
        const std::lock_guard lock(mutex);
        return !error.isEmpty();
    };
    qint64 peak = before.resident;
    qint64 sent = 0;
    // Once a message is refused, the channel is gone and must not be used.
    const QVariantMap message{{QStringLiteral("action"), QStringLiteral("state")},
                              {QStringLiteral("data"), QByteArray(32 * 1024, 'x')}};
    while (const qint64 accepted = channel->send(message)) {
        sent += accepted;
        peak = std::max(peak, Resources::now().resident);
    }
    expect(eventually(hasError), "the stalled one is closed with an error");
    std::printf("    it is closed after %.1f MiB; memory grew by %.1f MiB: %s\n",
                double(sent) / (1024 * 1024), double(peak - before.resident) / 1024,
                qPrintable(error));
    const qint64 limit = 4 * server.maximumSendBacklog() / 1024; // if a client takes nothing at all
    expect(isSanitized || peak - before.resident <= limit + limit / 4,
           "memory inside of the limit of the send backlog");
    expect(eventually([&] { return server.channels().size() == count - 1; }), "the others stay");
    broadcast(server, audience, 1);
    ::close(last);
}

// A server that is killed

//! The other process: listens, prints its port, and echoes until it is killed.
int serve(int output)
{
    Server server;
    server.setChannelClass<EchoChannel>();
    if (!server.listen(host, 0))
        return 1;
    const quint16 port = server.port();
    if (write(output, &port, sizeof port) != sizeof port)
        return 1;
    return QCoreApplication::exec();
}

void killedServer(int times)
{
    std::vector<double> milliseconds;
    QString how;
    for (int i = 0; i < times; ++i) {
        std::array<int, 2> pipe;
        if (::pipe(pipe.data()) != 0)
            qFatal("no pipe");
        const QByteArray output = QByteArray::number(pipe[1]);
        const pid_t child = fork();
        if (child == 0) {
            execl("/proc/self/exe", "qrepod-endurance", "--serve", output.constData(), nullptr);
            _exit(1);
        }
        ::close(pipe[1]);
        quint16 port = 0;
        const bool isThere = read(pipe[0], &port, sizeof port) == sizeof port;
        ::close(pipe[0]);
        expect(isThere, "the server starts");

        ConnectionListener listener;
        listener.setAutoPump(true);
        QString error;
        bool isAnswered = false;
        bool hasEnded = false;
        QElapsedTimer clock;
        QObject::connect(&listener, &ConnectionListener::errorOccurred, &listener,
                         [&](const QString &text) { error = text; });
        QObject::connect(
            &listener, &ConnectionListener::messageReceived, &listener,
            [&](const QString &action) { isAnswered |= action == QLatin1String("x"); });
        QObject::connect(&listener, &ConnectionListener::disconnected, &listener, [&] {
            milliseconds.push_back(double(clock.nsecsElapsed()) / 1e6);
            hasEnded = true;
        });
        listener.connect(host, port);
        expect(eventually([&] { return listener.state() == ConnectionListener::State::Connected; }),
               "the client connects");
        listener.send(QStringLiteral("x"), {});
        expect(eventually([&] { return isAnswered; }), "the client is answered");
        clock.start();
        ::kill(child, SIGKILL);
        expect(eventually([&] { return hasEnded; }), "the client knows");
        how = error.isEmpty() ? QStringLiteral("disconnected") : error;
        int status = 0;
        ::waitpid(child, &status, 0);
    }
    if (milliseconds.empty())
        return;
    const double middle = median(milliseconds);
    std::printf("server killed: the client knows after %.1f ms (median of %zu, at most %.1f): %s\n",
                middle, milliseconds.size(), milliseconds.back(), qPrintable(how));
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QCommandLineParser parser;
    parser.addHelpOption();
    parser.addOption({"cycles", "How often to connect, exchange and close.", "n", "10000"});
    parser.addOption({"clients", "How many receive a broadcast, one of them stalled.", "k", "200"});
    parser.addOption({"rounds", "How many broadcasts in a row.", "r", "100"});
    parser.addOption({"kills", "How many servers to kill.", "m", "10"});
    QCommandLineOption serving("serve", "Internal: run as a server.", "descriptor");
    serving.setFlags(QCommandLineOption::HiddenFromHelp);
    parser.addOption(serving);
    parser.process(application);
    if (parser.isSet(serving))
        return serve(parser.value(serving).toInt());
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    cycles(parser.value("cycles").toInt());
    oneStalledAmong(parser.value("clients").toInt(), parser.value("rounds").toInt());
    killedServer(parser.value("kills").toInt());
    std::printf("%d failures\n", failures);
    return failures == 0 ? 0 : 1;
}

#include "endurance.moc"
