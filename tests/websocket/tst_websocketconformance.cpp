// SPDX-License-Identifier: MIT

//! RFC 6455, case by case: what a client sends, byte by byte, and what it gets. The situations are
//! those that the Autobahn suite is known for; the cases are our own.

#include "rawwebsocket.h"

#include "support/eventually.h"
#include "support/literals.h"
#include "support/tlsconfiguration.h"

#include <QRepod/Protocol>
#include <QRepod/Server>
#include <QRepod/WebSocket>

#include <QtTest/QTest>

#include <memory>

namespace {

constexpr qsizetype frameSize = 100'000;

class EchoChannel : public QRepod::Channel
{
    Q_OBJECT

public:
    void network_received(const QVariantMap &message) override { send(message); }
};

enum Opcode { Continuation, Text, Binary, Close = 8, Ping, Pong };

//! What the server sends before it is asked: the greeting, to a client whose kind is not known.
const QString greeting = "binary " + QRepod::encode({{"action", "connected"}}).sliced(4).toHex();

//! JSON of a message, with a text that is not escaped.
QByteArray json(const QByteArray &text)
{
    return R"({"action":"a","v":")" + text + "\"}";
}

//! A message of so many bytes of JSON.
QByteArray jsonOf(qsizetype size)
{
    return json(QByteArray(size - json("").size(), 'x'));
}

//! A message of so many bytes of MessagePack.
QByteArray messagePackOf(qsizetype size)
{
    for (qsizetype n = std::max<qsizetype>(0, size - 20);; ++n) {
        const QByteArray frame = QRepod::encode({{"action", "a"}, {"v", QByteArray(n, 'x')}});
        if (frame.size() - 4 == size)
            return frame.sliced(4);
    }
}

QByteArray frame(int opcode, const QByteArray &payload = {}, bool isFinal = true)
{
    return RawFrame{.opcode = opcode, .payload = payload, .isFinal = isFinal}.bytes();
}

//! Of a close frame.
QByteArray closing(int code, const QByteArray &reason = {})
{
    return QByteArray() + char(code >> 8) + char(code & 0xff) + reason;
}

} // namespace

class tst_WebSocketConformance : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void plain_data() { addCases(); }
    void plain() { run(*m_plain, false); }
    void encrypted_data() { addCases(); }
    void encrypted() { run(*m_encrypted, true); }

private:
    struct Host
    {
        QRepod::Server server;
        QRepod::WebSocketGate gate{&server};
    };

    static void addCases();
    static void addSizes();
    static void addPings();
    static void addReservedBits();
    static void addOpcodes();
    static void addFragments();
    static void addUtf8();
    static void addCloses();
    static void addLengths();
    static void addMasks();
    static void run(Host &host, bool isEncrypted);

    std::unique_ptr<Host> m_plain;
    std::unique_ptr<Host> m_encrypted;
};

namespace {

//! After \a bytes the client gets \a expected; with a close the stream ends, else it goes on.
void add(const QString &name, const QByteArray &bytes, const QStringList &expected,
         qsizetype slice = 0)
{
    QTest::newRow(qPrintable(name)) << QByteArray() << bytes << expected << slice;
}

//! The same once \a before has been sent, and answered with the first of \a expected.
void addBehind(const QString &name, const QByteArray &before, const QByteArray &bytes,
               const QStringList &expected, qsizetype slice = 0)
{
    QTest::newRow(qPrintable(name)) << before << bytes << expected << slice;
}

} // namespace

void tst_WebSocketConformance::initTestCase()
{
    QVERIFY2(QSslSocket::supportsSsl(), "Qt cannot find a TLS library");
    for (auto *host : {&m_plain, &m_encrypted}) {
        *host = std::make_unique<Host>();
        (*host)->server.setChannelClass<EchoChannel>();
        (*host)->server.setMaximumFrameSize(frameSize);
        (*host)->server.setHeartbeatInterval(0);
    }
    m_encrypted->server.setSslConfiguration(serverConfiguration());
    QVERIFY(m_plain->gate.listen("127.0.0.1", 0));
    QVERIFY(m_encrypted->gate.listen("127.0.0.1", 0));
}

void tst_WebSocketConformance::run(Host &host, bool isEncrypted)
{
    QFETCH(const QByteArray, before);
    QFETCH(const QByteArray, bytes);
    QFETCH(const QStringList, expected);
    QFETCH(const qsizetype, slice);
    RawWebSocket client;
    QVERIFY(client.open(host.gate.port(), isEncrypted));
    QVERIFY(client.receives(1));
    QCOMPARE(client.log().first(), greeting);
    client.write(before, slice);
    if (!before.isEmpty())
        QVERIFY(client.receives(2));
    client.write(bytes, slice);
    QStringList all = QStringList(greeting) + expected;
    QVERIFY(client.receives(all.size()));
    const bool isClosed = all.last().startsWith("close");
    if (!isClosed) { // nothing else comes, and the connection stands
        client.write(frame(Ping, "still there?"));
        all += "pong still there?";
    }
    QVERIFY(client.receives(all.size()));
    if (isClosed)
        QVERIFY(client.ends());
    QCOMPARE(client.log(), all);
}

void tst_WebSocketConformance::addCases()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QStringList>("expected");
    QTest::addColumn<qsizetype>("slice");
    addSizes();
    addPings();
    addReservedBits();
    addOpcodes();
    addFragments();
    addUtf8();
    addCloses();
    addLengths();
    addMasks();
}

void tst_WebSocketConformance::addSizes()
{
    for (const qsizetype size : {19, 20, 124, 125, 126, 127, 128, 65'535, 65'536, 99'000}) {
        const QByteArray text = jsonOf(size);
        const QByteArray binary = messagePackOf(size);
        add(QString("text of %1 bytes").arg(size), frame(Text, text), {"text " + text});
        add(QString("binary of %1 bytes").arg(size), frame(Binary, binary),
            {"binary " + binary.toHex()});
    }
    const QByteArray text = jsonOf(65'536);
    const QByteArray binary = messagePackOf(65'536);
    add("text in slices of 997", frame(Text, text), {"text " + text}, 997);
    add("binary in slices of 997", frame(Binary, binary), {"binary " + binary.toHex()}, 997);
    add("text byte by byte", frame(Text, jsonOf(130)), {"text " + jsonOf(130)}, 1);
    add("binary byte by byte", frame(Binary, messagePackOf(130)),
        {"binary " + messagePackOf(130).toHex()}, 1);
    add("empty map", frame(Binary, "\x80"), {}); // a heartbeat
    add("empty object", frame(Text, "{}"), {});
    add("empty text", frame(Text), {"close 1007"});
    add("empty binary", frame(Binary), {"close 1008"});
    add("text that is no JSON", frame(Text, "hello"), {"close 1007"});
    add("binary that is no MessagePack", frame(Binary, "\xc1"), {"close 1008"});
    add("number", frame(Text, "7"), {}); // no message: skipped
    add("many in one write",
        frame(Text, json("1")) + frame(Text, json("2")) + frame(Text, json("3")),
        {"text " + json("1"), "text " + json("2"), "text " + json("3")});
}

void tst_WebSocketConformance::addPings()
{
    add("ping", frame(Ping), {"pong "});
    add("ping with text", frame(Ping, "hello"), {"pong hello"});
    add("ping with bytes", frame(Ping, "\x01\xff\x7f"), {u"pong \x01\u00ff\x7f"_s});
    add("ping of 125 bytes", frame(Ping, QByteArray(125, 'p')), {"pong " + QString(125, 'p')});
    add("ping of 126 bytes", frame(Ping, QByteArray(126, 'p')), {"close 1002"});
    add("ping byte by byte", frame(Ping, "slowly"), {"pong slowly"}, 1);
    add("pong", frame(Pong), {});
    add("pong with text", frame(Pong, "hello"), {});
    add("pong of 126 bytes", frame(Pong, QByteArray(126, 'p')), {"close 1002"});
    add("pong, then ping", frame(Pong, "a") + frame(Ping, "b"), {"pong b"});
    QByteArray pings;
    QStringList pongs;
    for (int i = 0; i < 10; ++i) {
        pings += frame(Ping, QByteArray::number(i));
        pongs += QString("pong %1").arg(i);
    }
    add("ten pings", pings, pongs);
    add("ten pings byte by byte", pings, pongs, 1);
}

void tst_WebSocketConformance::addReservedBits()
{
    for (int bits = 1; bits < 8; ++bits) {
        const auto reserved = [bits](int opcode, const QByteArray &payload) {
            return RawFrame{.opcode = opcode, .payload = payload, .reserved = bits}.bytes();
        };
        const QString name = QString("reserved bits %1 of ").arg(bits, 3, 2, QChar('0'));
        add(name + "text", reserved(Text, json("")), {"close 1002"});
        add(name + "binary", reserved(Binary, messagePackOf(20)), {"close 1002"});
        add(name + "ping", reserved(Ping, "p"), {"close 1002"});
        add(name + "close", reserved(Close, closing(1000)), {"close 1002"});
        addBehind(name + "text behind a good one", frame(Text, json("good")),
                  reserved(Text, json("bad")) + frame(Ping),
                  {"text " + json("good"), "close 1002"});
        add(name + "text, byte by byte", frame(Ping, "g") + reserved(Text, "x"),
            {"pong g", "close 1002"}, 1);
    }
}

void tst_WebSocketConformance::addOpcodes()
{
    for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
        const QString name = QString("opcode %1").arg(opcode);
        add(name, frame(opcode), {"close 1002"});
        add(name + " with payload", frame(opcode, "reserved"), {"close 1002"});
        addBehind(name + " behind a message", frame(Text, json("good")),
                  frame(opcode) + frame(Ping), {"text " + json("good"), "close 1002"});
    }
}

void tst_WebSocketConformance::addFragments()
{
    const QByteArray text = json("in pieces");
    const QByteArray head = text.first(12);
    const QByteArray tail = text.sliced(12);
    const QString whole = "text " + text;
    const QByteArray first = frame(Text, head, false);
    const QByteArray last = frame(Continuation, tail);
    const QByteArray binary = messagePackOf(30);
    const QByteArray pieces =
        frame(Binary, binary.first(7), false) + frame(Continuation, binary.sliced(7));

    add("ping in pieces", frame(Ping, "a", false) + frame(Continuation, "b"), {"close 1002"});
    add("pong in pieces", frame(Pong, "a", false) + frame(Continuation, "b"), {"close 1002"});
    add("close in pieces", frame(Close, {}, false), {"close 1002"});
    add("text in two", first + last, {whole});
    add("text in two, byte by byte", first + last, {whole}, 1);
    add("binary in two", pieces, {"binary " + binary.toHex()});
    add("binary in two, byte by byte", pieces, {"binary " + binary.toHex()}, 1);
    add("ping in between", first + frame(Ping, "p") + last, {"pong p", whole});
    add("ping in between, byte by byte", first + frame(Ping, "p") + last, {"pong p", whole}, 1);
    add("pong in between", first + frame(Pong, "p") + last, {whole});
    add("close in between", first + frame(Close, closing(1000)) + last, {"close 1000"});
    add("empty pieces",
        frame(Text, {}, false) + frame(Continuation, text, false) + frame(Continuation), {whole});
    add("empty first and last",
        frame(Binary, {}, false) + frame(Continuation, binary, false) + frame(Continuation),
        {"binary " + binary.toHex()});
    add("nothing but empty pieces", frame(Text, {}, false) + frame(Continuation), {"close 1007"});
    add("continuation of nothing", frame(Continuation, "x"), {"close 1002"});
    add("continuation of nothing that goes on", frame(Continuation, "x", false), {"close 1002"});
    addBehind("continuation behind a message", frame(Text, text), frame(Continuation, "x"),
              {whole, "close 1002"});
    addBehind("continuation behind the last piece", first + last, frame(Continuation, "x"),
              {whole, "close 1002"});
    add("text inside of text", first + frame(Text, text), {"close 1002"});
    add("binary inside of text", first + frame(Binary, binary), {"close 1002"});
    add("text inside of binary", frame(Binary, "x", false) + frame(Text, text), {"close 1002"});
    add("beginning inside of text", first + frame(Text, text, false), {"close 1002"});
    add("two messages in pieces", first + last + first + last, {whole, whole});
    add("two messages of bytes in pieces", pieces + pieces,
        {"binary " + binary.toHex(), "binary " + binary.toHex()});
    QByteArray single;
    for (qsizetype i = 0; i < text.size(); ++i)
        single += frame(i == 0 ? Text : Continuation, text.mid(i, 1), i == text.size() - 1);
    add("a piece a byte", single, {whole});
    QByteArray pinged;
    QStringList answers;
    for (int i = 0; i < 8; ++i) {
        pinged += frame(i == 0 ? Text : Continuation, i == 0 ? head : QByteArray(), false)
            + frame(Ping, QByteArray::number(i));
        answers += QString("pong %1").arg(i);
    }
    add("pings between all pieces", pinged + last, answers + QStringList(whole));
}

void tst_WebSocketConformance::addUtf8()
{
    const QList<QByteArray> valid = {
        "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5", // a word in Greek
        "\x7f",
        "\xc2\x80",
        "\xdf\xbf",
        "\xe0\xa0\x80",
        "\xed\x9f\xbf",
        "\xee\x80\x80",
        "\xef\xbf\xbd",
        "\xef\xbf\xbe",
        "\xef\xbf\xbf",
        "\xf0\x90\x80\x80",
        "\xf0\x9f\x98\x80",
        "\xf3\xbf\xbf\xbf",
        "\xf4\x8f\xbf\xbf"};
    for (const QByteArray &bytes : valid) {
        const QByteArray text = json(bytes);
        const QString name = "UTF-8 " + bytes.toHex();
        add(name, frame(Text, text), {"text " + QString::fromUtf8(text)});
        QByteArray pieces;
        for (qsizetype i = 0; i < text.size(); ++i)
            pieces += frame(i == 0 ? Text : Continuation, text.mid(i, 1), i == text.size() - 1);
        add(name + " in pieces of a byte", pieces, {"text " + QString::fromUtf8(text)});
    }
    const QList<QByteArray> invalid = {"\x80",
                                       "\xbf",
                                       "\x80\xbf\x80",
                                       "\xc0\x80",
                                       "\xc0\xaf",
                                       "\xc1\xbf",
                                       "\xe0\x80\xaf",
                                       "\xe0\x9f\xbf",
                                       "\xf0\x80\x80\xaf",
                                       "\xf0\x8f\xbf\xbf",
                                       "\xf8\x88\x80\x80\x80",
                                       "\xfc\x84\x80\x80\x80\x80",
                                       "\xed\xa0\x80",
                                       "\xed\xaf\xbf",
                                       "\xed\xb0\x80",
                                       "\xed\xbf\xbf",
                                       "\xed\xa0\x80\xed\xb0\x80",
                                       "\xf4\x90\x80\x80",
                                       "\xf5\x80\x80\x80",
                                       "\xf7\xbf\xbf\xbf",
                                       "\xfe",
                                       "\xff",
                                       "\xc2",
                                       "\xe1\x80",
                                       "\xf1\x80\x80",
                                       "\xc2x",
                                       "\xe1\x80x",
                                       "\xf1\x80\x80x"};
    for (const QByteArray &bytes : invalid) {
        const QByteArray text = json(bytes);
        add("no UTF-8: " + bytes.toHex(), frame(Text, text), {"close 1007"});
        add("no UTF-8 in the first piece: " + bytes.toHex(), frame(Text, text, false),
            {"close 1007"}); // without waiting for the last
    }
    add("text ends inside a UTF-8 character", frame(Text, "\"\xce"), {"close 1007"});
    add("text whose last piece ends inside of a character",
        frame(Text, "\"", false) + frame(Continuation, "\xf0\x9f"), {"close 1007"});
    add("no UTF-8 in bytes is fine",
        frame(Binary, QRepod::encode({{"action", "a"}, {"v", "\xff\xfe"_ba}}).sliced(4)),
        {"binary " + QRepod::encode({{"action", "a"}, {"v", "\xff\xfe"_ba}}).sliced(4).toHex()});
    add("no UTF-8 in text of MessagePack", frame(Binary, "\x81\xa6"_ba + "action\xa1\xff"),
        {"close 1008"});
}

void tst_WebSocketConformance::addCloses()
{
    add("close without a code", frame(Close), {"close"});
    add("close with half a code", frame(Close, "\x03"), {"close 1002"});
    for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
                           3000, 3999, 4000, 4999})
        add(QString("close %1").arg(code), frame(Close, closing(code, "bye")),
            {QString("close %1").arg(code)});
    for (const int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65'535})
        add(QString("close with the wrong code %1").arg(code), frame(Close, closing(code)),
            {"close 1002"});
    add("close with 123 bytes of reason", frame(Close, closing(1000, QByteArray(123, 'r'))),
        {"close 1000"});
    add("close with 124 bytes of reason", frame(Close, closing(1000, QByteArray(124, 'r'))),
        {"close 1002"});
    add("close with a reason that is no UTF-8", frame(Close, closing(1000, "\xce\xba\xff")),
        {"close 1007"});
    add("close with a reason that ends inside of a character", frame(Close, closing(1000, "\xce")),
        {"close 1007"});
    add("message behind a close", frame(Close, closing(1000)) + frame(Text, json("late")),
        {"close 1000"});
    add("ping behind a close", frame(Close, closing(1000)) + frame(Ping), {"close 1000"});
    add("two closes", frame(Close, closing(1001)) + frame(Close, closing(1000)), {"close 1001"});
    add("close byte by byte", frame(Close, closing(1000, "slowly")), {"close 1000"}, 1);
}

void tst_WebSocketConformance::addLengths()
{
    const auto length = [](const QByteArray &payload, int form, qint64 said = -1,
                           int opcode = Text) {
        return RawFrame{.opcode = opcode, .payload = payload, .lengthForm = form, .length = said}
            .bytes();
    };
    const QByteArray text = json("");
    add("short length in 16 bits", length(text, 16), {"close 1002"});
    add("short length in 64 bits", length(text, 64), {"close 1002"});
    add("16 bits of length in 64", length(jsonOf(65'535), 64), {"close 1002"});
    add("length with its upper bit", length("x", 64, std::numeric_limits<qint64>::min()),
        {"close 1002"});
    add("ping with its length in 16 bits", length("p", 16, -1, Ping), {"close 1002"});
    add("ping with its length in 64 bits", length("p", 64, -1, Ping), {"close 1002"});
    add("text of the limit", frame(Text, jsonOf(frameSize)), {"text " + jsonOf(frameSize)});
    add("text over the limit", frame(Text, jsonOf(frameSize + 1)), {"close 1009"});
    add("binary over the limit", frame(Binary, messagePackOf(frameSize + 1)), {"close 1009"});
    add("text that says it is huge", length("x", 64, qint64(1) << 62), {"close 1009"});
    add("binary that says it is huge", length("x", 64, qint64(1) << 40, Binary), {"close 1009"});
    // Nothing of the payload need come.
    for (const qsizetype slice : {0, 1}) {
        const QString how = slice == 1 ? QStringLiteral(", byte by byte") : QString();
        add("header of a text over the limit" + how, length({}, 64, qint64(1) << 62),
            {"close 1009"}, slice);
        add("header of bytes over the limit" + how, length({}, 64, frameSize + 1, Binary),
            {"close 1009"}, slice);
        add("header of a continuation over the limit" + how,
            frame(Text, QByteArray(2, ' '), false) + length({}, 64, frameSize - 1, Continuation),
            {"close 1009"}, slice);
        add("header of a reserved opcode" + how, length({}, 0, 5, 3), {"close 1002"}, slice);
    }
    const QByteArray half = QByteArray(frameSize / 2 + 1, 'x');
    add("pieces over the limit", frame(Text, half, false) + frame(Continuation, half, false),
        {"close 1009"});
    add("bytes in pieces over the limit", frame(Binary, half, false) + frame(Continuation, half),
        {"close 1009"});
    const QByteArray deep =
        R"({"action":"a","v":)" + QByteArray(100, '[') + QByteArray(100, ']') + '}';
    add("JSON that is too deep", frame(Text, deep), {"close 1007"});
    add("MessagePack that is too deep",
        frame(Binary,
              "\x82\xa6"_ba
                  + "action\xa1"
                    "a\xa1v"
                  + QByteArray(100, '\x91') + '\x01'),
        {"close 1008"});
}

void tst_WebSocketConformance::addMasks()
{
    const auto unmasked = [](int opcode, const QByteArray &payload) {
        return RawFrame{.opcode = opcode, .payload = payload, .mask = {}}.bytes();
    };
    add("text without a mask", unmasked(Text, json("")), {"close 1002"});
    add("binary without a mask", unmasked(Binary, messagePackOf(20)), {"close 1002"});
    add("ping without a mask", unmasked(Ping, "p"), {"close 1002"});
    add("empty ping without a mask", unmasked(Ping, {}), {"close 1002"});
    add("close without a mask", unmasked(Close, closing(1000)), {"close 1002"});
    add("continuation without a mask", frame(Text, "\"", false) + unmasked(Continuation, "\""),
        {"close 1002"});
    add("mask of zeros", RawFrame{.payload = json("z"), .mask = QByteArray(4, '\0')}.bytes(),
        {"text " + json("z")});
    add("mask of ones", RawFrame{.payload = json("o"), .mask = QByteArray(4, '\xff')}.bytes(),
        {"text " + json("o")});
}

QTEST_GUILESS_MAIN(tst_WebSocketConformance)
#include "tst_websocketconformance.moc"
