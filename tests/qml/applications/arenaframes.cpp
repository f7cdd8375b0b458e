// SPDX-License-Identifier: MIT
// The time between the frames of arena's window while many things fly, as a server tells it 30
// times a second, and what a frame takes of the window's thread:
//
//     arenaframes [--seconds 5] [--turns 3] [--things 200]
//
// Turns with so many things take turns with such of the four ships alone. The server is in a thread
// of its own. A frame is missed when it comes more than one and a half periods of 60 Hz after the
// one before.

#include "arena/arenaserver.h"
#include "frontend.h"

#include <QtCore/QCommandLineParser>
#include <QtCore/QElapsedTimer>
#include <QtCore/QEventLoop>
#include <QtGui/QGuiApplication>
#include <QtQuick/QQuickItem>
#include <QtQuick/QQuickWindow>
#include <QtTest/QTest>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <vector>

namespace {

constexpr double missedAfter = 1.5 * 1000.0 / 60.0; // milliseconds

//! A room whose ships are bots, and through which as many shots fly as it is told, for ever.
class Crowd : public QRepod::Room
{
    Q_OBJECT

public:
    explicit Crowd(const std::atomic<int> &things)
        : m_things(things)
    {
        setSyncInterval(0);
        share("ships", &m_ships, "number");
        share("shots", &m_shots, "number");
        share("gold", &m_gold, "number");
        m_clock.setInterval(std::chrono::nanoseconds(1'000'000'000 / Arena::ticksPerSecond));
        m_clock.start();
    }

private:
    void tick(int times)
    {
        m_time += times / double(Arena::ticksPerSecond);
        for (; times > 0; --times)
            m_arena.tick();
        QList<Thing> shots;
        for (int number = 1; number <= m_things; ++number) {
            const double angle = m_time + number, radius = 40 + number % 240;
            shots.append(
                {number, {480 + radius * std::cos(angle), 300 + radius * std::sin(angle)}, {}});
        }
        m_ships.setRows(m_arena.ships());
        m_shots.setRows(shots);
        m_gold.setRows(m_arena.gold());
    }

    const std::atomic<int> &m_things;
    Arena m_arena{4};
    double m_time = 0;
    GameClock m_clock{this, [this](int times) { tick(times); }};
    QRepod::GadgetModel<Ship> m_ships{"number"};
    QRepod::GadgetModel<Thing> m_shots{"number"}, m_gold{"number"};
};

class CrowdServer : public QRepod::Server
{
    Q_OBJECT

public:
    CrowdServer()
    {
        setRoomFactory([this](const QString &) { return new Crowd(m_things); });
        addHandler(this);
    }

    void setThings(int things) { m_things = things; } // in any thread

public slots:
    QVariantMap Network_join(QRepod::Channel *channel)
    {
        channel->join("Crowd");
        return {{"room", "Crowd"}, {"ship", 1}};
    }

    void Network_input(QRepod::Channel *) { }

private:
    std::atomic<int> m_things = 0;
};

//! Milliseconds that this thread has worked.
double worked()
{
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) * 1e3 + double(time.tv_nsec) / 1e6;
}

//! Prints what there is to say of the frames that \a window shows in the next \a seconds.
void measure(QQuickWindow *window, int things, int seconds)
{
    std::vector<double> times;
    QElapsedTimer timer;
    QEventLoop loop;
    QObject::connect(window, &QQuickWindow::frameSwapped, &loop, [&] {
        if (timer.isValid())
            times.push_back(double(timer.nsecsElapsed()) / 1e6);
        timer.start();
    });
    QTimer::singleShot(seconds * 1000, &loop, &QEventLoop::quit);
    const double before = worked();
    loop.exec();
    const double work = worked() - before;
    if (times.empty())
        qFatal("no frames");
    std::sort(times.begin(), times.end());
    const auto count = double(times.size());
    const auto quantile = [&](double share) { return times[size_t(share * (count - 1))]; };
    const auto isMissed = [](double time) { return time > missedAfter; };
    const auto missed = double(std::count_if(times.begin(), times.end(), isMissed));
    std::printf("%6d %8.1f %8.2f %8.2f %8.2f %8.2f %8.2f%% %8.2f\n", things, count / seconds,
                quantile(0.5), quantile(0.95), quantile(0.99), times.back(), 100 * missed / count,
                work / count);
}

} // namespace

int main(int argc, char *argv[])
{
    QGuiApplication application(argc, argv);
    QCommandLineParser parser;
    parser.addHelpOption();
    parser.addOptions({{"seconds", "length of a turn", "n", "5"},
                       {"turns", "pairs of turns", "n", "3"},
                       {"things", "that fly", "n", "200"}});
    parser.process(application);
    const int seconds = parser.value("seconds").toInt();

    CrowdServer server;
    server.startBackground();
    if (!server.listen("127.0.0.1", 0))
        qFatal("%s", qPrintable(server.errorString()));
    const Frontend player("Arena", server.port());
    const auto waitFor = [](const auto &condition) {
        if (!QTest::qWaitFor(condition, 60'000))
            qFatal("in vain");
    };
    waitFor([&] { return player.item("Play now")->isVisible(); });
    player.click("Play now");
    waitFor([&] { return player.has("ship1"); });
    std::printf(
        "things frames/s   median      95%%      99%%      max    missed  CPU a frame (ms)\n");
    for (int turn = 0; turn < 2 * parser.value("turns").toInt(); ++turn) {
        const int things = turn % 2 == 0 ? 0 : parser.value("things").toInt();
        server.setThings(things);
        QTest::qWait(1000);
        measure(player.window(), things, seconds);
    }
    return 0;
}

#include "arenaframes.moc"
