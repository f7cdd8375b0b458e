// SPDX-License-Identifier: MIT
// qrepod-soak [--minutes N] [--seed S] [--clients K], or with --interruptions N; see README.md

#include "soak/interruptions.h"
#include "soak/resources.h"
#include "soak/soakclient.h"
#include "soak/soakgate.h"
#include "soak/soakserver.h"
#include "soak/tally.h"

#include <QtCore/QCommandLineParser>
#include <QtCore/QCoreApplication>
#include <QtCore/QThread>

#include <cstdio>
#include <map>
#include <mutex>
#include <optional>

namespace {

//! Warnings are part of some faults. Prints each text once, ignoring its numbers.
void printOnce(QtMsgType, const QMessageLogContext &, const QString &text)
{
    static std::mutex mutex; // guards printed
    static std::map<QString, int> printed;
    QString kind;
    for (const QChar c : text) {
        if (!c.isDigit())
            kind += c;
    }
    const std::lock_guard lock(mutex);
    if (++printed[kind.left(80)] == 1)
        std::fprintf(stderr, "%s\n", qPrintable(text));
}

//! A client and the thread that it lives in.
class Participant
{
public:
    Participant(int number, quint32 seed, quint16 port, bool isWebSocket)
    {
        const auto style = SoakClient::Style(number % 4);
        m_client = new SoakClient(number, style, seed + quint32(number), port, isWebSocket);
        const bool hasThread = style == SoakClient::Style::AutoTypedInThread
            || style == SoakClient::Style::SendingThreadInThread;
        if (hasThread) {
            m_client->moveToThread(&m_thread);
            QObject::connect(&m_thread, &QThread::finished, m_client, &QObject::deleteLater);
            m_thread.start();
        }
        QMetaObject::invokeMethod(m_client, &SoakClient::start, Qt::QueuedConnection);
    }

    ~Participant()
    {
        if (!m_thread.isRunning()) {
            delete m_client;
            return;
        }
        m_thread.quit();
        m_thread.wait();
    }

    SoakClient *client() const { return m_client; }

private:
    Q_DISABLE_COPY_MOVE(Participant)
    SoakClient *m_client;
    QThread m_thread;
};

//! What a run is asked to do.
struct SoakPlan
{
    quint32 seed = 1;
    int clients = 8;
    int threads = 0;          ///< Server::setThreads()
    bool hasBrowsers = false; ///< a third of the clients use WebSocket
    qint64 milliseconds = 0;
};

//! Runs all participants, and returns when they have left.
void soak(const SoakPlan &plan, ResourceCurve &curve)
{
    SoakServer server;
    server.setThreads(plan.threads);
    if (plan.seed % 2 == 1)
        server.startBackground();
    if (!server.listen("127.0.0.1", 0))
        qFatal("%s", qPrintable(server.errorString()));
    const SoakGate gate(plan.hasBrowsers ? &server : nullptr);

    QEventLoop loop;
    std::vector<std::unique_ptr<Participant>> participants;
    int running = plan.clients;
    for (int i = 0; i < plan.clients; ++i) {
        const bool isWebSocket = plan.hasBrowsers && i % 3 == 2;
        participants.push_back(std::make_unique<Participant>(
            i, plan.seed * 1000, isWebSocket ? gate.port() : server.port(), isWebSocket));
        QObject::connect(participants.back()->client(), &SoakClient::finished, &loop, [&] {
            if (--running == 0)
                loop.quit();
        });
    }

    QTimer tick;
    QObject::connect(&tick, &QTimer::timeout, &server, [&] { server.tick(); });
    tick.start(50);

    QElapsedTimer clock;
    clock.start();
    int seconds = 0;
    QTimer second;
    QObject::connect(&second, &QTimer::timeout, &loop, [&] {
        const Resources resources = Resources::now();
        ++seconds;
        if (clock.elapsed() < plan.milliseconds)
            curve.add(resources);
        if (seconds % 60 == 0)
            std::printf("%d min: %s; %s\n", seconds / 60, qPrintable(tally().summary()),
                        qPrintable(resources.toString()));
        std::fflush(stdout);
    });
    second.start(1000);

    QTimer::singleShot(plan.milliseconds, &loop, [&] {
        for (const auto &participant : participants)
            participant->client()->stop();
    });
    QTimer::singleShot(plan.milliseconds + 200'000, &loop, [&] {
        tally().violation("clients have not stopped");
        loop.quit();
    });
    loop.exec();
}

//! Waits until the resources are released. Qt ends its last threads only later.
Resources settled(const Resources &wanted)
{
    Resources now = Resources::now();
    for (int i = 0; i < 100; ++i) {
        if (now.descriptors <= wanted.descriptors && now.threads <= wanted.threads)
            break;
        QEventLoop loop;
        QTimer::singleShot(50, &loop, &QEventLoop::quit);
        loop.exec();
        now = Resources::now();
    }
    return now;
}

//! Returns the options for interruptions in \a parser, if there are any.
std::optional<InterruptionPlan> interruptionPlan(const QCommandLineParser &parser)
{
    if (!parser.isSet("interruptions") && !parser.isSet("outages"))
        return {};
    InterruptionPlan plan;
    plan.interruptions = parser.value("interruptions").toInt();
    plan.outages = parser.value("outages").toInt();
    plan.clients = parser.value("clients").toInt();
    plan.threads = parser.value("threads").toInt();
    plan.hasBrowsers = parser.isSet("browsers");
    plan.isEncrypted = parser.isSet("tls");
    plan.chunk = parser.value("chunk").toInt();
    plan.seed = parser.value("seed").toUInt();
    return plan;
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    QCommandLineParser parser;
    parser.addHelpOption();
    parser.addOption({"minutes", "How long to run; fractions are allowed.", "n", "2"});
    parser.addOption({"seed", "Seed of the random plans.", "s", "1"});
    parser.addOption({"clients", "How many clients run at a time.", "k", "8"});
    parser.addOption(
        {"interruptions", "Tests only sessions: how many interruptions to make.", "n", "0"});
    parser.addOption({"outages", "Tests only sessions: how many outages to measure.", "n", "0"});
    parser.addOption({"threads", "Network threads of the server.", "n", "0"});
    parser.addOption({"browsers", "A third of the clients use WebSocket."});
    parser.addOption({"tls", "With sessions: use TLS."});
    parser.addOption({"chunk", "With sessions: how many bytes arrive at a time.", "bytes", "0"});
    parser.process(application);
    if (const auto plan = interruptionPlan(parser)) {
        interrupt(*plan);
        return tally().violations == 0 ? 0 : 1;
    }
    SoakPlan plan;
    plan.seed = parser.value("seed").toUInt();
    plan.clients = parser.value("clients").toInt();
    plan.threads = parser.value("threads").toInt();
    plan.hasBrowsers = parser.isSet("browsers");
    plan.milliseconds = qint64(parser.value("minutes").toDouble() * 60'000);
    qInstallMessageHandler(printOnce);

    { // Make Qt open now what it opens once and keeps.
        QEventLoop loop;
        QTimer::singleShot(0, &loop, &QEventLoop::quit);
        loop.exec();
    }
    const Resources before = Resources::now();
    ResourceCurve curve;
    soak(plan, curve);

    const QStringList grown = curve.growth();
    for (const QString &text : grown)
        tally().violation(text);
    const Resources after = settled(before);
    if (after.descriptors > before.descriptors || after.threads > before.threads)
        tally().violation("resources were not released: " + before.toString() + " became "
                          + after.toString());
    if (tally().strangers > tally().corruptedToServer)
        tally().violation(
            QStringLiteral("%1 clients whose hello was damaged, on %2 corrupted connections")
                .arg(tally().strangers)
                .arg(tally().corruptedToServer));

    std::printf("seed %u, %.3g minutes: %s; %s\n", plan.seed, double(plan.milliseconds) / 60'000,
                qPrintable(tally().summary()), qPrintable(after.toString()));
    return tally().violations == 0 ? 0 : 1;
}
