// SPDX-License-Identifier: MIT

//! A server's figures, in the text format of Prometheus.

#include "support/eventually.h"
#include "support/messages.h"
#include "support/prometheus.h"
#include "support/rawclient.h"

#include <QRepod/Channel>
#include <QRepod/Protocol>
#include <QRepod/Room>
#include <QRepod/Server>

#include <QtCore/qpointer.h>
#include <QtCore/qregularexpression.h>
#include <QtTest/qtest.h>

using QRepod::Channel;
using QRepod::Server;

namespace {

class Player : public Channel
{
    Q_OBJECT

public:
    static inline int moves = 0;

    Q_INVOKABLE void Network_move(int x)
    {
        ++moves;
        if (x < 0)
            delete server();
    }
    void network_received(const QVariantMap &) override { ++moves; }
};

//! Returns the number after \a sample; -1 if there is none.
double numberOf(const QString &text, const QString &sample)
{
    for (const QString &line : text.split(u'\n')) {
        if (line.startsWith(sample + u' '))
            return line.mid(sample.size() + 1).toDouble();
    }
    return -1;
}

} // namespace

class tst_Metrics : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Player::moves = 0; }

    void clientsRoomsAndTrafficAreCounted()
    {
        Server server;
        server.setChannelClass<Player>();
        QVERIFY(server.listen(u"127.0.0.1"_s, 0));
        RawClient first(server.port());
        RawClient second(server.port());
        QVERIFY(eventually([&] { return server.channels().size() == 2; }));
        QVERIFY(server.channels().constFirst()->join(u"lobby"_s));
        QVERIFY(first.send(message(u"move"_s, {{u"x"_s, 1}})));
        QVERIFY(first.send(message(u"move"_s, {{u"x"_s, 2}})));
        QVERIFY(eventually([&] { return Player::moves == 2; }));
        server.sendToAll(u"tick"_s);
        server.channels().constFirst()->send(u"hint"_s);

        const QString text = server.metrics();
        QCOMPARE(numberOf(text, u"qrepod_clients"_s), 2);
        QCOMPARE(numberOf(text, u"qrepod_guests"_s), 0);
        QCOMPARE(numberOf(text, u"qrepod_rooms"_s), 1);
        QCOMPARE(numberOf(text, u"qrepod_connections_total"_s), 2);
        QCOMPARE(numberOf(text, u"qrepod_messages_received_total"_s), 2);
        QCOMPARE(numberOf(text, u"qrepod_messages_waiting"_s), 0);
        QCOMPARE(numberOf(text, u"qrepod_action_received_total{action=\"move\"}"_s), 2);
        QCOMPARE(numberOf(text, u"qrepod_handler_seconds_count{action=\"move\"}"_s), 2);
        QVERIFY(numberOf(text, u"qrepod_handler_seconds_sum{action=\"move\"}"_s) > 0);
        const qint64 size = QRepod::encode(message(u"move"_s, {{u"x"_s, 1}})).size();
        QCOMPARE(numberOf(text, u"qrepod_action_received_bytes_total{action=\"move\"}"_s),
                 double(2 * size));
        QCOMPARE(numberOf(text, u"qrepod_action_sent_total{action=\"tick\"}"_s), 2);
        QCOMPARE(numberOf(text, u"qrepod_action_sent_total{action=\"hint\"}"_s), 1);
    }

    void whatArrivesTogetherIsCountedByAction()
    {
        Server server;
        server.setChannelClass<Player>();
        QVERIFY(server.listen(u"127.0.0.1"_s, 0));
        RawClient client(server.port());
        const QByteArray move = QRepod::encode(message(u"move"_s, {{u"x"_s, 1}}));
        const QByteArray unfit = QRepod::encode(message(u"move"_s, {{u"x"_s, u"left"_s}}));
        const QByteArray jump = QRepod::encode(message(u"jump"_s));
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"move.*\"x\" is text"_s));
        QVERIFY(client.sendBytes(move + move + unfit + move + jump + jump + move));
        QVERIFY(eventually([&] { return Player::moves == 7; }));

        const QString text = server.metrics();
        QCOMPARE(numberOf(text, u"qrepod_action_received_total{action=\"move\"}"_s), 5);
        QCOMPARE(numberOf(text, u"qrepod_action_received_total{action=\"jump\"}"_s), 2);
        QCOMPARE(numberOf(text, u"qrepod_action_received_bytes_total{action=\"move\"}"_s),
                 double(4 * move.size() + unfit.size()));
        QCOMPARE(numberOf(text, u"qrepod_action_received_bytes_total{action=\"jump\"}"_s),
                 double(2 * jump.size()));
    }

    void aHandlerFindsTheMessageThatItHasCounted()
    {
        Server server;
        server.setChannelClass<Player>();
        QVERIFY(server.listen(u"127.0.0.1"_s, 0));
        QList<double> counts;
        connect(&server, &Server::channelConnected, &server, [&](Channel *channel) {
            connect(channel, &Channel::messageReceived, &server, [&] {
                counts +=
                    numberOf(server.metrics(), u"qrepod_action_received_total{action=\"move\"}"_s);
            });
        });
        RawClient client(server.port());
        const QByteArray move = QRepod::encode(message(u"move"_s, {{u"x"_s, 1}}));
        QVERIFY(client.sendBytes(move.repeated(3)));
        QVERIFY(eventually([&] { return counts.size() == 3; }));
        QCOMPARE(counts, (QList<double>{1, 2, 3}));
    }

    void whatClientsHaveDoneStillCountsWhenTheyHaveGone()
    {
        Server server;
        server.setChannelClass<Player>();
        QVERIFY(server.listen(u"127.0.0.1"_s, 0));
        RawClient client(server.port());
        QVERIFY(client.send(message(u"move"_s, {{u"x"_s, 1}})));
        QVERIFY(eventually([&] { return Player::moves == 1; }));
        client.close();
        QVERIFY(eventually([&] {
            return numberOf(server.metrics(), u"qrepod_clients"_s) == 0
                && server.findChildren<Channel *>().isEmpty();
        }));
        const QString text = server.metrics();
        QCOMPARE(numberOf(text, u"qrepod_messages_received_total"_s), 1);
        QCOMPARE(numberOf(text, u"qrepod_connections_total"_s), 1);
        QVERIFY(numberOf(text, u"qrepod_bytes_received_total"_s) > 0);
    }

    void clientsThatInventActionsDoNotFillTheMemory()
    {
        Server server;
        server.setChannelClass<Player>();
        QVERIFY(server.listen(u"127.0.0.1"_s, 0));
        RawClient client(server.port());
        for (int i = 0; i < 500; ++i)
            QVERIFY(client.send(message(u"invented%1"_s.arg(i))));
        QVERIFY(client.send(message(u"move"_s, {{u"x"_s, 1}})));
        QVERIFY(eventually([&] { return Player::moves == 501; }));
        const QString text = server.metrics();
        QVERIFY(text.count(u"qrepod_action_received_total{"_s) < 30);
        QVERIFY(numberOf(text, u"qrepod_action_received_total{action=\"_others\"}"_s) > 400);
        QCOMPARE(numberOf(text, u"qrepod_action_received_total{action=\"move\"}"_s), 1);
    }

    void onlySoManyActionsThatAreSentHaveTheirOwnFigures()
    {
        Server server;
        QVERIFY(server.listen(u"127.0.0.1"_s, 0));
        const RawClient client(server.port());
        QVERIFY(eventually([&] { return !server.channels().isEmpty(); }));
        for (int round = 0; round < 2; ++round) {
            for (int i = 0; i < 150; ++i)
                server.channels().constFirst()->send(u"news%1"_s.arg(i));
        }
        const QString text = server.metrics();
        QCOMPARE(text.count(u"qrepod_action_sent_total{"_s), 129);
        QCOMPARE(numberOf(text, u"qrepod_action_sent_total{action=\"news0\"}"_s), 2);
        QCOMPARE(numberOf(text, u"qrepod_action_sent_total{action=\"news127\"}"_s), 2);
        QCOMPARE(numberOf(text, u"qrepod_action_sent_total{action=\"_others\"}"_s), 2 * 22);
        const qint64 size = QRepod::encode(message(u"news0"_s)).size();
        QCOMPARE(numberOf(text, u"qrepod_action_sent_bytes_total{action=\"news0\"}"_s),
                 double(2 * size));
    }

    void anActionMayHaveAnyName()
    {
        Server server;
        server.setChannelClass<Player>();
        QVERIFY(server.listen(u"127.0.0.1"_s, 0));
        RawClient client(server.port());
        QVERIFY(client.send(message(u"a \"b\"\\\nc"_s)));
        QVERIFY(eventually([&] { return Player::moves == 1; }));
        QCOMPARE(numberOf(server.metrics(),
                          u"qrepod_action_received_total{action=\"a \\\"b\\\"\\\\\\nc\"}"_s),
                 1);
    }

    void theTextIsWellFormed()
    {
        Server server;
        server.setChannelClass<Player>();
        QVERIFY(server.listen(u"127.0.0.1"_s, 0));
        RawClient client(server.port());
        QVERIFY(client.send(message(u"move"_s, {{u"x"_s, 1}})));
        QVERIFY(eventually([&] { return Player::moves == 1; }));
        server.sendToAll(u"tick"_s);

        QVERIFY(client.send(message(u"a \"b\"\\\nc"_s)));
        QVERIFY(eventually([&] { return Player::moves == 2; }));
        const PrometheusText text(server.metrics());
        QCOMPARE(text.error(), QString());
        QVERIFY(text.samples().size() > 10);
    }

    void aTextThatIsNotIsFound_data()
    {
        QTest::addColumn<QString>("text");
        const QString good = u"# HELP qrepod_a A.\n# TYPE qrepod_a gauge\nqrepod_a 1\n"_s;
        QCOMPARE(PrometheusText(good).error(), QString());
        QTest::newRow("no end of line") << good.chopped(1);
        QTest::newRow("a sample twice") << good + u"qrepod_a 2\n"_s;
        QTest::newRow("a name twice") << good + good;
        QTest::newRow("no type") << u"# HELP qrepod_a A.\nqrepod_a 1\n"_s;
        QTest::newRow("no type at the end") << good + u"# HELP qrepod_b B.\n"_s;
        QTest::newRow("another's sample") << good + u"qrepod_b 1\n"_s;
        QTest::newRow("a bare quote") << good + u"qrepod_a{x=\"\"\"} 1\n"_s;
        QTest::newRow("a bare backslash") << good + u"qrepod_a{x=\"\\a\"} 1\n"_s;
        QTest::newRow("no number") << good + u"qrepod_a{x=\"y\"} 1.2.3\n"_s;
        QTest::newRow("a gauge's sum") << good + u"qrepod_a_sum 1\n"_s;
    }

    void aTextThatIsNotIsFound()
    {
        QFETCH(QString, text);
        QVERIFY(!PrometheusText(text).error().isEmpty());
    }

    void anyThreadMayAskAndAHandlerToo()
    {
        Server server;
        server.setChannelClass<Player>();
        server.startBackground();
        QVERIFY(server.listen(u"127.0.0.1"_s, 0));
        const RawClient client(server.port());
        QVERIFY(eventually([&] { return server.channels().size() == 1; }));
        QCOMPARE(numberOf(server.metrics(), u"qrepod_clients"_s), 1);
    }

    void aHandlerThatDeletesTheServerIsSafe()
    {
        auto *const server = new Server;
        const QPointer<Server> alive(server);
        server->setChannelClass<Player>();
        QVERIFY(server->listen(u"127.0.0.1"_s, 0));
        const RawClient client(server->port());
        QVERIFY(client.send(message(u"move"_s, {{u"x"_s, -1}})));
        QVERIFY(eventually([&] { return !alive; }));
    }
};

QTEST_GUILESS_MAIN(tst_Metrics)
#include "tst_metrics.moc"
