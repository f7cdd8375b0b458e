// SPDX-License-Identifier: MIT

//! repodcat --bots: many clients of a server in this process, and what they find out about it.

#include "support/literals.h"

#include <QRepod/Channel>
#include <QRepod/Server>

#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using QRepod::Channel;
using QRepod::Server;

namespace {

constexpr int patience = 90'000;

//! Echoes, but not every third message if that is asked for.
class Echo : public Channel
{
    Q_OBJECT

public:
    static inline bool isForgetful = false;
    static inline int seen = 0;
    static inline QSet<QString> names;

    Q_INVOKABLE void Network_login(const QString &name) { names << name; }
    Q_INVOKABLE int Network_add(int a, int b) { return a + b; }

    void network_received(const QVariantMap &message) override
    {
        if (++seen % 3 != 0 || !isForgetful)
            send(message);
    }
};

struct Run
{
    int code = -1;
    QByteArray output;
    QByteArray errors;

    //! The figure behind \a name.
    double figure(const QByteArray &name) const
    {
        for (const QByteArray &line : output.split('\n')) {
            const QByteArrayList words = line.simplified().split(' ');
            if (words.size() > 1 && words[0] == name)
                return words[1].toDouble();
        }
        return -1;
    }
};

Run repodcat(const QStringList &arguments)
{
    QProcess process;
    process.start(QREPOD_REPODCAT, arguments);
    QSignalSpy finished(&process, &QProcess::finished);
    if (!finished.wait(patience))
        return {};
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

} // namespace

class tst_Bots : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        Echo::isForgetful = false;
        Echo::seen = 0;
        Echo::names.clear();
        server.close();
        server.setChannelClass<Echo>();
        QVERIFY(server.listen(u"127.0.0.1"_s, 0));
        port = QString::number(server.port());
    }

    void roundTripsAreMeasured()
    {
        const Run run = repodcat({u"--bots"_s, u"50"_s, u"--rate"_s, u"20"_s, u"--duration"_s,
                                  u"1"_s, u"--loss"_s, u"0"_s, u"127.0.0.1"_s, port});
        QVERIFY2(run.code == 0, run.errors + run.output);
        QCOMPARE(run.figure("bots"), 50);
        QCOMPARE(run.figure("failures"), 0);
        QCOMPARE(run.figure("lost"), 0);
        QCOMPARE(run.figure("asked"), 1001); // one at the beginning, and one at the end
        QVERIFY(run.figure("p50") > 0);
        QVERIFY(run.figure("p99") >= run.figure("p50"));
    }

    void whatIsLostShows()
    {
        Echo::isForgetful = true;
        const QStringList arguments{u"--bots"_s,     u"3"_s,   u"--rate"_s,    u"20"_s,
                                    u"--duration"_s, u"0.5"_s, u"127.0.0.1"_s, port};
        Run run = repodcat(arguments);
        QVERIFY2(run.code == 0, run.errors + run.output);
        QVERIFY(run.figure("lost") >= 10);
        run = repodcat(QStringList{u"--loss"_s, u"0"_s} + arguments);
        QCOMPARE(run.code, 1);
        QVERIFY2(run.errors.contains("over the bound of 0 %"), run.errors);
        run = repodcat(QStringList{u"--loss"_s, u"50"_s} + arguments);
        QVERIFY2(run.code == 0, run.errors);
    }

    void aBoundOfTimeThatIsPassedIsAFailure()
    {
        const QStringList arguments{u"--bots"_s, u"3"_s,         u"--duration"_s,
                                    u"0.5"_s,    u"127.0.0.1"_s, port};
        Run run = repodcat(QStringList{u"--p99"_s, u"0.001"_s} + arguments);
        QCOMPARE(run.code, 1);
        QVERIFY2(run.errors.contains("over the bound of 0.001 ms"), run.errors);
        run = repodcat(QStringList{u"--p99"_s, u"100000"_s} + arguments);
        QVERIFY2(run.code == 0, run.errors);
    }

    void aServerThatIsNotThereIsAFailure()
    {
        server.close();
        const Run run = repodcat({u"--bots"_s, u"3"_s, u"127.0.0.1"_s, port});
        QCOMPARE(run.code, 1);
        QCOMPARE(run.figure("failures"), 3);
        QVERIFY2(run.errors.contains("3 bots have failed; the first: "), run.errors);
    }

    //! As an address of IPv6 does.
    void hostMayStandInBrackets()
    {
        const Run run =
            repodcat({u"--bots"_s, u"1"_s, u"--duration"_s, u"0.1"_s, u"[127.0.0.1]"_s, port});
        QVERIFY2(run.code == 0, run.errors + run.output);
    }

    void whoIsDisconnectedHasFailed()
    {
        QObject context;
        QObject::connect(&server, &Server::channelConnected, &context,
                         [](Channel *channel) { channel->refuse(u"go away"_s); });
        const Run run = repodcat({u"--bots"_s, u"2"_s, u"--duration"_s, u"0.5"_s, u"--loss"_s,
                                  u"0"_s, u"127.0.0.1"_s, port});
        QCOMPARE(run.code, 1);
        QCOMPARE(run.figure("failures"), 2);
    }

#ifdef QREPOD_HAS_SCRIPTS
    void aScriptSaysWhatBotsDo()
    {
        const QString script = scriptOf("function connected(bot) {"
                                        "    bot.send('login', {name: 'bot' + bot.id});"
                                        "}"
                                        "function tick(bot) { bot.request('add', {a: 1, b: 2}); }");
        const Run run =
            repodcat({u"--bots"_s, u"4"_s, u"--rate"_s, u"10"_s, u"--duration"_s, u"0.5"_s,
                      u"--script"_s, script, u"--loss"_s, u"0"_s, u"127.0.0.1"_s, port});
        QVERIFY2(run.code == 0, run.errors + run.output);
        QCOMPARE(run.figure("lost"), 0);
        QCOMPARE(run.figure("asked"), 21);
        QCOMPARE(Echo::names, (QSet<QString>{u"bot0"_s, u"bot1"_s, u"bot2"_s, u"bot3"_s}));
    }

    void aScriptMayAnswer()
    {
        const QString script = scriptOf("function connected(bot) { bot.send('first'); }"
                                        "function received(bot, message) {"
                                        "    if (message.action == 'first')"
                                        "        bot.send('second', {to: message.action});"
                                        "}");
        const Run run = repodcat({u"--bots"_s, u"2"_s, u"--duration"_s, u"0.5"_s, u"--script"_s,
                                  script, u"127.0.0.1"_s, port});
        QVERIFY2(run.code == 0, run.errors + run.output);
        QCOMPARE(Echo::seen, 4);
        QCOMPARE(run.figure("other"), 6); // a greeting and two echoes each
    }

    void aScriptThatIsWrongEndsIt_data()
    {
        QTest::addColumn<QByteArray>("script");
        QTest::addColumn<QByteArray>("error");
        QTest::newRow("syntax") << QByteArray("function (") << QByteArray("SyntaxError");
        QTest::newRow("nothing") << QByteArray("var x = 1;") << QByteArray("none of the functions");
        QTest::newRow("throws") << QByteArray("function tick(bot) {\n nothing.at(all); }")
                                << QByteArray("2: ReferenceError: nothing is not defined");
    }

    void aScriptThatIsWrongEndsIt()
    {
        QFETCH(QByteArray, script);
        QFETCH(QByteArray, error);
        const Run run =
            repodcat({u"--bots"_s, u"1"_s, u"--script"_s, scriptOf(script), u"127.0.0.1"_s, port});
        QCOMPARE(run.code, 4);
        QVERIFY2(run.errors.contains(error), run.errors);
    }
#endif

    void whatMakesNoSenseIsRefused_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("error");
        const auto row = [](const char *arguments, const char *error) {
            QTest::newRow(arguments)
                << QString::fromLatin1(arguments).split(u' ') << QByteArray(error);
        };
        row("--bots 0 localhost", "--bots 0: not a number from 1 to 100000");
        row("--bots 5", "no host to connect to");
        row("--bots 5 --listen 5071", "--bots cannot be combined with");
        row("--bots 5 --echo localhost", "--bots cannot be combined with");
        row("--rate 5 localhost", "--rate needs --bots");
        row("--bots 5 --loss 101 localhost", "--loss 101: not a number from 0 to 100");
    }

    void whatMakesNoSenseIsRefused()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, error);
        const Run run = repodcat(arguments);
        QCOMPARE(run.code, 2);
        QVERIFY2(run.errors.contains(error), run.errors);
    }

private:
    QString scriptOf(const QByteArray &text)
    {
        QFile file(folder.filePath(u"script.js"_s));
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            return {};
        return file.fileName();
    }

    QTemporaryDir folder;
    Server server;
    QString port;
};

QTEST_GUILESS_MAIN(tst_Bots)
#include "tst_bots.moc"
