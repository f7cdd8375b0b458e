// SPDX-License-Identifier: MIT
#include "support/recordinglistener.h"

#include <QRepod/Channel>
#include <QRepod/Room>
#include <QRepod/Server>
#include <QRepod/Test/MessageSpy>
#include <QRepod/Test/PumpUntil>
#include <QRepod/Test/TestServer>

#include <QtCore/QElapsedTimer>
#include <QtTest/QTest>

#include <memory>

using QRepod::MessageSpy;
using QRepod::TestServer;

class tst_MessageSpy : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_server = std::make_unique<TestServer>();
        m_client = std::make_unique<RecordingListener>();
        QVERIFY(m_client->connectAndWait(m_server->port()));
    }

    void seesOneActionInOrder();
    void seesEverythingWithoutAnAction();
    void seesBuiltInMessages();
    void waitWaitsForTheNextMessage();
    void waitIsNotMisledByTakenMessages();
    void waitGivesUp();
    void waitForCountCountsWhatCameBefore();
    void takesAndClears();
    void indexOutOfRangeIsEmpty();
    void worksWithAutoPump();
    void outlivesTheListener();
    void seesWhatAChannelAndARoomGet_data();
    void seesWhatAChannelAndARoomGet();

private:
    void sendScores(int from, int to)
    {
        for (int points = from; points < to; ++points)
            m_server->sendToAll({{"action", "score"}, {"points", points}});
    }

    std::unique_ptr<TestServer> m_server;
    std::unique_ptr<RecordingListener> m_client;
};

void tst_MessageSpy::seesOneActionInOrder()
{
    MessageSpy scores(m_client.get(), "score");
    QCOMPARE(scores.action(), "score");
    QVERIFY(scores.isEmpty());
    m_server->sendToAll({{"action", "other"}});
    sendScores(0, 3);
    QVERIFY(scores.waitForCount(3));
    QCOMPARE(scores.count(), 3);
    for (int i = 0; i < 3; ++i)
        QCOMPARE(scores.at(i)["points"], i);
    QVERIFY(m_client->actions().contains("other"));
}

void tst_MessageSpy::seesEverythingWithoutAnAction()
{
    MessageSpy all(m_client.get());
    m_server->sendToAll({{"action", "a"}});
    m_server->sendToAll({{"action", "b"}});
    QVERIFY(all.waitForCount(2));
    QCOMPARE(all.at(0)["action"], "a");
    QCOMPARE(all.at(1)["action"], "b");
}

void tst_MessageSpy::seesBuiltInMessages()
{
    MessageSpy disconnected(m_client.get(), "disconnected");
    m_server->disconnectAll();
    QVERIFY(disconnected.wait());
}

void tst_MessageSpy::waitWaitsForTheNextMessage()
{
    MessageSpy scores(m_client.get(), "score");
    sendScores(0, 1);
    QVERIFY(scores.wait());
    QVERIFY(!scores.wait(30)); // the one that came before does not count
    sendScores(1, 2);
    QVERIFY(scores.wait());
    QCOMPARE(scores.count(), 2);
}

void tst_MessageSpy::waitIsNotMisledByTakenMessages()
{
    MessageSpy scores(m_client.get(), "score");
    sendScores(0, 2);
    QVERIFY(scores.waitForCount(2));
    // The handler takes what came before while wait() waits: the count goes down, yet one has come.
    m_client->onMessage = [&](const QVariantMap &) { scores.clear(); };
    sendScores(2, 3);
    QVERIFY(scores.wait());
    QCOMPARE(scores.count(), 1);
    QCOMPARE(scores.at(0)["points"], 2);
}

void tst_MessageSpy::waitGivesUp()
{
    MessageSpy scores(m_client.get(), "score");
    QElapsedTimer clock;
    clock.start();
    QVERIFY(!scores.wait(30));
    QVERIFY(!scores.waitForCount(1, 30));
    QVERIFY(clock.elapsed() >= 60);
}

void tst_MessageSpy::waitForCountCountsWhatCameBefore()
{
    MessageSpy scores(m_client.get(), "score");
    sendScores(0, 2);
    QVERIFY(scores.waitForCount(2));
    QVERIFY(scores.waitForCount(1, 0));
    QVERIFY(!scores.waitForCount(3, 0));
}

void tst_MessageSpy::takesAndClears()
{
    MessageSpy scores(m_client.get(), "score");
    sendScores(0, 3);
    QVERIFY(scores.waitForCount(3));
    QCOMPARE(scores.takeFirst()["points"], 0);
    QCOMPARE(scores.count(), 2);
    QCOMPARE(scores.messages().first()["points"], 1);
    scores.clear();
    QVERIFY(scores.isEmpty());
}

void tst_MessageSpy::indexOutOfRangeIsEmpty()
{
    MessageSpy scores(m_client.get(), "score");
    QVERIFY(scores.at(0).isEmpty());
    QVERIFY(scores.at(-1).isEmpty());
    QVERIFY(scores.takeFirst().isEmpty());
}

void tst_MessageSpy::worksWithAutoPump()
{
    m_client->setAutoPump(true);
    MessageSpy scores(m_client.get(), "score");
    sendScores(0, 1);
    QVERIFY(scores.wait());
}

void tst_MessageSpy::outlivesTheListener()
{
    MessageSpy scores(m_client.get(), "score");
    sendScores(7, 8);
    QVERIFY(scores.wait());
    m_client.reset();
    QCOMPARE(scores.at(0)["points"], 7);
    QVERIFY(!scores.wait(10));
}

void tst_MessageSpy::seesWhatAChannelAndARoomGet_data()
{
    QTest::addColumn<bool>("isInBackground");
    QTest::newRow("in this thread") << false;
    QTest::newRow("in a thread of the server's") << true;
}

void tst_MessageSpy::seesWhatAChannelAndARoomGet()
{
    QFETCH(bool, isInBackground);

    QRepod::Server server;
    QObject::connect(&server, &QRepod::Server::channelConnected, &server,
                     [](QRepod::Channel *channel) { channel->join("match"); });
    QVERIFY(server.listen("127.0.0.1", 0));
    if (isInBackground)
        server.startBackground();
    RecordingListener ada;
    RecordingListener bob;
    QVERIFY(ada.connectAndWait(server.port()));
    QVERIFY(QRepod::pumpUntil([&] { return server.channels().size() == 1; }));
    QVERIFY(bob.connectAndWait(server.port()));
    QVERIFY(QRepod::pumpUntil([&] { return server.room("match")->channels().size() == 2; }));

    MessageSpy moves(server.channels().first(), "move"); // ada's
    MessageSpy all(server.room("match"));
    ada.send("move", {{"x", 1}});
    QVERIFY(moves.wait());
    bob.send("move", {{"x", 2}});
    ada.send("stop");
    QVERIFY(all.waitForCount(3));
    QCOMPARE(moves.count(), 1);
    QCOMPARE(moves.at(0)["x"], 1);
    QCOMPARE(all.count(), 3);
}

QTEST_GUILESS_MAIN(tst_MessageSpy)
#include "tst_messagespy.moc"
