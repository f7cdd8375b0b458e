// SPDX-License-Identifier: MIT

//! Sessions on a bad line: whatever breaks and when, each message arrives once and in order.

#include "support/eventually.h"
#include "support/messages.h"
#include "support/recordinglistener.h"
#include "support/tlsconfiguration.h"

#include <QRepod/Channel>
#include <QRepod/Client>
#include <QRepod/ReplicaModel>
#include <QRepod/Room>
#include <QRepod/Server>
#include <QRepod/Test/FaultProxy>

#include <QtCore/qstringlistmodel.h>
#include <QtCore/qtimer.h>
#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <algorithm>

using QRepod::Channel;
using QRepod::ConnectionListener;
using QRepod::Direction;
using QRepod::FaultProxy;
using QRepod::ReplicaModel;
using QRepod::Server;

namespace {

//! What one end gets: the events, and the field `n` of every message.
struct Record
{
    QStringList events;
    QList<qint64> numbers;
};

class RecordingChannel : public Channel
{
    Q_OBJECT

public:
    explicit RecordingChannel(Record &record)
        : m_record(record)
    {
    }

    bool isStranger = false; ///< nobody comes back to it

    Q_INVOKABLE void Network_connected() { m_record.events << u"connected"_s; }
    Q_INVOKABLE void Network_interrupted()
    {
        m_record.events << u"interrupted"_s;
        if (isStranger)
            close();
    }
    Q_INVOKABLE void Network_resumed() { m_record.events << u"resumed"_s; }
    Q_INVOKABLE void Network_disconnected() { m_record.events << u"disconnected"_s; }
    Q_INVOKABLE void Network_error() { m_record.events << u"error"_s; }
    Q_INVOKABLE void Network_number(qint64 n) { m_record.numbers << n; }

private:
    Record &m_record;
};

class Player : public ConnectionListener
{
    Q_OBJECT

public:
    Q_INVOKABLE void Network_connected() { record.events << u"connected"_s; }
    Q_INVOKABLE void Network_interrupted() { record.events << u"interrupted"_s; }
    Q_INVOKABLE void Network_resumed() { record.events << u"resumed"_s; }
    Q_INVOKABLE void Network_disconnected() { record.events << u"disconnected"_s; }
    Q_INVOKABLE void Network_error() { record.events << u"error"_s; }
    Q_INVOKABLE void Network_number(qint64 n) { record.numbers << n; }

    Record record;
};

//! A server, a line to it, and one client, all of which talk without a pause once they run.
class Game
{
public:
    explicit Game(int threads = 0, bool isEncrypted = false)
    {
        server.setSessionTimeout(patience);
        server.setThreads(threads);
        if (isEncrypted) {
            server.setSslConfiguration(serverConfiguration());
            player.setSslConfiguration(clientConfiguration());
        }
        server.setChannelFactory([this] {
            auto *made = new RecordingChannel(channels.isEmpty() ? record : strangers);
            made->isStranger = !channels.isEmpty();
            channels << made;
            return made;
        });
        if (!server.listen(u"127.0.0.1"_s, 0))
            qFatal("the server cannot listen");
        line = std::make_unique<FaultProxy>(server.port());
        player.setAutoPump(true);
        player.setReconnect(true);
        player.setReconnectInterval(1);
        player.setMaximumReconnectInterval(20);
        player.connect(u"127.0.0.1"_s, line->port());
        QObject::connect(&m_talking, &QTimer::timeout, &player, [this] { talk(); });
    }

    Channel *channel() const { return channels.value(0); }

    //! Waits until both know each other. A client that is lost before the greeting has no session.
    bool isJoined()
    {
        if (!eventually([this] { return channel(); }))
            return false;
        sentByServer += channel()->send(number(1)) > 0;
        return eventually([this] { return !player.record.numbers.isEmpty(); });
    }

    void startTalking() { m_talking.start(0); }
    void stopTalking() { m_talking.stop(); }

    qsizetype interruptions() const { return player.record.events.count(u"interrupted"_s); }

    //! Waits until all that was sent has come, and says whether it has come as it was sent.
    bool isComplete() const
    {
        const auto upTo = [](qint64 last) {
            QList<qint64> numbers;
            for (qint64 n = 1; n <= last; ++n)
                numbers << n;
            return numbers;
        };
        return eventually([this] {
                   return record.numbers.size() >= sentByPlayer
                       && player.record.numbers.size() >= sentByServer
                       && record.events.last() != u"interrupted"_s
                       && player.record.events.last() != u"interrupted"_s;
               })
            && record.numbers == upTo(sentByPlayer) && player.record.numbers == upTo(sentByServer);
    }

    //! Whether one channel is left, and no other has got what is the player's: on a machine that
    //! stands still, an attempt to resume may count as a new client for a moment.
    bool isAlone() const
    {
        return eventually([this] {
                   return channel()
                       && std::count(channels.cbegin(), channels.cend(), nullptr)
                       == channels.size() - 1;
               })
            && strangers.numbers.isEmpty();
    }

    Record record;    ///< of the first channel
    Record strangers; ///< of others
    QList<QPointer<Channel>> channels;
    Server server;
    std::unique_ptr<FaultProxy> line;
    Player player;
    qint64 sentByPlayer = 0;
    qint64 sentByServer = 0;

private:
    //! Enough is under way to keep the line busy; more would only be sent again and again.
    void talk()
    {
        constexpr qint64 underWay = 100;
        for (int i = 0; i < 3; ++i) {
            if (sentByPlayer - record.numbers.size() < underWay)
                sentByPlayer += player.send(number(sentByPlayer + 1)) > 0;
            if (channel() && sentByServer - player.record.numbers.size() < underWay)
                sentByServer += channel()->send(number(sentByServer + 1)) > 0;
        }
    }

    QTimer m_talking;
};

//! `connected`, and then `interrupted` and `resumed` by turns.
bool isQuiet(const QStringList &events)
{
    if (events.isEmpty() || events.first() != u"connected"_s || events.size() % 2 == 0)
        return false;
    for (qsizetype i = 1; i < events.size(); i += 2) {
        if (events[i] != u"interrupted"_s || events[i + 1] != u"resumed"_s)
            return false;
    }
    return true;
}

} // namespace

class tst_SessionFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void shortInterruptionIsNotNoticed();
    void interruptedAtRandom_data();
    void interruptedAtRandom();
    void sharedStateIsNotToldTwice();
};

void tst_SessionFaults::shortInterruptionIsNotNoticed()
{
    Game game;
    QVERIFY(game.isJoined());
    game.startTalking();
    game.line->interrupt(20);
    QVERIFY(eventually([&] { return game.player.record.events.contains(u"resumed"_s); }));
    game.stopTalking();
    QVERIFY(game.isComplete());
    QCOMPARE(game.player.record.events,
             QStringList({u"connected"_s, u"interrupted"_s, u"resumed"_s}));
    QCOMPARE(game.record.events, QStringList({u"connected"_s, u"interrupted"_s, u"resumed"_s}));
    QVERIFY(game.isAlone());
}

void tst_SessionFaults::interruptedAtRandom_data()
{
    QTest::addColumn<int>("threads");
    QTest::addColumn<bool>("isEncrypted");
    QTest::addColumn<int>("chunk");
    QTest::addColumn<int>("times");

    QTest::newRow("plain") << 0 << false << 0 << 100;
    QTest::newRow("network threads") << 2 << false << 0 << 100;
    QTest::newRow("TLS") << 0 << true << 0 << 20;
    QTest::newRow("TLS, network threads") << 2 << true << 0 << 20;
    QTest::newRow("single bytes") << 0 << false << 1 << 20;
    QTest::newRow("single bytes, network threads") << 2 << false << 1 << 20;
}

//! Within the frames of messages, within control frames, while a session is resumed.
void tst_SessionFaults::interruptedAtRandom()
{
    QFETCH(const int, threads);
    QFETCH(const bool, isEncrypted);
    QFETCH(const int, chunk);
    QFETCH(const int, times);
    Game game(threads, isEncrypted);
    QVERIFY(game.isJoined());
    game.line->setChunkSize(chunk);
    game.startTalking();
    game.line->cutWithin(isEncrypted ? 8'000 : chunk > 0 ? 300 : 2'000);
    QVERIFY(eventually([&] { return game.interruptions() >= times; }));
    game.line->clearFaults();
    game.stopTalking();
    QVERIFY2(game.isComplete(),
             qPrintable(u"%1 of %2, %3 of %4"_s.arg(game.record.numbers.size())
                            .arg(game.sentByPlayer)
                            .arg(game.player.record.numbers.size())
                            .arg(game.sentByServer)));
    QVERIFY2(isQuiet(game.player.record.events), qPrintable(game.player.record.events.join(u' ')));
    QVERIFY2(isQuiet(game.record.events), qPrintable(game.record.events.join(u' ')));
    QVERIFY(game.isAlone());
}

//! What was on its way comes once, and nothing from the start.
void tst_SessionFaults::sharedStateIsNotToldTwice()
{
    Game game;
    QStringListModel texts;
    game.server.everyone()->setSyncInterval(0);
    game.server.everyone()->share(u"texts"_s, &texts);
    ReplicaModel replica(&game.player, u"texts"_s);
    const QAbstractItemModelTester tester(&replica);
    QVERIFY(game.isJoined());
    QVERIFY(eventually([&] { return replica.isReady(); }));
    const QSignalSpy readyChanged(&replica, &ReplicaModel::readyChanged);
    const QSignalSpy resets(&replica, &ReplicaModel::modelReset);
    int inserted = 0;
    QObject::connect(
        &replica, &ReplicaModel::rowsInserted, this,
        [&](const QModelIndex &, int first, int last) { inserted += last - first + 1; });
    QTimer changing;
    QObject::connect(&changing, &QTimer::timeout, this, [&] {
        const int row = texts.rowCount();
        texts.insertRow(row);
        texts.setData(texts.index(row), QString::number(row));
    });
    changing.start(1);
    game.line->cutWithin(500);
    QVERIFY(eventually([&] { return game.interruptions() >= 20; }));
    changing.stop();
    game.line->clearFaults();
    QVERIFY(eventually([&] { return replica.count() == texts.rowCount(); }));
    for (int row = 0; row < replica.count(); ++row)
        QCOMPARE(replica.get(row)[u"display"_s], QVariant(QString::number(row)));
    QCOMPARE(inserted, texts.rowCount());
    QCOMPARE(readyChanged.count() + resets.count(), 0);
}

QTEST_GUILESS_MAIN(tst_SessionFaults)
#include "tst_sessionfaults.moc"
