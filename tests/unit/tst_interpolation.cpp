// SPDX-License-Identifier: MIT

//! Values between the ticks at which they are known.

#include <QRepod/Interpolation>

#include <QtCore/qrandom.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using QRepod::Interpolation;

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
    angle.setPeriod(360);
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
    x.setMaximumStep(100);
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
    x.addSample(1, 7); // older than all that are remembered
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

//! States at 30 Hz over 80 ± 40 ms, drawn at 60 Hz, of a point that bounces at 200 px/s.
void tst_Interpolation::drawnPositionFollowsThePathThroughJitter()
{
    constexpr int delay = 160;
    constexpr double speed = 0.2; // a millisecond
    const auto path = [](double time) {
        const double way = std::fmod(time * speed, 1'600.0);
        return way < 800 ? way : 1'600 - way;
    };
    struct Tick
    {
        qint64 time;
        double arrival;
    };
    QRandomGenerator random(3);
    std::vector<Tick> ticks;
    double latest = 0;
    for (int i = 0; i < 1'800; ++i) {
        const auto time = qint64(i * 1'000 / 30);
        latest = std::max(latest, double(time) + 40 + random.bounded(80.0)); // in order, as on TCP
        ticks.push_back({time, latest});
    }
    Interpolation x(delay);
    std::vector<double> errors;
    size_t next = 0;
    double before = 0;
    double greatestStep = 0;
    int standing = 0;
    for (double now = 400; now < 59'000; now += 1'000 / 60.0) {
        for (; next < ticks.size() && ticks[next].arrival <= now; ++next)
            x.addSample(ticks[next].time, path(double(ticks[next].time)));
        const qint64 shown = qRound64(now) - delay;
        const double position = x.valueAt(shown);
        errors.push_back(std::abs(position - path(double(shown))));
        if (now > 450) {
            const bool turns = path(double(shown)) < 10 || path(double(shown)) > 790;
            standing += !turns && position == before;
            greatestStep = std::max(greatestStep, std::abs(position - before));
        }
        before = position;
    }
    std::sort(errors.begin(), errors.end());
    const double p99 = errors[errors.size() * 99 / 100];
    QVERIFY2(p99 <= 3, qPrintable(QString::number(p99)));
    QCOMPARE(standing, 0);
    QVERIFY2(greatestStep <= 2 * speed * 1'000 / 60, qPrintable(QString::number(greatestStep)));
}

QTEST_APPLESS_MAIN(tst_Interpolation)
#include "tst_interpolation.moc"
