// SPDX-License-Identifier: MIT
// Recorder and Replay: what is recorded comes again.

#include "support/rawclient.h"
#include "support/recordinglistener.h"

#include <QRepod/Protocol>
#include <QRepod/Test/PumpUntil>
#include <QRepod/Test/Recorder>
#include <QRepod/Test/Replay>
#include <QRepod/Test/TestServer>

#include <QtCore/QElapsedTimer>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <memory>

using QRepod::Direction;
using QRepod::Recorder;
using QRepod::Replay;
using QRepod::TestServer;

class tst_Recorder : public QObject
{
    Q_OBJECT

private slots:
    void init() { m_fileName = m_folder.filePath("session.qrepod"); }

    void recordsBothDirections();
    void fileIsAsDocumented();
    void replayIsWhatTheClientSawBefore_data();
    void replayIsWhatTheClientSawBefore();
    void recordedSpeedKeepsTheTimes();
    void replayClosesOnlyWhereTheServerDid();
    void connectionsAreReplayedInOrder();
    void flushedRecordingCanBeReplayedAlready();
    void largeFramesAreReplayed();
    void unfinishedFrameIsLeftOut();
    void bytesThatAreNoFramesPass();

    void fileThatCannotBeWrittenIsAnErrorAndPasses();
    void fileThatIsNoRecordingIsAnError_data();
    void fileThatIsNoRecordingIsAnError();

private:
    //! A client joins, says something and hears three things, 40 ms apart.
    void recordSession(bool serverCloses)
    {
        TestServer server;
        Recorder recorder(m_fileName, server.port());
        QVERIFY2(recorder.errorString().isEmpty(), qPrintable(recorder.errorString()));
        RecordingListener client;
        QVERIFY(client.connectAndWait(recorder.port()));
        QVERIFY(client.send("login", {{"name", "alice"}}) > 0);
        QVERIFY(!server.waitForMessage("login").isEmpty());
        for (int i = 0; i < 3; ++i) {
            server.sendToAll({{"action", "tick"}, {"n", i}});
            QVERIFY(client.pumpUntil("tick", i + 1));
            QTest::qWait(40);
        }
        QCOMPARE(recorder.frameCount(), 6); // with greeting and hello
        if (serverCloses) {
            server.disconnectAll();
            QVERIFY(client.pumpUntil("disconnected"));
        } else {
            client.close();
            QVERIFY(server.waitForClients(0));
        }
        m_log = client.log;
        QVERIFY(recorder.flush());
    }

    QTemporaryDir m_folder;
    QString m_fileName;
    QStringList m_log;
};

void tst_Recorder::recordsBothDirections()
{
    recordSession(true);
    const Replay replay(m_fileName);
    QVERIFY2(replay.isValid(), qPrintable(replay.errorString()));
    QCOMPARE(replay.connectionCount(), 1);
    const QList<QVariantMap> toServer = replay.messages(Direction::ToServer);
    QCOMPARE(toServer, QList<QVariantMap>({{{"action", "login"}, {"name", "alice"}}}));
    const QList<QVariantMap> toClient = replay.messages(Direction::ToClient);
    QCOMPARE(toClient.size(), 4);
    QCOMPARE(toClient.first()["action"], "connected");
    QCOMPARE(toClient.last(), QVariantMap({{"action", "tick"}, {"n", 2}}));
    QVERIFY(replay.messages(Direction::ToClient, 1).isEmpty());
    QVERIFY(replay.messages(Direction::ToClient, -1).isEmpty());
}

void tst_Recorder::fileIsAsDocumented()
{
    const QByteArray ping = QRepod::encode({{"action", "ping"}});
    {
        TestServer server;
        server.setGreeting(false);
        Recorder recorder(m_fileName, server.port());
        RawClient client(recorder.port());
        QVERIFY(server.waitForClients(1));
        QVERIFY(client.sendBytes(ping));
        QVERIFY(!server.waitForMessage("ping").isEmpty());
        server.disconnectAll();
        QCOMPARE(client.endOfStream(), 0);
    }
    QFile file(m_fileName);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QByteArray bytes = file.readAll();
    QVERIFY(bytes.startsWith("QRepod recording 1\n"));
    bytes = bytes.mid(19);
    QCOMPARE(bytes.size(), 3 * 13 + ping.size());
    QCOMPARE(bytes.mid(8, 5), QByteArray("\0\0\0\0+", 5));
    QCOMPARE(bytes.mid(13 + 8, 5), QByteArray("\0\0\0\0>", 5));
    QCOMPARE(bytes.mid(26, ping.size()), ping);
    QCOMPARE(bytes.right(5), QByteArray("\0\0\0\0x", 5));
}

void tst_Recorder::replayIsWhatTheClientSawBefore_data()
{
    QTest::addColumn<Replay::Speed>("speed");
    QTest::newRow("as recorded") << Replay::Speed::Recorded;
    QTest::newRow("full speed") << Replay::Speed::Full;
}

void tst_Recorder::replayIsWhatTheClientSawBefore()
{
    QFETCH(Replay::Speed, speed);
    recordSession(true);
    const Replay replay(m_fileName, speed);
    for (int i = 0; i < 2; ++i) {
        RecordingListener client;
        QVERIFY(client.connectAndWait(replay.port()));
        client.send("login", {{"name", "bob"}}); // what clients send does not matter
        QVERIFY(client.pumpUntil("disconnected"));
        QCOMPARE(client.log, m_log);
    }
}

void tst_Recorder::recordedSpeedKeepsTheTimes()
{
    recordSession(true);
    const Replay replay(m_fileName);
    RecordingListener client;
    QElapsedTimer clock;
    clock.start();
    QVERIFY(client.connectAndWait(replay.port()));
    QVERIFY(client.pumpUntil("disconnected"));
    QVERIFY2(clock.elapsed() >= 115, qPrintable(QString::number(clock.elapsed())));
}

void tst_Recorder::replayClosesOnlyWhereTheServerDid()
{
    recordSession(false);
    const Replay replay(m_fileName, Replay::Speed::Full);
    RecordingListener client;
    QVERIFY(client.connectAndWait(replay.port()));
    QVERIFY(client.pumpUntil("tick", 3));
    QVERIFY(!QRepod::pumpUntil(
        &client, [&] { return client.actions().contains("disconnected"); }, 100));
}

void tst_Recorder::connectionsAreReplayedInOrder()
{
    {
        TestServer server;
        Recorder recorder(m_fileName, server.port());
        for (int i = 0; i < 2; ++i) {
            RecordingListener client;
            QVERIFY(client.connectAndWait(recorder.port()));
            QVERIFY(server.waitForClients(1));
            server.sendToAll({{"action", "game"}, {"number", i}});
            QVERIFY(client.pumpUntil("game"));
            client.close();
            QVERIFY(server.waitForClients(0));
        }
    }
    const Replay replay(m_fileName, Replay::Speed::Full);
    QCOMPARE(replay.connectionCount(), 2);
    QCOMPARE(replay.messages(Direction::ToClient, 1).last()["number"], 1);
    for (const int number : {0, 1, 0}) {
        RecordingListener client;
        QVERIFY(client.connectAndWait(replay.port()));
        QVERIFY(client.pumpUntil("game"));
        QCOMPARE(client.messages.last()["number"], number);
    }
}

void tst_Recorder::flushedRecordingCanBeReplayedAlready()
{
    TestServer server;
    Recorder recorder(m_fileName, server.port());
    RecordingListener client;
    QVERIFY(client.connectAndWait(recorder.port()));
    QVERIFY(server.waitForClients(1));
    server.sendToAll({{"action", "now"}});
    QVERIFY(client.pumpUntil("now"));
    QVERIFY(recorder.flush());
    const Replay replay(m_fileName);
    QVERIFY2(replay.isValid(), qPrintable(replay.errorString()));
    QCOMPARE(replay.messages(Direction::ToClient).last()["action"], "now");
}

void tst_Recorder::largeFramesAreReplayed()
{
    constexpr int count = 20;
    const QByteArray data(1'000'000, 'x');
    {
        TestServer server;
        Recorder recorder(m_fileName, server.port());
        RecordingListener client;
        QVERIFY(client.connectAndWait(recorder.port()));
        QVERIFY(server.waitForClients(1));
        for (int i = 0; i < count; ++i)
            server.sendToAll({{"action", "level"}, {"data", data}});
        QVERIFY(client.pumpUntil("level", count));
        server.disconnectAll();
        QVERIFY(client.pumpUntil("disconnected"));
    }
    const Replay replay(m_fileName, Replay::Speed::Full);
    RecordingListener client;
    QVERIFY(client.connectAndWait(replay.port()));
    QVERIFY(client.pumpUntil("level", count));
    QVERIFY(client.pumpUntil("disconnected"));
    QCOMPARE(client.messages.size(), count + 3); // connected, socketConnect and disconnected
    QCOMPARE(client.messages[count + 1]["data"].toByteArray(), data);
}

void tst_Recorder::unfinishedFrameIsLeftOut()
{
    {
        TestServer server;
        Recorder recorder(m_fileName, server.port());
        const QByteArray frame = QRepod::encode({{"action", "half"}});
        RawClient client(recorder.port());
        QVERIFY(client.sendBytes(QRepod::encode({{"action", "whole"}}) + frame.first(9)));
        QVERIFY(!server.waitForMessage("whole").isEmpty());
    }
    const Replay replay(m_fileName);
    QVERIFY2(replay.isValid(), qPrintable(replay.errorString()));
    const QList<QVariantMap> toServer = replay.messages(Direction::ToServer);
    QCOMPARE(toServer, QList<QVariantMap>({{{"action", "whole"}}}));
}

void tst_Recorder::bytesThatAreNoFramesPass()
{
    TestServer server;
    server.setGreeting(false);
    Recorder recorder(m_fileName, server.port());
    RawClient client(recorder.port());
    QVERIFY(server.waitForClients(1));
    server.sendRaw("\xff\xff\xff\xff and the rest");
    QCOMPARE(client.receive(17), QByteArray("\xff\xff\xff\xff and the rest"));
    server.sendRaw(QRepod::encode({{"action", "after"}}));
    QCOMPARE(client.receive(18).size(), 18);
    QCOMPARE(recorder.frameCount(), 0);
}

void tst_Recorder::fileThatCannotBeWrittenIsAnErrorAndPasses()
{
    TestServer server;
    const QString fileName = m_folder.filePath("no/such/folder/file");
    Recorder recorder(fileName, server.port());
    QVERIFY(recorder.errorString().startsWith(fileName + ": "));
    QVERIFY(!recorder.flush());
    RecordingListener client;
    QVERIFY(client.connectAndWait(recorder.port()));
}

void tst_Recorder::fileThatIsNoRecordingIsAnError_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("error");
    const QByteArray header("QRepod recording 1\n");
    const QByteArray opened = QByteArray(12, '\0') + '+';
    QTest::newRow("empty") << QByteArray() << "not a QRepod recording";
    QTest::newRow("something else") << QByteArray("PNG") << "not a QRepod recording";
    QTest::newRow("nothing recorded") << header << "contains no connection";
    QTest::newRow("cut off") << header + opened + opened.first(5) << "damaged at byte 32";
    QTest::newRow("cut off header") << header + opened + opened.first(12) + "<\1\1"
                                    << "damaged at byte 32";
    QTest::newRow("cut off frame") << header + opened + opened.first(12) + "<\1\1\1\1abc"
                                   << "damaged at byte 32";
    QTest::newRow("unknown kind") << header + opened.first(12) + '?' << "damaged at byte 19";
}

void tst_Recorder::fileThatIsNoRecordingIsAnError()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, error);
    QFile file(m_fileName);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
    file.close();
    const Replay replay(m_fileName);
    QVERIFY(!replay.isValid());
    QCOMPARE(replay.errorString(), m_fileName + ": " + error);
    QCOMPARE(replay.port(), 0);
    QVERIFY(!Replay(m_folder.filePath("missing")).isValid());
}

QTEST_GUILESS_MAIN(tst_Recorder)
#include "tst_recorder.moc"
