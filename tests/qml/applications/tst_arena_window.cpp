// SPDX-License-Identifier: MIT
#include "arena/arenaserver.h"
#include "frontend.h"

#ifdef QREPOD_HAS_TESTKIT
#    include <QRepod/Test/FaultProxy>
#endif

#include <QtCore/QLineF>
#include <QtQuick/QQuickItem>
#include <QtQuick/QQuickWindow>
#include <QtTest/QTest>

#include <algorithm>
#include <memory>

//! Windows of arena, their keys and mouse, and a server, over real sockets.
class tst_ArenaWindow : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void windowAsksWhereTheServerIs();
    void keyboardAloneWillDo();
    void serversOfTheNetworkAreOffered();
    void keysFlyAndFire();
    void heldMouseLeadsTheShip();
    void heldFingerLeadsTheShip();
    void friendsMeetByAWord();
    void roomsOfTheLobbyCanBeJoined();
    void shopTakesGold();
    void namesAndChatAreShownAsTheyWereTyped();
    void whoWinsIsTold();
#ifdef QREPOD_HAS_TESTKIT
    void whoDropsIsSeenAsAwayAndComesBack();
#endif

private:
    Ship *ship(const QString &room, int number) const
    {
        return qobject_cast<Match *>(m_server->room(room))->arena().ship(number);
    }

    std::unique_ptr<ArenaServer> m_server;
};

namespace {

bool isIn(const Frontend &frontend, const QString &room)
{
    return frontend.item("room")->isVisible() && frontend.text("room").startsWith(room + " · ");
}

//! A place in the arena.
QPoint inWindow(const Frontend &frontend, QPointF place)
{
    return frontend.item("ship1")->parentItem()->mapToScene(place).toPoint();
}

//! Where nothing can be collected: each piece of gold is near one of these places at most.
QPointF awayFromGold(const Arena &arena)
{
    QPointF place(60, 60);
    const auto isNear = [&place](const Thing &gold) {
        return QLineF(gold.place, place).length() < 60;
    };
    while (std::any_of(arena.gold().begin(), arena.gold().end(), isNear))
        place.rx() += 130;
    return place;
}

//! A window in a room of its own, under a name.
std::unique_ptr<Frontend> playerIn(const QString &word, quint16 port, const QString &name = "Ada")
{
    auto frontend = std::make_unique<Frontend>("Arena", port);
    if (!QTest::qWaitFor([&] { return frontend->item("Play now")->isVisible(); }, 60'000))
        qFatal("there is no lobby");
    frontend->type("Your name, if you like", name);
    frontend->type("A room for friends: agree on a word", word);
    frontend->click("Enter");
    const auto isThere = [&] {
        return isIn(*frontend, "Word: " + word.toUpper()) && frontend->has("score1");
    };
    if (!QTest::qWaitFor(isThere, 60'000))
        qFatal("the room cannot be joined");
    return frontend;
}

} // namespace

void tst_ArenaWindow::init()
{
    m_server = std::make_unique<ArenaServer>(0);
    QVERIFY2(m_server->listen("127.0.0.1", 0), qPrintable(m_server->errorString()));
}

void tst_ArenaWindow::windowAsksWhereTheServerIs()
{
    const Frontend one("Arena", 1, {}, false, false);
    QCOMPARE(one.text("action"), "Connect");
    one.type("port", QString::number(m_server->port()));
    one.click("action");
    QTRY_VERIFY(!one.item("notice")->isVisible());
    one.click("Play now");
    QTRY_VERIFY(isIn(one, "Room 1"));
    one.click("Leave");
    QTRY_VERIFY(one.item("Play now")->isVisible());
    m_server.reset();
    QTRY_VERIFY(one.item("notice")->isVisible());
    QTRY_COMPARE(one.text("action"), "Reconnect");
}

void tst_ArenaWindow::keyboardAloneWillDo()
{
    const Frontend one("Arena", m_server->port(), {}, false, false);
    one.window()->requestActivate();
    QVERIFY(QTest::qWaitForWindowActive(one.window()));
    const auto type = [&one](const QString &text) {
        for (const QChar character : text)
            QTest::keyClick(one.window(), character.toLatin1());
        QTest::keyClick(one.window(), Qt::Key_Return);
    };
    type({}); // the server stands there
    QTRY_VERIFY(one.item("Play now")->isVisible());
    type("Ada");
    QTRY_VERIFY(one.has("score1"));
    QVERIFY(one.text("score1").startsWith("Ada"));
    QTest::keyPress(one.window(), Qt::Key_Space);
    QTRY_VERIFY(ship("Room 1", 1)->fires);
    type({}); // from the ship to the chat, which takes the keys from now on
    QTRY_VERIFY(!ship("Room 1", 1)->fires);
    type("hello");
    QTRY_VERIFY(one.text("lines").endsWith("\nAda: hello"));
    type({}); // and back without a word
    QTest::keyClick(one.window(), Qt::Key_Escape);
    QTest::keyPress(one.window(), Qt::Key_Space);
    QTRY_VERIFY(ship("Room 1", 1)->fires);
    ship("Room 1", 1)->gold = 20;
    QTRY_VERIFY(one.item("Engine (5)")->isEnabled());
    QTest::keyClick(one.window(), Qt::Key_Tab); // to the repairs
    QTest::keyClick(one.window(), Qt::Key_Tab);
    QTest::keyClick(one.window(), Qt::Key_Space);
    QTRY_COMPARE(ship("Room 1", 1)->engine, 1);
}

void tst_ArenaWindow::serversOfTheNetworkAreOffered()
{
    const Frontend one("Arena", 1, {}, false, false);
    const Frontend other("Tag", 1, {}, false, false);
    m_server->setAnnouncePort(0);
    QVERIFY2(m_server->announce("the kitchen", {{"game", "Arena"}}),
             qPrintable(m_server->errorString()));
    for (const Frontend *asking : {&one, &other}) {
        auto *browser = asking->item("servers")->property("browser").value<QObject *>();
        browser->setProperty("port", m_server->announcePort());
        QTRY_COMPARE_WITH_TIMEOUT(browser->property("count").toInt(), 1, 60'000);
    }
    QVERIFY(!other.item("Play on the kitchen")->isVisible()); // another game
    one.click("Play on the kitchen");
    QTRY_VERIFY(one.item("Play now")->isVisible());
}

void tst_ArenaWindow::keysFlyAndFire()
{
    const auto one = playerIn("a", m_server->port());
    Ship *const mine = ship("#A", 1);
    mine->place = {500, 300};
    one->press("controls", Qt::Key_Left);
    QTRY_VERIFY(mine->place.x() < 450);
    one->release("controls", Qt::Key_Left);
    one->press("controls", Qt::Key_S);
    QTRY_VERIFY(mine->place.y() > 350);
    QCOMPARE(mine->angle, 90.f);
    one->release("controls", Qt::Key_S);
    QTRY_VERIFY(!mine->thrust());
    one->press("controls", Qt::Key_Space);
    QTRY_VERIFY(mine->fires);
    one->release("controls", Qt::Key_Space);
    QTRY_VERIFY(!mine->fires);

    // It is drawn where it is.
    QTRY_COMPARE(QPointF(one->item("ship1")->position()).toPoint(), mine->place.toPoint());
}

void tst_ArenaWindow::heldMouseLeadsTheShip()
{
    const auto one = playerIn("a", m_server->port());
    Ship *const mine = ship("#A", 1);
    mine->place = {800, 300};
    one->grab();
    QTRY_VERIFY(one->item("ship1")->x() > 790);
    const QPoint goal = inWindow(*one, {240, 300});
    QTest::mousePress(one->window(), Qt::LeftButton, {}, goal);
    QTRY_VERIFY(mine->fires);
    QTRY_VERIFY(mine->place.x() < 400);
    QTest::mouseRelease(one->window(), Qt::LeftButton, {}, goal);
    QTRY_VERIFY(!mine->fires);
}

void tst_ArenaWindow::heldFingerLeadsTheShip()
{
    const Frontend one("Arena", m_server->port(), {360, 640});
    QTRY_VERIFY(one.item("Play now")->isVisible());
    one.click("Play now");
    QTRY_VERIFY(one.has("ship1"));
    Ship *const mine = ship("Room 1", 1);
    mine->place = {480, 100};
    one.grab();
    const QQuickItem *controls = one.item("controls");
    const QPointF below(controls->width() / 2, controls->height() - 1); // of the arena, too
    QVERIFY(controls->mapToScene(below).y() > inWindow(one, {0, Arena::height}).y() + 40);
    const std::unique_ptr<QPointingDevice> screen(QTest::createTouchDevice());
    QTest::touchEvent(one.window(), screen.get()).press(0, controls->mapToScene(below).toPoint());
    QTRY_VERIFY(mine->fires);
    QTRY_VERIFY(mine->place.y() > 400);
    QTest::touchEvent(one.window(), screen.get()).release(0, controls->mapToScene(below).toPoint());
    QTRY_VERIFY(!mine->fires);
    QTRY_VERIFY(!mine->thrust());
}

void tst_ArenaWindow::friendsMeetByAWord()
{
    const auto one = playerIn("tiger", m_server->port(), "Ada");
    const auto other = playerIn("Tiger", m_server->port(), "Grace");
    QTRY_VERIFY(one->has("score2"));
    QVERIFY(one->text("score2").startsWith("Grace"));
    QVERIFY(other->text("score1").startsWith("Ada"));
}

void tst_ArenaWindow::roomsOfTheLobbyCanBeJoined()
{
    const Frontend one("Arena", m_server->port());
    const Frontend other("Arena", m_server->port());
    QTRY_VERIFY(one.item("Play now")->isVisible());
    one.click("Play now");
    QTRY_VERIFY(isIn(one, "Room 1"));
    QTRY_VERIFY(other.has("Room 1: 1 of 4 players"));
    other.click("Room 1: 1 of 4 players");
    QTRY_VERIFY(isIn(other, "Room 1"));
}

void tst_ArenaWindow::shopTakesGold()
{
    const auto one = playerIn("a", m_server->port());
    auto *match = qobject_cast<Match *>(m_server->room("#A"));
    ship("#A", 1)->place = awayFromGold(match->arena());
    ship("#A", 1)->gold = 4;
    QTRY_COMPARE(one->text("room"), "Word: A · 4 gold");
    QVERIFY(!one->item("Engine (5)")->isEnabled());
    ship("#A", 1)->gold = 7;
    QTRY_VERIFY(one->item("Engine (5)")->isEnabled());
    one->click("Engine (5)");
    QTRY_COMPARE(ship("#A", 1)->engine, 1);
    QTRY_COMPARE(one->text("room"), "Word: A · 2 gold");
    ship("#A", 1)->gold = 3;
    QTRY_VERIFY(one->item("Repair (3)")->isEnabled());
    one->click("Repair (3)");
    QTRY_COMPARE(one->text("news"), "there is nothing to improve");
}

void tst_ArenaWindow::namesAndChatAreShownAsTheyWereTyped()
{
    const auto one = playerIn("a", m_server->port(), "<u>Ada</u>");
    const auto other = playerIn("a", m_server->port(), "Grace");
    QVERIFY(other->text("score1").startsWith("<u>Ada</u>"));
    one->type("Say something", "<b>hello</b>");
    QKeyEvent enter(QEvent::KeyPress, Qt::Key_Return, Qt::NoModifier);
    QCoreApplication::sendEvent(one->window()->activeFocusItem(), &enter);
    QTRY_VERIFY(other->text("lines").endsWith("\n<u>Ada</u>: <b>hello</b>"));
    for (const char *shown : {"score1", "lines", "news", "room", "<u>Ada</u>"})
        QCOMPARE(other->item(shown)->property("textFormat").toInt(), int(Qt::PlainText));
}

void tst_ArenaWindow::whoWinsIsTold()
{
    const auto one = playerIn("a", m_server->port(), "Grace");
    ship("#A", 1)->score = Arena::winningScore;
    QTRY_COMPARE(one->text("news"), "Grace wins!");
}

#ifdef QREPOD_HAS_TESTKIT
void tst_ArenaWindow::whoDropsIsSeenAsAwayAndComesBack()
{
    QRepod::FaultProxy network(m_server->port());
    const auto one = playerIn("a", network.port(), "Ada");
    const auto other = playerIn("a", m_server->port(), "Grace");
    ship("#A", 1)->score = 17;
    network.interrupt(60'000);
    QTRY_VERIFY(one->item("notice")->isVisible());
    QTRY_VERIFY(other->has("Ada (away)"));
    network.interrupt(0); // the line is back
    QTRY_VERIFY_WITH_TIMEOUT(!one->item("notice")->isVisible(), 60'000);
    QTRY_VERIFY(other->has("Ada"));
    QVERIFY(isIn(*one, "Word: A"));
    QVERIFY(ship("#A", 1)->score >= 17);
}
#endif

QTEST_MAIN(tst_ArenaWindow)

#include "tst_arena_window.moc"
