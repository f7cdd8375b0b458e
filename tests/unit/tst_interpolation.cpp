// SPDX-License-Identifier: MIT

//! Values between the ticks at which they are known.

#include "qml/delayestimate.h"
#include "state/serverclock.h"

#include <QRepod/Interpolation>

#include <QtCore/qrandom.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using QRepod::DelayEstimate;
using QRepod::Interpolation;
using QRepod::ServerClock;

namespace {

constexpr double speed = 0.2; // of the moving point, in pixels per millisecond
constexpr double frame = 1'000 / 60.0;

//! Returns the position of a point that moves to and fro on 800 pixels.
double path(double time)
{
    const double way = std::fmod(time * speed, 1'600.0);
    return way < 800 ? way : 1'600 - way;
}

//! Whether it turns at about this time: between two ticks it is then not on its path.
bool turnsAt(double time)
{
    return path(time) < 10 || path(time) > 790;
}

struct Tick
{
    qint64 time;
    double arrival;
};

//! One minute of 30 ticks per second over a line of 80 ms ± 40 ms; in order, as with TCP.
std::vector<Tick> jitteryTicks(QRandomGenerator &random)
{
    std::vector<Tick> ticks;
    double latest = 0;
    for (int i = 0; i < 1'800; ++i) {
        const auto time = qint64(i * 1'000 / 30);
        latest = std::max(latest, double(time) + 40 + random.bounded(80.0));
        ticks.push_back({time, latest});
    }
    return ticks;
}

//! Checks positions that are drawn one after another.
class Motion
{
public:
    void add(double position, double truth, bool turns)
    {
        m_errors.push_back(std::abs(position - truth));
        if (m_errors.size() > 1) {
            const double step = std::abs(position - m_before);
            standing += !turns && step == 0;
            greatestStep = std::max(greatestStep, step);
        }
        m_before = position;
    }

    double p99() const
    {
        std::vector<double> errors = m_errors;
        std::sort(errors.begin(), errors.end());
        return errors[errors.size() * 99 / 100];
    }

    int standing = 0; ///< frames that show the same as the one before
    double greatestStep = 0;

private:
    std::vector<double> m_errors;
    double m_before = 0;
};

} // namespace

class tst_Interpolation : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isOnTheLineBetweenTwoSamples();
    void standsBeforeTheFirstSample();
    void goesOnAtTheLastSpeedAndThenStands();
    void samplesMayComeInAnyOrder();
    void laterSampleOfTheSameTimeCounts();
    void lostTickIsBridged();
    void anglesTakeTheShortWay();
    void greatStepIsAJump();
    void heldValueDoesNotGoOn();
    void whatIsNoNumberIsIgnored();
    void oldSamplesAreForgotten();
    void copiesAreIndependent();
    void drawnPositionFollowsThePathThroughJitter();
    void drawnPositionIsRightByWhatIsMeasuredOfTheLine();
    void doubledAndLostTicksAreNotSeen();
    void measuredDelayIsTheSmallestThatBeats99Of100Ticks();
};

void tst_Interpolation::isOnTheLineBetweenTwoSamples()
{
    Interpolation x;
    x.addSample(1'000, 10);
    x.addSample(1'100, 20);
    QCOMPARE(x.valueAt(1'000), 10.0);
    QCOMPARE(x.valueAt(1'050), 15.0);
    QCOMPARE(x.valueAt(1'100), 20.0);
    QCOMPARE(x.newestTime(), qint64(1'100));
}

void tst_Interpolation::standsBeforeTheFirstSample()
{
    Interpolation x;
    QVERIFY(x.isEmpty());
    QCOMPARE(x.valueAt(5), 0.0);
    x.addSample(1'000, 10);
    QCOMPARE(x.valueAt(5), 10.0);
    QCOMPARE(x.valueAt(5'000), 10.0);
}

void tst_Interpolation::goesOnAtTheLastSpeedAndThenStands()
{
    Interpolation x(80);
    x.addSample(0, 0);
    x.addSample(100, 10);
    QCOMPARE(x.valueAt(150), 15.0);
    QCOMPARE(x.valueAt(180), 18.0);
    QCOMPARE(x.valueAt(5'000), 18.0);
    x.setDelay(0);
    QCOMPARE(x.valueAt(150), 10.0);
}

void tst_Interpolation::samplesMayComeInAnyOrder()
{
    Interpolation x;
    x.addSample(200, 20);
    x.addSample(0, 0);
    x.addSample(100, 50);
    QCOMPARE(x.valueAt(50), 25.0);
    QCOMPARE(x.valueAt(150), 35.0);
}

void tst_Interpolation::laterSampleOfTheSameTimeCounts()
{
    Interpolation x;
    x.addSample(0, 0);
    x.addSample(100, 10);
    x.addSample(100, 30);
    QCOMPARE(x.valueAt(50), 15.0);
}

void tst_Interpolation::lostTickIsBridged()
{
    Interpolation x;
    for (const int time : {0, 50, 100, 250, 300})
        x.addSample(time, time);
    for (int time = 0; time <= 300; ++time)
        QCOMPARE(x.valueAt(time), double(time));
}

void tst_Interpolation::anglesTakeTheShortWay()
{
    Interpolation angle;
    QCOMPARE(angle.period(), 0.0);
    angle.setPeriod(360);
    QCOMPARE(angle.period(), 360.0);
    angle.addSample(0, 350);
    angle.addSample(100, 10);
    QCOMPARE(angle.valueAt(25), 355.0);
    QCOMPARE(angle.valueAt(75), 5.0);
    QCOMPARE(angle.valueAt(150), 20.0);
    angle.addSample(200, -10);
    QCOMPARE(angle.valueAt(175), 355.0);
    QCOMPARE(angle.valueAt(200), 350.0);
}

void tst_Interpolation::greatStepIsAJump()
{
    Interpolation x;
    QCOMPARE(x.maximumStep(), 0.0);
    x.setMaximumStep(100);
    QCOMPARE(x.maximumStep(), 100.0);
    x.addSample(0, 0);
    x.addSample(100, 50);
    x.addSample(200, 500);
    QCOMPARE(x.valueAt(50), 25.0);
    QCOMPARE(x.valueAt(199), 50.0);
    QCOMPARE(x.valueAt(200), 500.0);
    QCOMPARE(x.valueAt(300), 500.0); // a jump has no speed
}

void tst_Interpolation::heldValueDoesNotGoOn()
{
    Interpolation x;
    x.hold(50);
    QVERIFY(x.isEmpty());
    x.addSample(0, 0);
    x.addSample(100, 10);
    x.hold(150);
    x.hold(20);
    QCOMPARE(x.valueAt(125), 10.0);
    QCOMPARE(x.valueAt(1'000), 10.0);
    QCOMPARE(x.valueAt(50), 5.0);
}

void tst_Interpolation::whatIsNoNumberIsIgnored()
{
    Interpolation x;
    x.addSample(0, std::numeric_limits<double>::quiet_NaN());
    x.addSample(0, std::numeric_limits<double>::infinity());
    QVERIFY(x.isEmpty());
}

void tst_Interpolation::oldSamplesAreForgotten()
{
    Interpolation x;
    x.addSample(0, -1);
    for (int time = 0; time <= 20'000; time += 50)
        x.addSample(time, time);
    QCOMPARE(x.valueAt(19'975), 19'975.0);
    QVERIFY(x.valueAt(0) > 14'000);
    x.addSample(1, 7); // older than all that are kept
    QCOMPARE(x.valueAt(19'975), 19'975.0);
}

void tst_Interpolation::copiesAreIndependent()
{
    Interpolation x(30);
    x.addSample(0, 1);
    Interpolation copy = x;
    copy.addSample(0, 2);
    QCOMPARE(x.valueAt(0), 1.0);
    QCOMPARE(copy.valueAt(0), 2.0);
    QCOMPARE(copy.delay(), 30);
    x = copy;
    QCOMPARE(x.valueAt(0), 2.0);
    x.clear();
    QVERIFY(x.isEmpty());
    QVERIFY(!copy.isEmpty());
}

//! Drawn at 60 Hz with a given delay, by a clock that is right.
void tst_Interpolation::drawnPositionFollowsThePathThroughJitter()
{
    constexpr int delay = 160;
    QRandomGenerator random(3);
    const std::vector<Tick> ticks = jitteryTicks(random);
    Interpolation x(delay);
    Motion motion;
    size_t next = 0;
    for (double now = 400; now < 59'000; now += frame) {
        for (; next < ticks.size() && ticks[next].arrival <= now; ++next)
            x.addSample(ticks[next].time, path(double(ticks[next].time)));
        const qint64 shown = qRound64(now) - delay;
        motion.add(x.valueAt(shown), path(double(shown)), turnsAt(double(shown)));
    }
    QVERIFY2(motion.p99() <= 3, qPrintable(QString::number(motion.p99())));
    QCOMPARE(motion.standing, 0);
    QVERIFY2(motion.greatestStep <= 2 * speed * frame,
             qPrintable(QString::number(motion.greatestStep)));
}

//! The same with the server's clock from pings over the same line, and the delay from the ticks.
void tst_Interpolation::drawnPositionIsRightByWhatIsMeasuredOfTheLine()
{
    QRandomGenerator random(4);
    const std::vector<Tick> ticks = jitteryTicks(random);
    const auto latency = [&random] { return 40 + random.bounded(80.0); };
    ServerClock clock; // the server's time is that of this test
    DelayEstimate estimate;
    Interpolation x;
    Motion motion;
    size_t next = 0;
    double nextPing = 0;
    int pings = 0;
    double delay = 160;
    for (double now = 0; now < 59'000; now += frame) {
        if (now >= nextPing) {
            const double there = now + latency();
            clock.add(now, there + latency(), std::floor(there));
            nextPing += ++pings < 8 ? 50 : 2'000;
        }
        for (; next < ticks.size() && ticks[next].arrival <= now; ++next) {
            x.addSample(ticks[next].time, path(double(ticks[next].time)));
            estimate.add(clock.timeAt(now) - double(ticks[next].time), 1'000 / 30.0);
        }
        delay += std::clamp(estimate.delay() - delay, -frame / 10, frame / 10); // as when drawing
        x.setDelay(int(delay));
        const qint64 shown = qRound64(clock.timeAt(now)) - qint64(delay);
        const double truth = now - double(qint64(delay));
        if (now > 10'000)
            motion.add(x.valueAt(shown), path(truth), turnsAt(truth));
    }
    QVERIFY2(motion.p99() <= 3, qPrintable(QString::number(motion.p99())));
    QCOMPARE(motion.standing, 0);
    QVERIFY2(motion.greatestStep <= 2 * speed * frame,
             qPrintable(QString::number(motion.greatestStep)));
}

//! Of ten ticks, one is lost and one comes again later.
void tst_Interpolation::doubledAndLostTicksAreNotSeen()
{
    constexpr int delay = 200;
    QRandomGenerator random(5);
    const std::vector<Tick> ticks = jitteryTicks(random);
    Interpolation x(delay);
    Motion motion;
    size_t next = 0;
    for (double now = 400; now < 59'000; now += frame) {
        for (; next < ticks.size() && ticks[next].arrival <= now; ++next) {
            if (next % 10 == 3)
                continue;
            const size_t again = next % 10 == 7 ? next - 2 : next;
            for (const size_t tick : {next, again})
                x.addSample(ticks[tick].time, path(double(ticks[tick].time)));
        }
        const qint64 shown = qRound64(now) - delay;
        motion.add(x.valueAt(shown), path(double(shown)), turnsAt(double(shown)));
    }
    QVERIFY2(motion.p99() <= 3, qPrintable(QString::number(motion.p99())));
    QCOMPARE(motion.standing, 0);
    QVERIFY2(motion.greatestStep <= 2 * speed * frame,
             qPrintable(QString::number(motion.greatestStep)));
}

void tst_Interpolation::measuredDelayIsTheSmallestThatBeats99Of100Ticks()
{
    DelayEstimate estimate;
    QCOMPARE(estimate.delay(), 100.0); // before anything is known
    estimate.add(20, 30);
    QCOMPARE(estimate.delay(), 50.0);
    for (int lateness = 0; lateness < 400; ++lateness)
        estimate.add(lateness * 7 % 400, 50);
    std::vector<int> latest; // those that count
    for (int lateness = 400 - int(DelayEstimate::window); lateness < 400; ++lateness)
        latest.push_back(lateness * 7 % 400);
    const auto beaten = [&](double delay) {
        return std::count_if(latest.begin(), latest.end(),
                             [delay](int lateness) { return lateness + 50 <= delay; });
    };
    const auto wanted = std::ptrdiff_t(DelayEstimate::window) * 99 / 100;
    QVERIFY(beaten(estimate.delay()) >= wanted);
    QVERIFY(beaten(estimate.delay() - 1) < wanted);
    for (std::size_t i = 0; i < DelayEstimate::window; ++i)
        estimate.add(-90, 50); // earlier than the clock says
    QCOMPARE(estimate.delay(), 0.0);
}

QTEST_APPLESS_MAIN(tst_Interpolation)
#include "tst_interpolation.moc"
