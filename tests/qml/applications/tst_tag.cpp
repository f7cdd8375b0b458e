// SPDX-License-Identifier: MIT
#include "frontend.h"

#include "support/pythonpeer.h"
#include "tag/tagserver.h"

#include <QtQuick/QQuickItem>
#include <QtQuick/QQuickWindow>
#include <QtTest/QTest>

#include <cmath>
#include <memory>

using namespace std::chrono_literals;

//! Windows of tag, their keys and mouse, and a server, over real sockets.
class tst_Tag : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void windowAsksWhereTheServerIs();
    void keysMoveThePlayer();
    void heldMouseLeadsThePlayer();
    void whoIsCaughtIsIt();
    void namesAreShownAsTheyWereTyped();
    void whoLeavesIsSeenNoMore();
    void windowsPlayWithAPythonServer();

private:
    std::unique_ptr<TagServer> m_server;
};

namespace {

double distance(QPointF one, QPointF other)
{
    return std::hypot(one.x() - other.x(), one.y() - other.y());
}

//! Where a player is drawn, in the window.
QPointF seenAt(const Frontend &frontend, int id)
{
    const QQuickItem *player = frontend.item("player" + QString::number(id));
    return player->mapToScene(player->boundingRect().center());
}

//! Where the window should draw what is at \a place in the game.
QPointF inWindow(const Frontend &frontend, QPointF place)
{
    const QQuickItem *arena = frontend.item("arena");
    return arena->mapToScene(place * (arena->width() / TagArena::width));
}

} // namespace

void tst_Tag::init()
{
    m_server = std::make_unique<TagServer>();
    m_server->arena().setObstacles({});
    m_server->setTickInterval(4ms); // four times as fast as people play
    QVERIFY2(m_server->listen("127.0.0.1", 0), qPrintable(m_server->errorString()));
}

void tst_Tag::windowAsksWhereTheServerIs()
{
    const Frontend one("Tag", 1, {}, false, false);
    QCOMPARE(one.text("action"), "Connect");
    one.type("port", QString::number(m_server->port()));
    one.click("action");
    QTRY_COMPARE(one.text("role"), "Waiting for somebody to catch");
    QVERIFY(!one.item("notice")->isVisible());
    m_server.reset();
    QTRY_VERIFY(one.item("notice")->isVisible());
    QCOMPARE(one.text("action"), "Reconnect");
}

void tst_Tag::keysMoveThePlayer()
{
    const Frontend one("Tag", m_server->port());
    QTRY_COMPARE(one.text("count"), "1 player");
    const auto position = [this] { return m_server->arena().players().at(1).position; };

    one.press("controls", Qt::Key_Left);
    one.press("controls", Qt::Key_W);
    QTRY_COMPARE(position(), QPointF(TagArena::radius, TagArena::radius));
    QTRY_VERIFY(distance(seenAt(one, 1), inWindow(one, position())) < 2);

    // Opposite keys are no way.
    one.release("controls", Qt::Key_W);
    one.press("controls", Qt::Key_D);
    one.press("controls", Qt::Key_Down);
    QTRY_COMPARE(position(), QPointF(TagArena::radius, TagArena::height - TagArena::radius));
    one.release("controls", Qt::Key_Left);
    QTRY_COMPARE(position(),
                 QPointF(TagArena::width - TagArena::radius, TagArena::height - TagArena::radius));
    one.release("controls", Qt::Key_D);
    one.release("controls", Qt::Key_Down);
}

void tst_Tag::heldMouseLeadsThePlayer()
{
    const Frontend one("Tag", m_server->port(), {400, 600});
    QTRY_COMPARE(one.text("count"), "1 player");
    const auto position = [this] { return m_server->arena().players().at(1).position; };
    m_server->arena().setPosition(1, {400, 300});
    one.grab();
    for (const QPointF goal : {QPointF(120, 480), QPointF(700, 90)}) {
        QTest::mousePress(one.window(), Qt::LeftButton, {}, inWindow(one, goal).toPoint());
        QTRY_VERIFY2(distance(position(), goal) < 30,
                     qPrintable(QString("%1, %2").arg(position().x()).arg(position().y())));
        QTest::mouseRelease(one.window(), Qt::LeftButton, {}, inWindow(one, goal).toPoint());
    }
}

void tst_Tag::whoIsCaughtIsIt()
{
    const Frontend one("Tag", m_server->port());
    QTRY_COMPARE(one.text("role"), "Waiting for somebody to catch");
    m_server->arena().setPosition(1, {100, 100});
    const Frontend other("Tag", m_server->port());
    QTRY_COMPARE(other.text("count"), "2 players");
    m_server->arena().setPosition(2, {700, 500});
    QTRY_COMPARE(one.text("role"), "You are it: catch somebody!");
    QTRY_COMPARE(other.text("role"), "Run!");

    m_server->arena().setPosition(2, {110, 100});
    QTRY_COMPARE(other.text("role"), "You are it: catch somebody!");
    QTRY_COMPARE(one.text("role"), "Run!");
    QTRY_COMPARE(one.text("news"), "You caught Player 2!");
    QTRY_COMPARE(other.text("news"), "Player 1 caught you!");
}

void tst_Tag::namesAreShownAsTheyWereTyped()
{
    const Frontend one("Tag", m_server->port());
    QTRY_COMPARE(one.text("count"), "1 player");
    const Frontend other("Tag", m_server->port(), {}, false, false);
    other.type("name", "<u>Ada</u>");
    other.click("action");
    QTRY_COMPARE(one.text("count"), "2 players");
    QTRY_COMPARE(one.item("player2")->property("name").toString(), "<u>Ada</u>");
    QTRY_COMPARE(other.item("player2")->property("name").toString(), "<u>Ada</u>");
    QCOMPARE(other.item("player1")->property("name").toString(), "Player 1");
    for (const char *shown : {"label", "news"})
        QCOMPARE(one.item(shown)->property("textFormat").toInt(), int(Qt::PlainText));
}

void tst_Tag::whoLeavesIsSeenNoMore()
{
    const Frontend one("Tag", m_server->port());
    QTRY_COMPARE(one.text("count"), "1 player");
    {
        const Frontend other("Tag", m_server->port());
        QTRY_COMPARE(one.text("count"), "2 players");
    }
    QTRY_COMPARE(one.text("count"), "1 player");
    QCOMPARE(one.text("role"), "Waiting for somebody to catch");
}

void tst_Tag::windowsPlayWithAPythonServer()
{
    PythonPeer python("tag.py", {"server"});
    const quint16 port = python.port();
    QVERIFY(port != 0);
    {
        const Frontend one("Tag", port);
        QTRY_COMPARE(one.text("count"), "1 player");
        const Frontend other("Tag", port);
        QTRY_COMPARE(one.text("role"), "You are it: catch somebody!");
        QTRY_COMPARE(other.text("role"), "Run!");

        // Its arena is 400 by 200.
        const QQuickItem *arena = one.item("arena");
        QCOMPARE(std::round(arena->width() / arena->height() * 100), 200);
        one.press("controls", Qt::Key_Right);
        QTRY_COMPARE(one.text("news"), "You caught Player 2!");
        one.release("controls", Qt::Key_Right);
        QTRY_COMPARE(one.text("role"), "Run!");
        QTRY_COMPARE(other.text("role"), "You are it: catch somebody!");
    }
    QCOMPARE(python.end(), QString());
}

QTEST_MAIN(tst_Tag)

#include "tst_tag.moc"
