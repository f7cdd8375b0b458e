// SPDX-License-Identifier: MIT
// screenshots FOLDER [SUFFIX]: pictures of the applications, as they are in use.
//
// Real windows, servers and connections; screenshots.sh runs it offscreen at several scales.

#include "frontend.h"

#include "arena/arenaserver.h"
#include "lag_time/lagtimeserver.h"
#include "pong/pongserver.h"
#include "tag/tagserver.h"
#include "whiteboard/whiteboardserver.h"

#include <QRepod/ConnectionListener>

#include <QtCore/QDir>
#include <QtCore/QEventLoop>
#include <QtCore/QTextStream>
#include <QtCore/QTimer>
#include <QtGui/QGuiApplication>
#include <QtQuick/QQuickItem>
#include <QtQuick/QQuickWindow>
#include <QtTest/QTest>

#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <numbers>

namespace {

const QSize wide(928, 640);
const QSize narrow(400, 720);
const QSize least(340, 460);

QString folder;
QString suffix;

void require(bool condition, const char *what)
{
    if (!condition)
        qFatal("in vain: %s", what);
}

void save(const Frontend &frontend, const QString &name)
{
    QTest::qWait(100); // for animations of the mouse's way
    const QString path = folder + '/' + name + suffix + ".png";
    require(frontend.grab().save(path), qPrintable(path));
    QTextStream(stdout) << path << Qt::endl;
}

//! Somebody who draws without a window.
class Artist : public QRepod::ConnectionListener
{
    Q_OBJECT

public:
    explicit Artist(quint16 port)
    {
        setAutoPump(true);
        connect("127.0.0.1", port);
        require(QTest::qWaitFor([this] { return state() == State::Connected; }), "joining");
    }

    //! The curve \a at from 0 to 1.
    void draw(QColor color, int thickness, const std::function<QPointF(double)> &at,
              int points = 60)
    {
        const auto point = [&at](double t) { return QVariantList{at(t).x(), at(t).y()}; };
        send({{"action", "startline"},
              {"point", point(0)},
              {"color", QVariantList{color.red(), color.green(), color.blue()}},
              {"thickness", thickness}});
        for (int i = 1; i <= points; ++i)
            send({{"action", "drawpoint"}, {"point", point(double(i) / points)}});
    }

    void circle(QColor color, int thickness, QPointF centre, double radius)
    {
        draw(color, thickness, [=](double t) {
            const double angle = t * 2 * std::numbers::pi;
            return centre + radius * QPointF(std::cos(angle), std::sin(angle));
        });
    }

    void polyline(QColor color, int thickness, const QPolygonF &corners)
    {
        for (qsizetype i = 1; i < corners.size(); ++i) {
            draw(
                color, thickness,
                [&](double t) { return corners[i - 1] + t * (corners[i] - corners[i - 1]); }, 12);
        }
    }
};

const QColor ink("#1d2733"), red("#e03e36"), orange("#f28c28"), yellow("#f5c518"), green("#2e9e5b"),
    teal("#14a3a8"), blue("#2f6fed"), purple("#8447d6"), pink("#ec5f9d"), brown("#8a5a35");

void drawLandscape(Artist &one, Artist &other)
{
    using std::numbers::pi;
    const auto wave = [](double from, double to, double y, double height, double waves,
                         double phase) {
        return [=](double t) {
            return QPointF(from + t * (to - from),
                           y + height * std::sin(phase + waves * t * 2 * pi));
        };
    };

    // Hills and water.
    one.draw(green, 10, wave(10, 770, 420, 34, 1.2, 2.4), 120);
    one.draw(green, 5, wave(10, 420, 452, 20, 0.8, 3.4), 80);
    other.draw(blue, 5, wave(440, 770, 486, 6, 5, 0), 120);
    other.draw(teal, 5, wave(410, 770, 512, 7, 4.5, 1), 120);
    other.draw(blue, 5, wave(380, 770, 538, 6, 5, 2), 120);

    // The sun.
    other.circle(yellow, 10, {650, 110}, 44);
    for (int i = 0; i < 12; ++i) {
        const double angle = i * pi / 6;
        const QPointF ray(std::cos(angle), std::sin(angle));
        other.polyline(orange, 5, {QPointF(650, 110) + ray * 62, QPointF(650, 110) + ray * 84});
    }

    // A house with smoke.
    one.polyline(ink, 5, {{150, 400}, {150, 290}, {290, 290}, {290, 404}, {150, 400}});
    one.polyline(red, 10, {{132, 292}, {220, 214}, {308, 292}});
    one.polyline(brown, 5, {{204, 400}, {204, 340}, {236, 340}, {236, 402}});
    one.polyline(blue, 2, {{252, 312}, {276, 312}, {276, 336}, {252, 336}, {252, 312}});
    one.polyline(blue, 2, {{264, 312}, {264, 336}});
    one.polyline(red, 5, {{262, 246}, {262, 212}, {278, 212}, {278, 262}});
    one.draw(QColor("#8b95a3"), 5,
             [](double t) { return QPointF(270 + 50 * t + 16 * std::sin(t * 9), 200 - 130 * t); });

    // A tree.
    other.polyline(brown, 10, {{420, 404}, {422, 330}});
    other.draw(
        green, 10,
        [](double t) {
            const double angle = t * 2 * pi;
            return QPointF(422, 290)
                + (52 + 9 * std::sin(7 * angle)) * QPointF(std::cos(angle), std::sin(angle));
        },
        120);
    for (const QPointF apple : {QPointF(404, 276), QPointF(440, 300), QPointF(424, 262)})
        other.circle(red, 5, apple, 3);

    // Birds, and a boat.
    for (const QPointF bird : {QPointF(420, 90), QPointF(470, 120), QPointF(500, 78)}) {
        one.draw(ink, 2, [bird](double t) {
            return bird + QPointF(36 * t - 18, -12 * std::abs(std::sin(t * 2 * pi)));
        });
    }
    one.draw(brown, 10,
             [](double t) { return QPointF(560 + 90 * t, 462 + 16 * std::sin(pi * t)); });
    one.polyline(ink, 2, {{604, 462}, {604, 384}});
    one.polyline(purple, 5, {{608, 388}, {644, 446}, {608, 446}, {608, 388}});
}

//! With the mouse: a heart, in the window's own colour.
void drawHeart(const Frontend &frontend)
{
    const QQuickItem *board = frontend.item("board");
    const auto at = [board](double t) {
        const double a = t * 2 * std::numbers::pi;
        const double scale = board->width() / 780;
        const QPointF point(84 + 34 * std::pow(std::sin(a), 3),
                            116
                                - 2.4
                                    * (13 * std::cos(a) - 5 * std::cos(2 * a) - 2 * std::cos(3 * a)
                                       - std::cos(4 * a)));
        return board->mapToScene(point * scale).toPoint();
    };
    frontend.click("color9");
    frontend.click("pen2");
    QTest::mousePress(frontend.window(), Qt::LeftButton, {}, at(0));
    for (int i = 1; i <= 40; ++i)
        QTest::mouseMove(frontend.window(), at(i / 40.));
    QTest::mouseRelease(frontend.window(), Qt::LeftButton, {}, at(1));
}

void whiteboards()
{
    auto server = std::make_unique<WhiteboardServer>();
    require(server->listen("127.0.0.1", 0), "listening");
    const Frontend wideOne("Whiteboard", server->port(), wide, true);
    save(wideOne, "whiteboard-wide-empty");
    Frontend narrowOne("Whiteboard", server->port(), narrow);
    require(QTest::qWaitFor([&] { return wideOne.text("players") == "2 players"; }), "joining");

    Artist one(server->port());
    Artist other(server->port());
    drawHeart(narrowOne);
    drawLandscape(one, other);
    Artist last(server->port());
    require(QTest::qWaitFor([&] { return wideOne.text("players") == "5 players"; }), "joining");
    QTest::qWait(500);
    save(wideOne, "whiteboard-wide");
    save(narrowOne, "whiteboard-narrow");

    narrowOne.window()->resize(1280, 560);
    QTest::qWait(300);
    save(narrowOne, "whiteboard-flat");
    narrowOne.window()->resize(least);
    QTest::qWait(300);
    save(narrowOne, "whiteboard-least");
    narrowOne.window()->resize(640, 460);
    QTest::qWait(300);
    save(narrowOne, "whiteboard-least-wide");
    narrowOne.window()->resize(narrow);
    QTest::qWait(300);

    server.reset();
    require(QTest::qWaitFor([&] { return wideOne.item("action")->isVisible(); }), "the end");
    save(wideOne, "whiteboard-wide-disconnected");
    narrowOne.click("action");
    QTest::qWait(300);
    save(narrowOne, "whiteboard-narrow-disconnected");
}

//! Follows the ball, or runs away from it.
void steer(const PongServer &server, const Frontend &frontend, int slot, bool towards)
{
    const double way = server.game().ball().y - server.game().paddle(slot);
    const Qt::Key key = (way > 0) == towards ? Qt::Key_S : Qt::Key_W;
    frontend.release("keys", key == Qt::Key_S ? Qt::Key_W : Qt::Key_S);
    if (towards && std::abs(way) < 20)
        frontend.release("keys", key);
    else
        frontend.press("keys", key);
}

void pongs()
{
    auto server = std::make_unique<PongServer>(3);
    require(server->listen("127.0.0.1", 0), "listening");
    Frontend left("Pong", server->port(), wide, true);
    require(QTest::qWaitFor([&] { return left.text("status") != ""; }), "joining");
    save(left, "pong-wide-waiting");
    Frontend right("Pong", server->port(), narrow);
    require(QTest::qWaitFor([&] { return server->game().state() == PongGame::State::Playing; }),
            "starting");
    Frontend third("Pong", server->port(), narrow);
    QTest::qWait(100);
    save(third, "pong-narrow-full");

    QTest::qWait(150);
    save(left, "pong-wide-go");
    const auto play = [&](bool rally, const std::function<bool()> &until) {
        require(QTest::qWaitFor(
                    [&] {
                        steer(*server, left, 0, true);
                        steer(*server, right, 1, rally);
                        return until();
                    },
                    120'000),
                "playing");
    };
    const auto isInMidField = [&] {
        const PongGame::Ball &ball = server->game().ball();
        return server->game().state() == PongGame::State::Playing && ball.vx > 0 && ball.speed > 340
            && ball.x > 440 && ball.x < 640 && ball.y > 160 && ball.y < 500;
    };
    play(false, [&] { return server->game().score(0) >= 2; });
    play(true, isInMidField);
    save(left, "pong-wide");
    save(right, "pong-narrow");
    right.window()->resize(least);
    QTest::qWait(50);
    save(right, "pong-least");
    right.window()->resize(narrow);
    play(false, [&] { return server->game().winner().has_value(); });
    QTest::qWait(200);
    save(left, "pong-wide-over");
    save(right, "pong-narrow-over");
    right.window()->close();
    right.click("action");
    QTest::qWait(300);
    save(left, "pong-wide-again");

    server.reset();
    QTest::qWait(300);
    save(left, "pong-wide-disconnected");
    third.click("action");
    QTest::qWait(300);
    save(third, "pong-narrow-disconnected");
}

void tags()
{
    TagServer server;
    server.arena().setObstacles({{120, 120, 90, 60},
                                 {330, 90, 60, 110},
                                 {560, 150, 110, 50},
                                 {210, 330, 120, 60},
                                 {480, 300, 60, 100},
                                 {640, 400, 80, 80},
                                 {330, 470, 100, 50}});
    require(server.listen("127.0.0.1", 0), "listening");
    const auto joins = [&](const QString &name, QSize size, QPointF place) {
        auto player = std::make_unique<Frontend>("Tag", server.port(), size, false, false);
        if (!name.isEmpty())
            player->type("name", name);
        player->click("action");
        require(QTest::qWaitFor([&] { return player->text("count") != "0 players"; }), "joining");
        server.arena().setPosition(server.arena().players().rbegin()->first, place);
        return player;
    };
    const auto one = joins("Ada", wide, {430, 250});
    save(*one, "tag-wide-alone");
    const auto other = joins("Grace", narrow, {600, 260});
    const auto third = joins({}, least, {60, 60});
    const auto fourth = joins("Annie", least, {786, 586});
    QTest::qWait(200);
    save(*one, "tag-wide");
    save(*other, "tag-narrow");
    save(*fourth, "tag-least");
    server.arena().setPosition(1, {590, 250});
    require(QTest::qWaitFor([&] { return one->text("news") != ""; }), "catching");
    save(*one, "tag-wide-caught");
    save(*other, "tag-narrow-caught");
}

void arenas()
{
    ArenaServer server;
    require(server.listen("127.0.0.1", 0), "listening");
    const auto connects = [&server](const QString &name, QSize size) {
        auto player = std::make_unique<Frontend>("Arena", server.port(), size);
        require(QTest::qWaitFor([&] { return player->item("Play now")->isVisible(); }),
                "connecting");
        player->type("Your name, if you like", name);
        return player;
    };
    const auto one = connects("Ada", wide);
    const auto other = connects("Grace", narrow);
    const auto third = connects("Annie", least);
    save(*third, "arena-least-lobby");
    one->click("Play now");
    require(QTest::qWaitFor([&] { return other->has("Room 1: 1 of 4 players"); }),
            "the lobby's list");
    save(*other, "arena-narrow-lobby");
    const auto waiting = connects("Edith", wide);
    save(*waiting, "arena-wide-lobby");
    other->click("Room 1: 1 of 4 players");
    require(QTest::qWaitFor([&] { return third->has("Room 1: 2 of 4 players"); }), "joining");
    third->click("Room 1: 2 of 4 players");
    require(QTest::qWaitFor([&] { return third->item("room")->isVisible(); }), "joining");

    auto *match = qobject_cast<Match *>(server.room("Room 1"));
    match->arena().ship(3)->gold = 8;
    const std::map<int, QPointF> places = {{1, {300, 320}}, {2, {640, 240}}, {3, {760, 440}}};
    for (const auto &[number, place] : places) {
        if (Ship *ship = match->arena().ship(number))
            ship->place = place;
    }
    other->type("Say something", "Catch me if you can");
    QKeyEvent enter(QEvent::KeyPress, Qt::Key_Return, Qt::NoModifier);
    QCoreApplication::sendEvent(other->window()->activeFocusItem(), &enter);
    one->press("controls", Qt::Key_Space);
    other->press("controls", Qt::Key_Right);
    other->press("controls", Qt::Key_Up);
    third->press("controls", Qt::Key_Left);
    QTest::qWait(900);
    save(*one, "arena-wide");
    save(*other, "arena-narrow");
    save(*third, "arena-least");
    one->window()->resize(1440, 900);
    other->window()->resize(360, 640);
    save(*one, "arena-large");
    save(*other, "arena-telephone");
}

//! How each window asks, in every size, and what it looks like after an attempt in vain.
void questions()
{
    for (const QString uri : {"Whiteboard", "Pong", "Tag", "Arena", "LagTime"}) {
        const QString name = "asks-" + uri.toLower();
        const Frontend one(uri, 1, wide, false, false);
        save(one, name + "-wide");
        const Frontend other(uri, 1, least, false, false);
        save(other, name + "-least");
        other.click("action");
        QTest::qWait(500);
        save(other, name + "-least-in-vain");
    }
}

int shown(const Frontend &frontend)
{
    return int(frontend.item("line")->property("values").toList().size());
}

void lagTimes()
{
    LagTimeServer server;
    require(server.listen("127.0.0.1", 0), "no port to listen on");
    const Frontend one("LagTime", server.port(), wide);
    const Frontend other("LagTime", server.port(), narrow);
    const Frontend smallest("LagTime", server.port(), least);
    // In an event loop that sleeps only when nothing comes: qWaitFor() would be part of the lag.
    QEventLoop loop;
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &loop, [&] {
        if (shown(one) > 250 && shown(other) > 250)
            loop.quit();
    });
    timer.start(100);
    loop.exec();
    save(one, "lag-time-wide");
    save(other, "lag-time-narrow");
    save(smallest, "lag-time-least");
}

} // namespace

int main(int argc, char *argv[])
{
    QGuiApplication application(argc, argv);
    if (argc < 2) {
        QTextStream(stderr) << "Usage: screenshots FOLDER [SUFFIX]" << Qt::endl;
        return 1;
    }
    folder = argv[1];
    suffix = argv[2];
    require(QDir().mkpath(folder), "making the folder");
    questions();
    whiteboards();
    pongs();
    tags();
    arenas();
    lagTimes();
    return 0;
}

#include "screenshots.moc"
