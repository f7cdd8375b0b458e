// SPDX-License-Identifier: MIT
// A game's test, built against the installed kit: every header, and a message there and back.

#include <QRepod/ConnectionListener>
#include <QRepod/Test/Direction>
#include <QRepod/Test/FaultProxy>
#include <QRepod/Test/MessageSpy>
#include <QRepod/Test/PumpUntil>
#include <QRepod/Test/Recorder>
#include <QRepod/Test/Replay>
#include <QRepod/Test/TestServer>

#include <QtTest/QTest>

static_assert(__cplusplus == 201703L, "a game may be C++17");

class tst_Consumer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void messageThereAndBack()
    {
        QRepod::TestServer server;
        server.onMessage("ping", {{"action", "pong"}});
        QRepod::FaultProxy proxy(server.port());
        proxy.setChunkSize(1, QRepod::Direction::ToClient);
        QRepod::ConnectionListener client;
        client.connect("127.0.0.1", proxy.port());
        QVERIFY(QRepod::MessageSpy(&client, "connected").wait());
        client.send("ping", {});
        QVERIFY(QRepod::MessageSpy(&client, "pong").wait());
        QCOMPARE(server.received("ping").size(), 1);
    }
};

QTEST_GUILESS_MAIN(tst_Consumer)
#include "consumer.moc"
