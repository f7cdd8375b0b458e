// SPDX-License-Identifier: MIT

//! What a server says of itself, in the text format of Prometheus.

#include "support/eventually.h"
#include "support/messages.h"
#include "support/rawclient.h"

#include <QRepod/Channel>
#include <QRepod/Protocol>
#include <QRepod/Room>
#include <QRepod/Server>

#include <QtCore/qpointer.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qset.h>
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

//! The number behind \a sample; -1 if there is none.
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

    //! Each line is a comment or a sample, each sample is of what was begun last, and no name comes
    //! twice: what Prometheus' own parser asks for.
    void theTextIsWellFormed()
    {
        Server server;
        server.setChannelClass<Player>();
        QVERIFY(server.listen(u"127.0.0.1"_s, 0));
        RawClient client(server.port());
        QVERIFY(client.send(message(u"move"_s, {{u"x"_s, 1}})));
        QVERIFY(eventually([&] { return Player::moves == 1; }));
        server.sendToAll(u"tick"_s);

        static const QRegularExpression help(u"^# HELP (qrepod_[a-z0-9_]+) \\S.*\\.$"_s);
        static const QRegularExpression type(
            u"^# TYPE (qrepod_[a-z0-9_]+) (counter|gauge|summary)$"_s);
        static const QRegularExpression sample(
            u"^(qrepod_[a-z0-9_]+?)(_sum|_count)?(\\{[a-z]+=\"([^\"\\\\\\n]|\\\\[\\\\n\"])*\"\\})? "
            "-?[0-9.e+-]+$"_s);
        QSet<QString> names;
        QSet<QString> samples;
        QString name;
        QStringList lines = server.metrics().split(u'\n');
        QCOMPARE(lines.takeLast(), QString());
        for (const QString &line : std::as_const(lines)) {
            if (const auto match = help.match(line); match.hasMatch()) {
                name = match.captured(1);
                QVERIFY2(!names.contains(name), qPrintable(line));
                names << name;
            } else if (const auto kind = type.match(line); kind.hasMatch()) {
                QCOMPARE(kind.captured(1), name);
                QCOMPARE(name.endsWith(u"_total"_s), kind.captured(2) == u"counter"_s);
            } else {
                const auto found = sample.match(line);
                QVERIFY2(found.hasMatch(), qPrintable(line));
                QCOMPARE(found.captured(1), name);
                const QString what = line.section(u' ', 0, -2);
                QVERIFY2(!samples.contains(what), qPrintable(line));
                samples << what;
            }
        }
        QVERIFY(samples.size() > 10);
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
