// SPDX-License-Identifier: MIT
#include "frontend.h"

#include "support/pythonpeer.h"
#include "whiteboard/whiteboardserver.h"

#include <QtQuick/QQuickItem>
#include <QtQuick/QQuickWindow>
#include <QtTest/QTest>

#include <cmath>
#include <ctime>
#include <memory>

namespace {

// The same picture: no channel of any pixel differs by more than this. One's own lines are painted
// by the same code in the same pieces, so only rounding in the soft edges is allowed for.
constexpr int tolerance = 2;

QString differenceOf(const QImage &one, const QImage &other)
{
    if (one.size() != other.size() || one.isNull())
        return "the sizes differ";
    int worst = 0;
    int pixels = 0;
    for (int y = 0; y < one.height(); ++y) {
        for (int x = 0; x < one.width(); ++x) {
            const QRgb a = one.pixel(x, y);
            const QRgb b = other.pixel(x, y);
            const int difference =
                std::max({std::abs(qRed(a) - qRed(b)), std::abs(qGreen(a) - qGreen(b)),
                          std::abs(qBlue(a) - qBlue(b))});
            worst = std::max(worst, difference);
            pixels += difference > tolerance;
        }
    }
    return pixels == 0 ? QString()
                       : QString("%1 pixels differ, by up to %2").arg(pixels).arg(worst);
}

int paintedPixels(const QImage &image)
{
    int count = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            count += image.pixel(x, y) != qRgb(255, 255, 255);
    }
    return count;
}

QPoint inWindow(const Frontend &frontend, QPointF point)
{
    const QQuickItem *board = frontend.item("board");
    return board->mapToScene(point * (board->width() / 780)).toPoint();
}

//! Draws with the mouse through points of the board.
void draw(const Frontend &frontend, const QPolygonF &points)
{
    QTest::mousePress(frontend.window(), Qt::LeftButton, {}, inWindow(frontend, points.first()));
    for (const QPointF point : points)
        QTest::mouseMove(frontend.window(), inWindow(frontend, point));
    QTest::mouseRelease(frontend.window(), Qt::LeftButton, {}, inWindow(frontend, points.last()));
}

QPolygonF spiral(QPointF centre, double radius, int points)
{
    QPolygonF result;
    for (int i = 0; i < points; ++i) {
        const double angle = i * 0.25;
        result << centre + radius * i / points * QPointF(std::cos(angle), std::sin(angle));
    }
    return result;
}

} // namespace

//! Windows of the whiteboard, their mouse, and a server, over real sockets.
class tst_Whiteboard : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void windowAsksWhereTheServerIs();
    void namesAreShownAsTheyWereTyped();
    void statusTellsOfTheConnection();
    void lineIsSeenAtOnce();
    void windowsShowTheSamePicture();
    void lateJoinerShowsTheSamePicture();
    void pictureIsTheSameInEverySize();
    void coloursAndPensAreChosenByMouseAndKeys();
    void ownLinesAreTakenBack();
    void leavingTakesNothingOffTheBoard();
    void reconnectButtonBringsThePictureBack();
    void tenThousandPointsStaySmooth();
    void windowsDrawWithAPythonServer();
    void pythonClientDrawsInTheWindow();

private:
    void startServer(quint16 port = 0);

    //! Waits until the pictures are the same, and says how they differ if that never happens.
    QString lastingDifference(const Frontend &one, const Frontend &other);

    std::unique_ptr<WhiteboardServer> m_server;
    QSize m_size{928, 640};
};

void tst_Whiteboard::init()
{
    m_server.reset();
    startServer();
}

void tst_Whiteboard::startServer(quint16 port)
{
    m_server = std::make_unique<WhiteboardServer>();
    QVERIFY2(m_server->listen("127.0.0.1", port), qPrintable(m_server->errorString()));
}

QString tst_Whiteboard::lastingDifference(const Frontend &one, const Frontend &other)
{
    QString difference;
    (void)QTest::qWaitFor([&] {
        difference = differenceOf(one.grab("board"), other.grab("board"));
        return difference.isEmpty();
    });
    return difference;
}

void tst_Whiteboard::windowAsksWhereTheServerIs()
{
    const Frontend one("Whiteboard", 1, m_size, false, false);
    QCOMPARE(one.text("action"), "Connect");
    QCOMPARE(one.text("status"), "Not connected");
    one.type("port", QString::number(m_server->port()));
    one.click("action");
    QTRY_COMPARE(one.text("players"), "1 player");
    QVERIFY(!one.item("notice")->isVisible());
    m_server.reset();
    QTRY_VERIFY(one.item("notice")->isVisible());
    QCOMPARE(one.text("action"), "Reconnect");
}

void tst_Whiteboard::namesAreShownAsTheyWereTyped()
{
    const Frontend one("Whiteboard", m_server->port(), m_size);
    QTRY_COMPARE(one.text("players"), "1 player");
    {
        const Frontend other("Whiteboard", m_server->port(), m_size, false, false);
        other.type("name", "<i>Ada</i>");
        other.click("action");
        QTRY_COMPARE(one.text("players"), "<i>Ada</i> and 1 more");
        QTRY_COMPARE(other.text("players"), "<i>Ada</i> and 1 more");
        const Frontend late("Whiteboard", m_server->port(), m_size);
        QTRY_COMPARE(late.text("players"), "<i>Ada</i> and 2 more");
        QCOMPARE(one.item("players")->property("textFormat").toInt(), int(Qt::PlainText));
    }
    QTRY_COMPARE(one.text("players"), "1 player");
}

void tst_Whiteboard::statusTellsOfTheConnection()
{
    const Frontend one("Whiteboard", m_server->port(), m_size);
    const QString address = "127.0.0.1:" + QString::number(m_server->port());
    QTRY_COMPARE(one.text("status"), "Connected to " + address);
    QTRY_COMPARE(one.text("players"), "1 player");
    QVERIFY(!one.item("action")->isVisible());
    {
        const Frontend other("Whiteboard", m_server->port(), m_size, true);
        QTRY_COMPARE(other.text("status"), "Hosting on " + address);
        QTRY_COMPARE(one.text("players"), "2 players");
    }
    QTRY_COMPARE(one.text("players"), "1 player");
    QTRY_VERIFY2(QRegularExpression("^(\\d+\\.\\d\\d ms there and back · )?\\d+ received · 0 sent$")
                     .match(one.text("figures"))
                     .hasMatch(),
                 qPrintable(one.text("figures")));
}

void tst_Whiteboard::lineIsSeenAtOnce()
{
    const Frontend one("Whiteboard", m_server->port(), m_size);
    QTRY_COMPARE(one.text("players"), "1 player");
    const QImage empty = one.grab("board");
    draw(one, {{100, 100}, {200, 120}, {300, 100}});
    QVERIFY(one.grab("board") != empty);
}

void tst_Whiteboard::windowsShowTheSamePicture()
{
    const Frontend one("Whiteboard", m_server->port(), m_size);
    const Frontend other("Whiteboard", m_server->port(), m_size);
    QTRY_COMPARE(one.text("players"), "2 players");
    QTRY_COMPARE(other.text("players"), "2 players");
    QCOMPARE(paintedPixels(one.grab("board")), 0);

    one.click("color2");
    one.click("pen0");
    draw(one, spiral({200, 200}, 120, 300));
    draw(one, {{30, 500}});
    other.click("color7");
    other.click("pen2");
    draw(other, spiral({560, 300}, 150, 100));
    one.click("color5");
    draw(one, {{20, 20}, {400, 540}, {760, 30}, {20, 280}, {700, 500}});
    other.click("color1"); // rubs out what the others have drawn
    draw(other, {{300, 20}, {320, 500}});

    QTRY_VERIFY(paintedPixels(one.grab("board")) > 5000);
    QCOMPARE(lastingDifference(one, other), QString());
}

void tst_Whiteboard::lateJoinerShowsTheSamePicture()
{
    const Frontend one("Whiteboard", m_server->port(), m_size);
    const Frontend other("Whiteboard", m_server->port(), m_size);
    QTRY_COMPARE(one.text("players"), "2 players");
    QTRY_COMPARE(other.text("players"), "2 players");

    one.click("color4");
    draw(one, spiral({200, 200}, 120, 300));
    draw(one, {{30, 500}, {120, 420}, {130, 500}});
    other.click("color8");
    draw(other, spiral({560, 300}, 150, 129)); // one stretch more than two pieces
    QCOMPARE(lastingDifference(one, other), QString());

    const Frontend late("Whiteboard", m_server->port(), m_size);
    QCOMPARE(lastingDifference(one, late), QString());

    // A line that somebody was drawing goes on there, too.
    QTest::mousePress(one.window(), Qt::LeftButton, {}, inWindow(one, {400, 500}));
    QTest::mouseMove(one.window(), inWindow(one, {450, 450}));
    const Frontend later("Whiteboard", m_server->port(), m_size);
    QTRY_COMPARE(later.text("players"), "4 players");
    QTest::mouseMove(one.window(), inWindow(one, {500, 520}));
    QTest::mouseRelease(one.window(), Qt::LeftButton, {}, inWindow(one, {520, 520}));
    QCOMPARE(lastingDifference(one, later), QString());
    QCOMPARE(lastingDifference(late, later), QString());
}

void tst_Whiteboard::pictureIsTheSameInEverySize()
{
    const Frontend one("Whiteboard", m_server->port(), m_size);
    const Frontend other("Whiteboard", m_server->port(), {400, 720});
    QTRY_COMPARE(one.text("players"), "2 players");
    QTRY_COMPARE(other.text("players"), "2 players");
    draw(other, spiral({300, 250}, 200, 200));
    draw(one, spiral({600, 400}, 100, 50));
    other.window()->resize(m_size);
    QCOMPARE(lastingDifference(one, other), QString());
}

void tst_Whiteboard::coloursAndPensAreChosenByMouseAndKeys()
{
    const Frontend one("Whiteboard", m_server->port(), m_size);
    QTRY_COMPARE(one.text("players"), "1 player");
    const auto colorAt = [&one](QPointF point) {
        const QPoint place = inWindow(one, point);
        return one.grab().pixelColor(place * one.window()->effectiveDevicePixelRatio()).name();
    };
    one.click("color2");
    one.click("pen2");
    draw(one, {{100, 100}, {300, 100}});
    QTRY_COMPARE(colorAt({200, 100}), "#e03e36");
    QCOMPARE(colorAt({200, 103}), "#e03e36");
    QCOMPARE(colorAt({200, 107}), "#ffffff");

    one.click("color7");
    one.window()->requestActivate();
    QVERIFY(QTest::qWaitForWindowActive(one.window()));
    QTest::keyClick(one.window(), Qt::Key_2);
    draw(one, {{100, 200}, {300, 200}});
    QTRY_COMPARE(colorAt({200, 200}), "#2f6fed");
    QCOMPARE(colorAt({200, 204}), "#ffffff");
}

void tst_Whiteboard::ownLinesAreTakenBack()
{
    const Frontend one("Whiteboard", m_server->port(), m_size);
    const Frontend other("Whiteboard", m_server->port(), m_size);
    QTRY_COMPARE(one.text("players"), "2 players");
    QTRY_COMPARE(other.text("players"), "2 players");
    QVERIFY(!one.item("undo")->isEnabled());

    draw(other, {{500, 100}, {600, 200}, {700, 100}});
    QCOMPARE(lastingDifference(one, other), QString());
    QVERIFY(!one.item("undo")->isEnabled()); // it is the other's
    const QImage others = one.grab("board");
    draw(one, {{100, 100}, {200, 200}, {300, 100}});
    QCOMPARE(lastingDifference(one, other), QString());
    const QImage first = one.grab("board");
    draw(one, spiral({300, 400}, 100, 200));
    QTRY_VERIFY(one.item("undo")->isEnabled());

    one.click("undo");
    QTRY_COMPARE(one.grab("board"), first);
    QCOMPARE(lastingDifference(one, other), QString());

    // By key, and then there is nothing left.
    one.window()->requestActivate();
    QVERIFY(QTest::qWaitForWindowActive(one.window()));
    QTest::keySequence(one.window(), QKeySequence::Undo);
    QTRY_COMPARE(one.grab("board"), others);
    QTRY_VERIFY(!one.item("undo")->isEnabled());
    QCOMPARE(lastingDifference(one, other), QString());

    // All at once; the other's stay, and who comes later sees the same.
    draw(one, {{100, 100}, {200, 200}});
    draw(one, {{100, 200}, {200, 100}});
    QTRY_VERIFY(one.item("clear")->isEnabled());
    one.click("clear");
    QTRY_COMPARE(one.grab("board"), others);
    draw(one, {{20, 500}, {200, 500}});
    QCOMPARE(lastingDifference(one, other), QString());
    const Frontend late("Whiteboard", m_server->port(), m_size);
    QCOMPARE(lastingDifference(one, late), QString());
}

void tst_Whiteboard::leavingTakesNothingOffTheBoard()
{
    const Frontend one("Whiteboard", m_server->port(), m_size);
    {
        const Frontend other("Whiteboard", m_server->port(), m_size);
        QTRY_COMPARE(other.text("players"), "2 players");
        draw(other, spiral({300, 250}, 200, 200));
        QCOMPARE(lastingDifference(one, other), QString());
    }
    QTRY_COMPARE(one.text("players"), "1 player");
    QVERIFY(paintedPixels(one.grab("board")) > 1000);
    const Frontend late("Whiteboard", m_server->port(), m_size);
    QCOMPARE(lastingDifference(one, late), QString());
}

void tst_Whiteboard::reconnectButtonBringsThePictureBack()
{
    const Frontend one("Whiteboard", m_server->port(), m_size);
    QTRY_COMPARE(one.text("players"), "1 player");
    draw(one, spiral({300, 250}, 200, 200));
    QVERIFY(paintedPixels(one.grab("board")) > 1000);

    const quint16 port = m_server->port();
    m_server.reset();
    QTRY_VERIFY(one.item("action")->isVisible());
    QCOMPARE(one.text("status"), "Not connected");
    const QImage board = one.grab("board");
    draw(one, {{100, 500}, {300, 500}}); // does not draw
    QCOMPARE(one.grab("board"), board);

    // Nobody listens.
    one.click("action");
    QTRY_COMPARE(one.text("status"), "Not connected");

    startServer(port);
    one.click("action");
    QTRY_COMPARE(one.text("players"), "1 player");
    QVERIFY(!one.item("action")->isVisible());
    QTRY_COMPARE(paintedPixels(one.grab("board")), 0); // another server, another board
    draw(one, spiral({300, 250}, 200, 200));
    const Frontend other("Whiteboard", m_server->port(), m_size);
    QCOMPARE(lastingDifference(one, other), QString());
}

void tst_Whiteboard::tenThousandPointsStaySmooth()
{
    const Frontend one("Whiteboard", m_server->port(), m_size);
    const Frontend other("Whiteboard", m_server->port(), m_size);
    QTRY_COMPARE(one.text("players"), "2 players");
    QTRY_COMPARE(other.text("players"), "2 players");

    // One line of ten thousand points; a frame after every ten of them. The last ones must not
    // take more work than the first ones did.
    const auto at = [](int i) {
        return QPointF(390 + 380 * std::sin(i * 0.0211), 280 + 270 * std::sin(i * 0.0173));
    };
    constexpr int points = 10'000;
    QList<double> seconds; // of the processor, for each thousand points
    std::clock_t before = std::clock();
    QTest::mousePress(one.window(), Qt::LeftButton, {}, inWindow(one, at(0)));
    for (int i = 1; i <= points; ++i) {
        QTest::mouseMove(one.window(), inWindow(one, at(i)));
        if (i % 10 == 0) {
            one.grab();
            QCoreApplication::processEvents();
        }
        if (i % 1000 == 0) {
            const std::clock_t now = std::clock();
            seconds << double(now - before) / CLOCKS_PER_SEC;
            before = now;
        }
    }
    QTest::mouseRelease(one.window(), Qt::LeftButton, {}, inWindow(one, at(points)));
    qDebug() << "seconds for each thousand points and a hundred frames:" << seconds;
    const double first = (seconds[0] + seconds[1] + seconds[2]) / 3;
    QVERIFY(seconds.last() < 2 * first + 0.1);
    QCOMPARE(lastingDifference(one, other), QString());
}

void tst_Whiteboard::windowsDrawWithAPythonServer()
{
    PythonPeer python("whiteboard.py", {"server"});
    const quint16 port = python.port();
    QVERIFY(port != 0);
    {
        const Frontend one("Whiteboard", port, m_size);
        const Frontend other("Whiteboard", port, m_size);
        QTRY_COMPARE(one.text("players"), "2 players");
        QTRY_COMPARE(other.text("players"), "2 players");
        one.click("color3");
        draw(one, spiral({200, 200}, 120, 200));
        draw(other, {{400, 100}, {700, 500}, {700, 100}});
        QCOMPARE(lastingDifference(one, other), QString());
        const Frontend late("Whiteboard", port, m_size);
        QCOMPARE(lastingDifference(one, late), QString());
        QVERIFY(paintedPixels(late.grab("board")) > 5000);
        QVERIFY(!one.item("undo")->isEnabled()); // this server does not know how
    }
    QCOMPARE(python.end(), QString());
}

void tst_Whiteboard::pythonClientDrawsInTheWindow()
{
    PythonPeer python("whiteboard.py",
                      {"client", "--port", QString::number(m_server->port()), "--stay"});
    QVERIFY(python.hasSaid("DRAWN"));
    const Frontend one("Whiteboard", m_server->port(), m_size);
    QTRY_COMPARE(one.text("players"), "2 players");
    QTRY_VERIFY(paintedPixels(one.grab("board")) > 100);
    draw(one, {{100, 400}, {200, 500}});
    QCOMPARE(python.complaint(), QString()); // it ends with the line that the window draws
}

QTEST_MAIN(tst_Whiteboard)

#include "tst_whiteboard.moc"
