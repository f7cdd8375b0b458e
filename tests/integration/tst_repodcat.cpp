// SPDX-License-Identifier: MIT
// The tool repodcat as scripts use it: a process, its lines, its errors and its exit code.

#include "support/pythonpeer.h"
#ifdef QREPOD_HAS_TESTKIT
#    include <QRepod/Test/Replay>
#endif

#include <QtCore/QProcess>
#include <QtCore/QRegularExpression>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

namespace {

constexpr int patience = 90'000; // milliseconds; for a sanitizer on a loaded machine

//! One run of the program.
class Repodcat
{
public:
    explicit Repodcat(const QStringList &arguments, const QStringList &environment = {})
    {
        m_process.setEnvironment(QProcess::systemEnvironment() + environment);
        m_process.start(QREPOD_REPODCAT, arguments);
    }

    ~Repodcat()
    {
        m_process.kill();
        m_process.waitForFinished();
    }

    void write(const QByteArray &lines) { m_process.write(lines); }

    //! The next line of its standard output, without its end.
    QByteArray line()
    {
        while (!m_process.canReadLine()) {
            if (!m_process.waitForReadyRead(patience))
                return {};
        }
        return m_process.readLine().chopped(1);
    }

    //! Waits until it says on standard error where it listens.
    QString port()
    {
        static const QRegularExpression expression("listening on port (\\d+)\n");
        m_process.setReadChannel(QProcess::StandardError);
        while (!m_process.canReadLine() && m_process.waitForReadyRead(patience)) { }
        const QByteArray said = m_process.readLine();
        m_process.setReadChannel(QProcess::StandardOutput);
        return expression.match(said).captured(1);
    }

    //! Ends its input and waits until it has ended.
    int exitCode()
    {
        m_process.closeWriteChannel();
        const bool isOver =
            m_process.state() == QProcess::NotRunning || m_process.waitForFinished(patience);
        return isOver ? m_process.exitCode() : -1;
    }

    QByteArray output() { return m_process.readAllStandardOutput(); }
    QByteArray errors() { return m_process.readAllStandardError(); }

private:
    QProcess m_process;
};

QString tlsFile(const char *name)
{
    return QFINDTESTDATA(QString("tls/") + name);
}

QString pythonPort(PythonPeer &python)
{
    return QString::number(python.port());
}

//! Messages with everything that JSON has no form for; each stands as the program prints it.
const QByteArrayList lines = {
    R"({"action":"plain","list":[1,-2,2.5,"x",true,false,null,[],{}],"map":{"a":{"b":1}}})",
    R"({"action":"numbers","big":9007199254740993,"least":-9223372036854775808})",
    R"({"action":"special","bytes":{"$binary":"AAEC/w=="},"none":{"$binary":""}})",
    R"({"action":"special","time":{"$time":"2026-01-31T12:00:00.250Z"}})",
    R"({"action":"special","list":[{"$number":"18446744073709551615"},{"$number":"nan"}]})",
    R"({"action":"special","list":[{"$number":"inf"},{"$number":"-inf"}]})",
    R"({"action":"special","extension":{"$extension":[5,"AAEC"]}})",
    R"({"action":"special","map":{"$map":{"$binary":"x"}},"two":{"$a":1,"$b":2}})",
    "{\"action\":\"text\",\"text\":\"Gr\u00fc\u00dfe \U0001F3AE \\\"quoted\\\"\\n\"}",
};

} // namespace

class tst_Repodcat : public QObject
{
    Q_OBJECT

private slots:
    void everyValueGoesToAPythonServerAndBack();
    void everyValueGoesToAPythonClientAndBack();
    void actionSelectsWhatIsPrintedAndCounted();
    void allInputArrivesBeforeTheEnd();
    void echoReturnsWhatComes();
    void recordingIsReplayedToAPythonClient();
    void recordingIsReplayedToAPythonServer();
    void badLinesAreNamedAndSkipped();
    void wrongUsage_data();
    void wrongUsage();
    void refusedConnection();
    void portInUse();
    void endBeforeTheCount();
    void timeoutBeforeTheCount();
    void timeoutWithoutACountIsTheEnd();
    void brokenProtocol();
    void errorOfAPeerIsAMessage();
    void quietSaysNothing();
    void tlsVerifies();
    void benchmarkPrintsPercentiles();
    void colorsOnATerminalAlone();
    void watchPrintsASharedStateAsItChanges_data();
    void watchPrintsASharedStateAsItChanges();
    void watchShowsATableOnATerminal();

private:
    QString fileName(const QString &name) const { return m_folder.filePath(name); }

    QTemporaryDir m_folder;
};

void tst_Repodcat::everyValueGoesToAPythonServerAndBack()
{
    PythonPeer python("server.py", {"echo"});
    Repodcat cat({"127.0.0.1", pythonPort(python), "--count", QString::number(lines.size())});
    for (const QByteArray &line : lines) {
        cat.write(line + '\n');
        QCOMPARE(cat.line(), line);
    }
    QCOMPARE(cat.exitCode(), 0);
    QCOMPARE(python.complaint(), QString());
}

void tst_Repodcat::everyValueGoesToAPythonClientAndBack()
{
    Repodcat cat({"--listen", "0", "--count", QString::number(lines.size())});
    const QString port = cat.port();
    QVERIFY(!port.isEmpty());
    PythonPeer python("client.py", {"echo", "--port", port});
    for (const QByteArray &line : lines) {
        cat.write(line + '\n');
        QCOMPARE(cat.line(), line);
    }
    QCOMPARE(cat.exitCode(), 0);
    QCOMPARE(python.complaint(), QString());
}

void tst_Repodcat::actionSelectsWhatIsPrintedAndCounted()
{
    QStringList arguments{"say"};
    for (const char *action : {"a", "b", "c", "a", "b", "c"})
        arguments << "--message" << QString(R"({"action": "%1"})").arg(action);
    PythonPeer python("server.py", arguments);
    Repodcat cat({"--action", "a", "--action=c", "--count", "3", "--no-input", "127.0.0.1",
                  pythonPort(python)});
    QCOMPARE(cat.exitCode(), 0);
    QCOMPARE(cat.output(),
             QByteArray("{\"action\":\"a\"}\n{\"action\":\"c\"}\n{\"action\":\"a\"}\n"));
    QCOMPARE(python.complaint(), QString());
}

void tst_Repodcat::allInputArrivesBeforeTheEnd()
{
    constexpr int count = 20'000;
    PythonPeer python("server.py", {"listen", "--count", QString::number(count)});
    Repodcat cat({"127.0.0.1", pythonPort(python)});
    for (int i = 0; i < count; ++i)
        cat.write("{\"action\":\"number\",\"n\":" + QByteArray::number(i) + "}\n");
    QCOMPARE(cat.exitCode(), 0);
    QCOMPARE(python.complaint(), QString());
}

void tst_Repodcat::echoReturnsWhatComes()
{
    Repodcat server({"--listen", "0", "--echo"});
    Repodcat client({"127.0.0.1", server.port(), "--count", QString::number(lines.size())});
    client.write(lines.join('\n') + '\n');
    QCOMPARE(client.exitCode(), 0);
    QCOMPARE(client.output(), lines.join('\n') + '\n');
    QCOMPARE(server.exitCode(), 0);
    QCOMPARE(server.output(), QByteArray());
}

void tst_Repodcat::recordingIsReplayedToAPythonClient()
{
    const QString file = fileName("server.qrepod");
    QByteArrayList numbers;
    {
        PythonPeer python("server.py", {"echo"});
        Repodcat cat({"127.0.0.1", pythonPort(python), "--count", "5", "--record", file});
        for (int i = 0; i < 5; ++i)
            numbers.append("{\"action\":\"number\",\"n\":" + QByteArray::number(i) + '}');
        cat.write(numbers.join('\n') + '\n');
        QCOMPARE(cat.exitCode(), 0);
    }
#ifdef QREPOD_HAS_TESTKIT
    const QRepod::Replay replay(file);
    QVERIFY2(replay.isValid(), qPrintable(replay.errorString()));
    QCOMPARE(replay.messages(QRepod::Direction::ToServer).size(), 5);
    QCOMPARE(replay.messages(QRepod::Direction::ToClient).value(4)["n"], 4);
#endif
    Repodcat cat({"--listen", "0", "--replay", file});
    PythonPeer python("client.py", {"listen", "--count", "5", "--port", cat.port()});
    QCOMPARE(python.complaint(), QString());
    QCOMPARE(cat.exitCode(), 0);
}

void tst_Repodcat::recordingIsReplayedToAPythonServer()
{
    const QString file = fileName("client.qrepod");
    {
        // Both ends are ours: what the client sent is recorded by the server.
        Repodcat server({"--listen", "0", "--no-input", "--record", file});
        Repodcat client({"127.0.0.1", server.port()});
        client.write("{\"action\":\"number\",\"n\":0}\n{\"action\":\"number\",\"n\":1}\n");
        QCOMPARE(client.exitCode(), 0);
        QCOMPARE(server.exitCode(), 0);
    }
    PythonPeer python("server.py", {"listen", "--count", "2"});
    Repodcat cat({"--replay", file, "--fast", "127.0.0.1", pythonPort(python)});
    QCOMPARE(cat.exitCode(), 0);
    QCOMPARE(python.complaint(), QString());
}

void tst_Repodcat::badLinesAreNamedAndSkipped()
{
    PythonPeer python("server.py", {"listen", "--count", "2"});
    Repodcat cat({"--quiet", "127.0.0.1", pythonPort(python)});
    cat.write("{\"action\":\"number\",\"n\":0}\n"
              "{\"action\":\n"
              "\n"
              "[1]\n"
              "{\"n\":1}\n"
              "{\"action\":\"x\",\"v\":{\"$binary\":\"no base64!\"}}\n"
              "{\"action\":\"number\",\"n\":1}\n");
    QCOMPARE(cat.exitCode(), 4);
    const QByteArrayList errors = cat.errors().trimmed().split('\n');
    QCOMPARE(errors.size(), 4);
    QVERIFY2(errors[0].startsWith("repodcat: line 2: "), errors[0].constData());
    QCOMPARE(errors[1], QByteArray("repodcat: line 4: not a JSON object"));
    QCOMPARE(errors[2], QByteArray("repodcat: line 5: no \"action\""));
    QCOMPARE(errors[3], QByteArray("repodcat: line 6: invalid value for \"$binary\""));
    QCOMPARE(python.complaint(), QString());
}

void tst_Repodcat::wrongUsage_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("error");
    const auto row = [](const QString &arguments, const char *error) {
        QTest::newRow(qPrintable(arguments)) << arguments.split(' ') << QByteArray(error);
    };
    row("--count=1", "no host to connect to");
    row("a 1 b", "too many arguments: a 1 b");
    row("localhost 0", "0: not a port");
    row("localhost 65536", "65536: not a port");
    row("--listen x", "x: not a port");
    row("--count 0 localhost", "--count 0: not a number from 1 to 1000000000");
    row("--timeout soon localhost", "--timeout soon: not a number from 0.001 to 1000000");
    row("--colour=red localhost", "Unknown option 'colour'.");
    row("--color red localhost", "--color red: not one of auto, always and never");
    row("--keep-open localhost", "--keep-open needs --listen");
    row("--fast localhost", "--fast needs --replay");
    row("--bench --listen", "--bench cannot be combined with --listen or --echo");
    row("--echo --replay x localhost", "--replay cannot be combined with --bench or --echo");
    row("--insecure localhost", "--insecure needs --tls");
    row("--listen --tls", "--listen --tls needs --cert and --key");
    row("--tls --cert x localhost", "--cert and --key must be given together");
    row("--tls --ca /nowhere localhost", "/nowhere: No such file or directory");
    row("--watch x --listen",
        "--watch cannot be combined with --listen, --action, --bench, --bots, --echo or --record");
    row("--replay /nowhere localhost", "/nowhere: No such file or directory");
    row("--record /nowhere/x localhost", "/nowhere/x: No such file or directory");
}

void tst_Repodcat::wrongUsage()
{
    QFETCH(const QStringList, arguments);
    QFETCH(const QByteArray, error);
    Repodcat cat(arguments);
    QCOMPARE(cat.exitCode(), 2);
    QCOMPARE(cat.errors().split('\n').first(), "repodcat: " + error);
    QCOMPARE(cat.output(), QByteArray());
}

void tst_Repodcat::refusedConnection()
{
    QString port;
    {
        Repodcat gone({"--listen", "0"});
        port = gone.port();
    }
    Repodcat cat({"127.0.0.1", port});
    QCOMPARE(cat.exitCode(), 1);
    const QByteArray errors = cat.errors();
    QVERIFY2(errors.startsWith("repodcat: 127.0.0.1:" + port.toLatin1() + ": "), errors);
}

void tst_Repodcat::portInUse()
{
    Repodcat first({"--listen", "0"});
    const QString port = first.port();
    Repodcat second({"--listen", port});
    QCOMPARE(second.exitCode(), 1);
    const QByteArray errors = second.errors();
    QVERIFY2(errors.contains(port.toLatin1()), errors);
}

void tst_Repodcat::endBeforeTheCount()
{
    PythonPeer python("server.py", {"close", "--count", "2"});
    Repodcat cat({"--count", "3", "127.0.0.1", pythonPort(python)});
    QCOMPARE(cat.exitCode(), 1);
    QVERIFY(cat.errors().endsWith("repodcat: the connection ended after 2 of 3 messages\n"));
    QCOMPARE(cat.output().count('\n'), 2);
}

void tst_Repodcat::timeoutBeforeTheCount()
{
    Repodcat server({"--listen", "0", "--no-input"});
    Repodcat cat({"--count", "1", "--timeout", "0.1", "127.0.0.1", server.port()});
    QCOMPARE(cat.exitCode(), 3);
    const QByteArray errors = cat.errors();
    // On a slow machine the connection itself may take longer.
    QVERIFY2(errors.endsWith("repodcat: 0 of 1 messages within 0.1 s\n")
                 || errors.endsWith("repodcat: no connection within 0.1 s\n"),
             errors);
}

void tst_Repodcat::timeoutWithoutACountIsTheEnd()
{
    PythonPeer python("server.py", {"echo"});
    Repodcat cat({"--timeout", "5", "127.0.0.1", pythonPort(python)});
    cat.write("{\"action\":\"hello\"}\n");
    QCOMPARE(cat.exitCode(), 0); // the end of input does not end it: the answer is there
    QCOMPARE(cat.output(), QByteArray("{\"action\":\"hello\"}\n"));
}

void tst_Repodcat::brokenProtocol()
{
    PythonPeer python("server.py", {"breaker", "--count", "1", "--breaker", "oversized"});
    Repodcat cat({"--no-input", "127.0.0.1", pythonPort(python)});
    QCOMPARE(cat.exitCode(), 1);
    const QByteArray errors = cat.errors();
    QVERIFY2(errors.contains("is over the limit of 16777216"), errors);
    QCOMPARE(cat.output(), QByteArray("{\"action\":\"number\",\"n\":0}\n"));
}

void tst_Repodcat::errorOfAPeerIsAMessage()
{
    PythonPeer python("server.py",
                      {"say", "--message", R"({"action": "error", "error": "mine"})", "--message",
                       R"({"action": "disconnected"})"});
    Repodcat cat({"--no-input", "--count", "3", "127.0.0.1", pythonPort(python)});
    QCOMPARE(cat.exitCode(), 0);
    QCOMPARE(cat.output(),
             QByteArray("{\"action\":\"error\",\"error\":\"mine\"}\n{\"action\":\"disconnected\"}\n"
                        "{\"action\":\"done\"}\n"));
}

void tst_Repodcat::quietSaysNothing()
{
    PythonPeer python("server.py", {"close", "--count", "1"});
    Repodcat cat({"--quiet", "127.0.0.1", pythonPort(python)});
    QCOMPARE(cat.line(), QByteArray("{\"action\":\"number\",\"n\":0}"));
    QCOMPARE(cat.exitCode(), 0);
    QCOMPARE(cat.errors(), QByteArray());
}

void tst_Repodcat::tlsVerifies()
{
    Repodcat server({"--listen", "--keep-open", "0", "--echo", "--tls", "--cert",
                     tlsFile("server.pem"), "--key", tlsFile("server.key")});
    const QString port = server.port();
    const auto talk = [&](const QStringList &options) {
        Repodcat cat(QStringList{"--tls", "--count", "1", "127.0.0.1", port} + options);
        cat.write(lines.first() + '\n');
        const int code = cat.exitCode();
        return qMakePair(code, cat.output());
    };
    const auto done = qMakePair(0, lines.first() + '\n');
    QCOMPARE(talk({"--ca", tlsFile("ca.pem")}), done);
    QCOMPARE(talk({"--insecure"}), done);
    QCOMPARE(talk({}), qMakePair(1, QByteArray()));
}

void tst_Repodcat::benchmarkPrintsPercentiles()
{
    Repodcat server({"--listen", "--echo", "0"});
    Repodcat cat({"--bench", "--count", "50", "127.0.0.1", server.port()});
    QCOMPARE(cat.exitCode(), 0);
    static const QRegularExpression report(
        "^round trips +50\n"
        "min +([0-9.]+) ms\np50 +([0-9.]+) ms\np90 +([0-9.]+) ms\n"
        "p99 +([0-9.]+) ms\np99.9 +([0-9.]+) ms\n"
        "max +([0-9.]+) ms\nrate +([0-9.]+) /s\n$");
    const QByteArray output = cat.output();
    const auto match = report.match(output);
    QVERIFY2(match.hasMatch(), output);
    for (int i = 2; i <= 6; ++i)
        QVERIFY(match.captured(i - 1).toDouble() <= match.captured(i).toDouble());
    QVERIFY(!cat.errors().contains('['));
    QCOMPARE(server.exitCode(), 0);
}

void tst_Repodcat::colorsOnATerminalAlone()
{
    const auto run = [](const QString &program, QStringList arguments, const char *noColor) {
        PythonPeer python("server.py", {"close", "--count", "1"});
        arguments << "--no-input"
                  << "127.0.0.1" << pythonPort(python);
        QProcess process;
        process.setEnvironment(QProcess::systemEnvironment()
                               + QStringList{"TERM=xterm", QString("NO_COLOR=") + noColor});
        process.start(program, arguments);
        process.waitForFinished(patience);
        return process.readAllStandardOutput();
    };
    const QByteArray plain = R"({"action":"number","n":0})";
    const QByteArray colored =
        "{\033[36m\"action\"\033[0m:\033[32m\"number\"\033[0m,\033[36m\"n\"\033[0m:0}";
    QCOMPARE(run(QREPOD_REPODCAT, {}, ""), plain + '\n');
    QCOMPARE(run(QREPOD_REPODCAT, {"--color=always"}, "1"), colored + '\n');

    // Python's pty gives it a terminal.
    const QStringList terminal{"-c", "import pty, sys; pty.spawn(sys.argv[1:])", QREPOD_REPODCAT};
    QVERIFY(run("/usr/bin/python3", terminal, "").contains(colored));
    QVERIFY(run("/usr/bin/python3", terminal, "1").contains(plain));
    QVERIFY(run("/usr/bin/python3", terminal + QStringList{"--color=never"}, "").contains(plain));
}

void tst_Repodcat::watchPrintsASharedStateAsItChanges_data()
{
    QTest::addColumn<QByteArrayList>("states");
    QTest::newRow("world") << QByteArrayList{
        R"({"name":"world","time":1000,"values":{"score":0,"title":"first"}})",
        R"({"name":"world","time":1050,"values":{"score":7,"title":"first"}})",
        R"({"name":"world","time":1150,"values":{"score":8,"title":"second"}})",
        R"({"name":"world","time":1250})"};
    const QByteArray begin = R"({"name":"players","roles":["id","x"],"rows":[)";
    QTest::newRow("players") << QByteArrayList{
        begin + R"({"id":1,"x":0.5},{"id":2,"x":5}],"time":1000})",
        begin + R"({"id":3,"x":9},{"id":1,"x":2.5},{"id":4,"x":10}],"time":1100})",
        begin + R"({"id":3,"x":9},{"id":4,"x":10}],"time":1200})"};
}

void tst_Repodcat::watchPrintsASharedStateAsItChanges()
{
    QFETCH(const QByteArrayList, states);
    PythonPeer python("server.py", {"shares"});
    Repodcat cat({"--watch", QTest::currentDataTag(), "127.0.0.1", pythonPort(python)});
    for (int i = 0; i < 5; ++i)
        cat.write("{\"action\":\"next\"}\n");
    for (const QByteArray &state : states)
        QCOMPARE(cat.line(), state);
    QCOMPARE(cat.exitCode(), 0);
}

void tst_Repodcat::watchShowsATableOnATerminal()
{
    const auto shown = [](const QByteArrayList &messages, const QString &name) {
        QStringList say{"say"};
        for (const QByteArray &message : messages)
            say << "--message"
                << R"({"action":"_state","name":")" + name + "\"," + message + '}';
        PythonPeer python("server.py", say);
        QProcess process; // in a terminal, which Python's pty gives it
        process.start("/usr/bin/python3",
                      {"-c", "import pty, sys; pty.spawn(sys.argv[1:])", QREPOD_REPODCAT, "--watch",
                       name, "--no-input", "--count", QString::number(messages.size()), "127.0.0.1",
                       pythonPort(python)});
        process.waitForFinished(patience);
        return process.readAllStandardOutput().replace("\r\n", "\n");
    };
    QByteArray output = shown({R"("time":1000,"full":true,"set":{"score":7,"title":"a\nb"})",
                               R"("time":1050,"set":{"score":8})", R"("time":1100,"end":true)"},
                              "world");
    QVERIFY2(output.contains("world at 1000 ms\nscore  7\ntitle  a b\n\033[3A\033[J"
                             "world at 1050 ms\nscore  8\ntitle  a b\n\033[3A\033[J"
                             "world at 1100 ms: not shared\n"),
             output);
    QByteArrayList rows;
    for (int i = 0; i < 100; ++i)
        rows << "[\"name " + QByteArray::number(i) + "\",{\"x\":" + QByteArray::number(i) + "}]";
    output =
        shown({R"("time":1,"full":true,"roles":["name","at"],"rows":[)" + rows.join(',') + ']'},
              "players");
    QVERIFY2(output.contains("players at 1 ms, 100 rows\nname     at\nname 0   {\"x\":0}\n"),
             output);
    QVERIFY2(output.contains("... and 80 more\n"), output);
}

QTEST_GUILESS_MAIN(tst_Repodcat)
#include "tst_repodcat.moc"
