// SPDX-License-Identifier: MIT

//! QRepod and a Python peer, written only from the facts of the wire protocol, in both roles.
///
/// Each conversation has a Qt end in this process and a program of python/ in another. The program
/// plays a scenario and checks its own side. python/scenarios.py and python/values.py define what
/// the scenarios send and expect.

#include "support/literals.h"
#include "support/pythonpeer.h"

#include <QRepod/Channel>
#include <QRepod/ConnectionListener>
#include <QRepod/Extension>
#include <QRepod/Server>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdatetime.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qpointer.h>
#include <QtCore/qprocess.h>
#include <QtCore/qtimer.h>
#include <QtCore/qurl.h>
#include <QtCore/quuid.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <limits>
#include <memory>

using QRepod::Extension;

namespace {

constexpr int patience = 90'000; // milliseconds; for a sanitizer on a loaded machine
constexpr int manyMessages = 10'000;

// Which end is Qt; Python plays the other.
enum class QtEnd { Client, Server };

QVariantMap number(qint64 n)
{
    return {{u"action"_s, u"number"_s}, {u"n"_s, n}};
}

QStringList numbers(int count)
{
    QStringList entries;
    for (int n = 0; n < count; ++n)
        entries << u"number %1"_s.arg(n);
    return entries;
}

//! Runs the event loop until \a condition holds, and returns whether it does.
///
/// QTest::qWaitFor() pauses 10 ms between checks: a conversation of a hundred round trips would
/// spend most of its time waiting.
template <class Condition>
bool waitFor(Condition condition)
{
    QTimer alarm; // ends the last wait for an event
    alarm.setSingleShot(true);
    alarm.start(patience);
    while (!condition() && alarm.isActive()) {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
    return condition();
}

//! What is delivered to the Qt end, and its reactions.
class Script
{
public:
    std::function<void()> onConnected = [] {};
    std::function<void(const QVariantMap &message)> onMessage = [](const QVariantMap &) {};

    std::function<qint64(const QVariantMap &message)> send;
    std::function<void()> close;

    QStringList delivered; ///< one entry per call of a handler or of network_received
    QStringList errors;    ///< the texts of the errors among them

    int connectedSignals = 0;
    int disconnectedSignals = 0;
    QStringList errorSignals;

    // The handlers of both ends

    void connected(const QVariantMap &message)
    {
        delivered << (message.size() == 1 ? u"connected"_s : u"connected with more"_s);
        if (message.size() == 1 && delivered.count(u"connected"_s) == 1)
            onConnected();
        else
            onMessage(message);
    }

    void error(const QString &error)
    {
        delivered << u"error"_s;
        errors << error;
    }

    void number(qint64 n)
    {
        delivered << u"number %1"_s.arg(n);
        onMessage(::number(n));
    }

    void received(const QVariantMap &message)
    {
        const QString action = message.value(u"action"_s).toString();
        delivered << action;
        if (action == u"done")
            close();
        else
            onMessage(message);
    }
};

class Listener : public QRepod::ConnectionListener
{
    Q_OBJECT

public:
    explicit Listener(Script &script)
        : m_script(script)
    {
        QObject::connect(this, &ConnectionListener::connected,
                         [&script] { ++script.connectedSignals; });
        QObject::connect(this, &ConnectionListener::disconnected,
                         [&script] { ++script.disconnectedSignals; });
        QObject::connect(this, &ConnectionListener::errorOccurred,
                         [&script](const QString &error) { script.errorSignals << error; });
    }

    void network_received(const QVariantMap &message) override { m_script.received(message); }

public Q_SLOTS:
    void Network_connected(const QVariantMap &message) { m_script.connected(message); }
    void Network_socketConnect() { m_script.delivered << u"socketConnect"_s; }
    void Network_disconnected() { m_script.delivered << u"disconnected"_s; }
    void Network_error(const QString &error) { m_script.error(error); }
    void Network_number(qint64 n) { m_script.number(n); }
    void Network_5() { m_script.delivered << u"handler of 5"_s; }
    void Network_True() { m_script.delivered << u"handler of True"_s; }
    void Network_None() { m_script.delivered << u"handler of None"_s; }

private:
    Script &m_script;
};

class ScriptedChannel : public QRepod::Channel
{
    Q_OBJECT

public:
    explicit ScriptedChannel(Script &script)
        : m_script(script)
    {
        ++script.connectedSignals;
        QObject::connect(this, &Channel::disconnected, [&script] { ++script.disconnectedSignals; });
        QObject::connect(this, &Channel::errorOccurred,
                         [&script](const QString &error) { script.errorSignals << error; });
    }

    void network_received(const QVariantMap &message) override { m_script.received(message); }

public Q_SLOTS:
    void Network_connected(const QVariantMap &message) { m_script.connected(message); }
    void Network_disconnected() { m_script.delivered << u"disconnected"_s; }
    void Network_error(const QString &error) { m_script.error(error); }
    void Network_number(qint64 n) { m_script.number(n); }
    void Network_5() { m_script.delivered << u"handler of 5"_s; }
    void Network_True() { m_script.delivered << u"handler of True"_s; }
    void Network_None() { m_script.delivered << u"handler of None"_s; }

private:
    Script &m_script;
};

//! Echoes every message, and closes when there are no more.
class EchoChannel : public QRepod::Channel
{
    Q_OBJECT

public:
    void network_received(const QVariantMap &message) override
    {
        if (message[QStringLiteral("action")] == QStringLiteral("done"))
            close();
        else
            send(message);
    }
};

//! One Qt end, one Python program, one connection. It ends when Python is done.
class Conversation : public Script
{
public:
    Conversation(QtEnd end, const QString &scenario, const QStringList &options = {})
        : m_end(end)
        , m_arguments(QStringList{scenario} + options)
    {
    }

    //! Lets both ends talk until the connection and the program have ended.
    ///
    /// \return what went wrong, including Python's checks; otherwise an empty text.
    QString play()
    {
        if (const QString error = m_end == QtEnd::Client ? startClient() : startServer();
            !error.isEmpty())
            return error;
        const bool inTime =
            waitFor([this] { return m_program.hasEnded() && disconnectedSignals > 0; });
        if (!m_program.hasEnded())
            return u"Python has not ended; delivered: "_s + tail();
        const QString complaint = m_program.complaint();
        return inTime || !complaint.isEmpty() ? complaint
                                              : u"not disconnected; delivered: "_s + tail();
    }

    //! Returns the first deliveries.
    QStringList opening() const
    {
        return m_end == QtEnd::Client ? QStringList{u"connected"_s, u"socketConnect"_s}
                                      : QStringList{u"connected"_s};
    }

private:
    QString startClient()
    {
        m_program.start(u"server.py"_s, m_arguments);
        const quint16 port = m_program.port();
        if (port == 0)
            return u"the Python server does not listen"_s;

        m_listener = std::make_unique<Listener>(*this);
        send = [this](const QVariantMap &message) { return m_listener->send(message); };
        close = [this] { m_listener->close(); };
        m_listener->setAutoPump(true);
        m_listener->connect(u"127.0.0.1"_s, port);
        return {};
    }

    QString startServer()
    {
        m_server = std::make_unique<QRepod::Server>();
        send = [this](const QVariantMap &message) {
            return m_channel ? m_channel->send(message) : 0;
        };
        close = [this] { m_channel->close(); };
        m_server->setChannelFactory([this] { return m_channel = new ScriptedChannel(*this); });
        if (!m_server->listen(u"127.0.0.1"_s, 0))
            return m_server->errorString();
        m_program.start(u"client.py"_s,
                        m_arguments + QStringList{u"--port=%1"_s.arg(m_server->port())});
        return {};
    }

    QString tail() const
    {
        return delivered.mid(std::max<qsizetype>(0, delivered.size() - 10)).join(u", ");
    }

    const QtEnd m_end;
    const QStringList m_arguments;
    std::unique_ptr<Listener> m_listener;
    std::unique_ptr<QRepod::Server> m_server;
    QPointer<ScriptedChannel> m_channel;
    PythonPeer m_program;
};

// Values

struct Piece
{
    Q_GADGET
    Q_PROPERTY(int x MEMBER x)
    Q_PROPERTY(double y MEMBER y)
    Q_PROPERTY(QString name MEMBER name)

public:
    int x = 0;
    double y = 0;
    QString name;
};

QByteArray allBytes(int length = 256)
{
    QByteArray bytes(length, Qt::Uninitialized);
    for (int i = 0; i < length; ++i)
        bytes[i] = char(i & 0xff);
    return bytes;
}

QVariantList count(int length)
{
    QVariantList list;
    for (qint64 i = 0; i < length; ++i)
        list << i;
    return list;
}

QVariantMap countByKey(int length)
{
    QVariantMap map;
    for (qint64 i = 0; i < length; ++i)
        map.insert(u"k%1"_s.arg(i, 5, 10, QLatin1Char('0')), i);
    return map;
}

QVariant nested(int levels)
{
    QVariantList list;
    for (int level = 1; level < levels; ++level)
        list = QVariantList{QVariant(list)};
    return list;
}

QVariant extension(qint8 type, const QByteArray &data)
{
    return QVariant::fromValue(Extension{type, data});
}

QDateTime utc(qint64 seconds, int milliseconds = 0)
{
    return QDateTime::fromMSecsSinceEpoch(seconds * 1000 + milliseconds, Qt::UTC);
}

//! Returns each row of echoed() in values.py as Qt decodes it.
QVariantMap decodedValues()
{
    constexpr qint64 minimum = std::numeric_limits<qint64>::min();
    constexpr qint64 maximum = std::numeric_limits<qint64>::max();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const QVariant null = QVariant::fromValue(nullptr);

    QVariantMap values{
        {u"nil"_s, null},
        {u"true"_s, true},
        {u"false"_s, false},
        {u"int 9223372036854775808"_s, quint64(maximum) + 1},
        {u"int 18446744073709551615"_s, std::numeric_limits<quint64>::max()},
        {u"float64 5e-324"_s, std::numeric_limits<double>::denorm_min()},
        {u"float64 0.1"_s, 0.1},
        {u"float64 1e+300"_s, 1e300},
        {u"float32 1.401298464324817e-45"_s, double(std::numeric_limits<float>::denorm_min())},
        {u"float32 16777216.0"_s, 16777216.0},
        {u"str empty"_s, u""_s},
        {u"str ascii"_s, u"The quick brown fox"_s},
        {u"str latin"_s, u"Grüße, señor — naïve café"_s},
        {u"str emoji"_s, u"🎮👩‍👩‍👧‍👦🇩🇪😀"_s},
        {u"str byte order mark"_s, u"\ufeffmark"_s},
        {u"str byte order mark alone"_s, u"\ufeff"_s},
        {u"str embedded nul"_s, u"a\0b\0"_s},
        {u"str right to left"_s, u"שלום عليكم"_s},
        {u"str combining"_s, u"e\u0301 \u1112\u1161\u11ab"_s},
        {u"str noncharacters"_s, u"\uffff\ufffe\U0010ffff"_s},
        {u"str replacement character"_s, u"\ufffd"_s},
        {u"str line ends"_s, u"a\nb\r\nc\u2028d\u007f\u0001"_s},
        {u"str of 16 ä"_s, QString(16, u'ä')},
        {u"str 32 that is short"_s, u"hi"_s},
        {u"bin of all bytes"_s, allBytes()},
        {u"bin 32 that is short"_s, "hi"_ba},
        {u"list of everything"_s,
         QVariantList{null, true, qint64(1), 1.5, u"text"_s, "bytes"_ba, QVariantList(),
                      QVariantMap(), QVariantList{QVariant(QVariantList{qint64(2)})}}},
        {u"map of everything"_s,
         QVariantMap{
             {u"bin"_s, QByteArray(1, '\0')},
             {u"bool"_s, false},
             {u"float"_s, 0.5},
             {u"int"_s, qint64(-7)},
             {u"list"_s, QVariantList{qint64(1), QVariantList{qint64(2), QVariantList{qint64(3)}}}},
             {u"map"_s, QVariantMap{{u"deep"_s, QVariantMap{{u"deeper"_s, QVariantMap()}}}}},
             {u"nil"_s, null},
             {u"str"_s, u"ö"_s}}},
        {u"unicode keys"_s,
         QVariantMap{{u""_s, qint64(1)},
                     {u"a"_s, qint64(2)},
                     {u"action"_s, u"inner"_s},
                     {u"ключ"_s, qint64(3)},
                     {u"🎮"_s, qint64(4)}}},
        {u"63 levels"_s, nested(63)},
        {u"integer keys"_s,
         QVariantMap{{u"1"_s, u"a"_s},
                     {u"2"_s, u"b"_s},
                     {u"10"_s, u"c"_s},
                     {u"-3"_s, u"d"_s},
                     {u"300"_s, u"e"_s}}},
        {u"keys at the ends of the range"_s,
         QVariantMap{{u"18446744073709551615"_s, qint64(1)},
                     {u"-9223372036854775808"_s, qint64(2)}}},
        {u"bool and nil keys"_s,
         QVariantMap{{u"true"_s, qint64(1)}, {u"false"_s, qint64(2)}, {u"null"_s, qint64(3)}}},
        {u"integer keys within"_s,
         QVariantList{QVariantMap{{u"7"_s, QVariantMap{{u"8"_s, qint64(9)}}}}}},
        {u"a key that stands twice"_s, QVariantMap{{u"k"_s, qint64(3)}, {u"l"_s, qint64(2)}}},
        {u"timestamp 32"_s, utc(1'700'000'000)},
        {u"timestamp 32 at 1970"_s, utc(0)},
        {u"timestamp 32 at its end"_s, utc(0xffffffff)},
        {u"timestamp 64"_s, utc(1'700'000'000, 123)},
        {u"timestamp 64 past 2106"_s, utc(0x1'0000'0000)},
        {u"timestamp 64 at its end"_s, utc(0x3'ffff'ffff, 999)},
        {u"timestamp 96 past 2514"_s, utc(0x4'0000'0000)},
        {u"timestamp 96 before 1970"_s, utc(-1, 999)},
        {u"timestamp 96 in 1066"_s, utc(-28'502'726'400)},
        {u"timestamp with nanoseconds"_s, utc(1'700'000'000, 123)},
        {u"timestamp 96 of a near time"_s, utc(5, 500)},
        {u"timestamp past QDateTime"_s,
         extension(-1, QByteArray(4, '\0') + '\x7f' + QByteArray(7, '\xff'))},
        {u"timestamp of 5 bytes"_s, extension(-1, "\1\2\3\4\5"_ba)},
        {u"ext 0"_s, extension(0, "zero"_ba)},
        {u"ext 127"_s, extension(127, "\0\xff"_ba)},
        {u"ext -128"_s, extension(-128, "abc"_ba)},
    };
    for (const qint64 n : std::initializer_list<qint64>{0,
                                                        1,
                                                        127,
                                                        128,
                                                        255,
                                                        256,
                                                        32767,
                                                        32768,
                                                        65535,
                                                        65536,
                                                        2147483647,
                                                        2147483648,
                                                        4294967295,
                                                        4294967296,
                                                        1LL << 53,
                                                        (1LL << 53) + 1,
                                                        maximum,
                                                        -1,
                                                        -32,
                                                        -33,
                                                        -128,
                                                        -129,
                                                        -32768,
                                                        -32769,
                                                        -2147483648LL,
                                                        -2147483649LL,
                                                        -(1LL << 53) - 1,
                                                        minimum})
        values.insert(u"int %1"_s.arg(n), n);
    for (const QString &form : {u"uint"_s, u"int"_s}) {
        for (const int bits : {8, 16, 32, 64})
            values.insert(u"5 as %1 %2"_s.arg(form).arg(bits), qint64(5));
    }
    for (const QString &width : {u"float32 "_s, u"float64 "_s}) {
        values.insert(width + u"0.0"_s, 0.0);
        values.insert(width + u"-0.0"_s, -0.0);
        values.insert(width + u"1.0"_s, 1.0);
        values.insert(width + u"1.5"_s, 1.5);
        values.insert(width + u"-2.25"_s, -2.25);
        values.insert(width + u"inf"_s, infinity);
        values.insert(width + u"-inf"_s, -infinity);
        values.insert(width + u"nan"_s, std::numeric_limits<double>::quiet_NaN());
    }
    for (const int length : {31, 32, 255, 256, 65535, 65536})
        values.insert(u"str of %1"_s.arg(length), QString(length, u'x'));
    for (const int length : {0, 1, 255, 256, 65535, 65536})
        values.insert(u"bin of %1"_s.arg(length), allBytes(length));
    for (const int length : {0, 1, 15, 16, 65535, 65536}) {
        values.insert(u"list of %1"_s.arg(length), count(length));
        values.insert(u"map of %1"_s.arg(length), countByKey(length));
    }
    for (const int length : {0, 1, 2, 3, 4, 8, 16, 17, 255, 256, 65536})
        values.insert(u"ext 5 of %1"_s.arg(length), extension(5, allBytes(length)));
    return values;
}

//! Returns the values whose bytes are in ENCODED in values.py.
QVariantMap valuesToEncode()
{
    const Piece piece{3, 0.5, u"pawn"_s};
    return {
        {u"invalid"_s, QVariant()},
        {u"nullptr"_s, QVariant::fromValue(nullptr)},
        {u"null of a type"_s, QVariant(QMetaType::fromType<int>())},
        {u"bool"_s, true},
        {u"float"_s, 1.5F},
        {u"double"_s, 1.5},
        {u"double without a fraction"_s, 2.0},
        {u"signed char"_s, QVariant::fromValue<signed char>(-128)},
        {u"uchar"_s, QVariant::fromValue<uchar>(255)},
        {u"short"_s, QVariant::fromValue<short>(-32768)},
        {u"ushort"_s, QVariant::fromValue<ushort>(65535)},
        {u"int"_s, std::numeric_limits<int>::min()},
        {u"uint"_s, std::numeric_limits<uint>::max()},
        {u"long"_s, QVariant::fromValue<long>(-70000)},
        {u"ulong"_s, QVariant::fromValue<ulong>(70000)},
        {u"qint64"_s, std::numeric_limits<qint64>::min()},
        {u"quint64"_s, std::numeric_limits<quint64>::max()},
        {u"small qint64"_s, qint64(-5)},
        {u"small quint64"_s, quint64(5)},
        {u"QString"_s, u"Grüße 🎮"_s},
        {u"null QString"_s, QString()},
        {u"QUrl"_s, QUrl(u"https://example.org/a%20b?q=ä"_s)},
        {u"QUuid"_s, QUuid(u"67c8770b-44f1-410a-ab9a-f9b5446f13ee"_s)},
        {u"QByteArray"_s, allBytes()},
        {u"QVariantList"_s, QVariantList{1, u"two"_s, 3.5, QVariant()}},
        {u"QStringList"_s, QStringList{u"a"_s, u""_s, u"ü"_s}},
        {u"QList<int>"_s, QVariant::fromValue(QList<int>{1, -1, 70000})},
        {u"QList<double>"_s, QVariant::fromValue(QList<double>{1.0, 0.5})},
        {u"QList<QVariantMap>"_s,
         QVariant::fromValue(QList<QVariantMap>{{{u"a"_s, 1}}, QVariantMap()})},
        {u"QVariantMap"_s,
         QVariantMap{{u"a"_s, QVariantMap{{u"b"_s, QVariantList{1}}}}, {u"c"_s, u"d"_s}}},
        {u"QVariantHash"_s, QVariantHash{{u"a"_s, 1}}},
        {u"QJsonObject"_s,
         QJsonObject{{u"a"_s, QJsonArray{true, QJsonValue()}}, {u"b"_s, 1}, {u"c"_s, 1.5}}},
        {u"QJsonArray"_s, QJsonArray{u"x"_s, QJsonObject{{u"y"_s, 2}}}},
        {u"gadget"_s, QVariant::fromValue(piece)},
        {u"list of gadgets"_s, QVariant::fromValue(QList<Piece>{piece})},
        {u"QDateTime"_s, utc(1'700'000'000)},
        {u"QDateTime with milliseconds"_s, utc(1'700'000'000, 5)},
        {u"QDateTime before 1970"_s, utc(-2, 999)},
        {u"QDateTime with an offset"_s,
         QDateTime::fromSecsSinceEpoch(1'700'000'000, Qt::OffsetFromUTC, 3600)},
        {u"Extension"_s, extension(5, "abc"_ba)},
        {u"reserved Extension"_s, extension(-2, "abc"_ba)},
    };
}

//! Compares types too, at every level; QVariant's == treats 1 and 1.0 as equal.
bool identical(const QVariant &a, const QVariant &b)
{
    if (a.metaType() != b.metaType())
        return false;
    switch (a.metaType().id()) {
    case QMetaType::Double:
        return std::bit_cast<quint64>(a.toDouble()) == std::bit_cast<quint64>(b.toDouble());
    case QMetaType::QDateTime:
        return a == b && a.toDateTime().timeSpec() == b.toDateTime().timeSpec();
    case QMetaType::QVariantList: {
        const QVariantList first = a.toList();
        const QVariantList second = b.toList();
        return std::equal(first.begin(), first.end(), second.begin(), second.end(), identical);
    }
    case QMetaType::QVariantMap: {
        const QVariantMap first = a.toMap();
        const QVariantMap second = b.toMap();
        return first.keys() == second.keys()
            && std::equal(first.begin(), first.end(), second.begin(), identical);
    }
    default:
        return a == b;
    }
}

//! Returns what `slices` in scenarios.py sends.
QVariantList samples()
{
    const QString action = u"action"_s;
    const QString sample = u"sample"_s;
    return {
        QVariantMap{{action, sample}},
        QVariantMap{{action, sample}, {u"text"_s, u"Grüße 🎮"_s}, {u"bytes"_s, allBytes()}},
        QVariantMap{
            {action, sample},
            {u"list"_s, count(300)},
            {u"map"_s, QVariantMap{{u"a"_s, QVariantMap{{u"b"_s, QVariant::fromValue(nullptr)}}}}}},
        QVariantMap{{action, sample}, {u"text"_s, QString(1000, u'x')}},
        QVariantMap{{action, sample}, {u"n"_s, -1.5}},
    };
}

} // namespace

class tst_Interop : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void valuesArriveAndReturnAsSpecified_data() { bothEnds(); }
    void valuesArriveAndReturnAsSpecified();
    void typesOfQtAreEncodedAsSpecified_data() { bothEnds(); }
    void typesOfQtAreEncodedAsSpecified();
    void megabytePayloadsArriveAndReturn_data() { bothEnds(); }
    void megabytePayloadsArriveAndReturn();
    void manyMessagesKeepTheirOrderBothWays_data() { bothEnds(); }
    void manyMessagesKeepTheirOrderBothWays();
    void closeSendsWhatWasAcceptedBefore_data() { bothEnds(); }
    void closeSendsWhatWasAcceptedBefore();
    void slicingMakesNoDifference_data();
    void slicingMakesNoDifference();

    void connectedRunsOnceWhateverTheGreeting_data();
    void connectedRunsOnceWhateverTheGreeting();
    void actionsThatAreNotTextAreTurnedIntoPythonsText_data() { bothEnds(); }
    void actionsThatAreNotTextAreTurnedIntoPythonsText();
    void peersCannotForgeTheSignals_data() { bothEnds(); }
    void peersCannotForgeTheSignals();
    void framesThatAreNoMessagesAreSkipped_data() { bothEnds(); }
    void framesThatAreNoMessagesAreSkipped();

    void peerThatClosesIsDisconnected_data();
    void peerThatClosesIsDisconnected();
    void connectionThatBreaksIsAnErrorThenDisconnected_data();
    void connectionThatBreaksIsAnErrorThenDisconnected();
    void breakingTheProtocolIsAnErrorThenDisconnected_data();
    void breakingTheProtocolIsAnErrorThenDisconnected();

    void serverServesTheNextAfterOneBrokeTheProtocol();
    void serverKeepsConversationsApart_data();
    void serverKeepsConversationsApart();
    void listenerTalksToTheSameServerAgainAndAgain();

private:
    static void bothEnds();
};

void tst_Interop::bothEnds()
{
    QTest::addColumn<QtEnd>("end");
    QTest::newRow("Qt client") << QtEnd::Client;
    QTest::newRow("Qt server") << QtEnd::Server;
}

void tst_Interop::initTestCase()
{
    QProcess process;
    process.start(u"/usr/bin/python3"_s, {u"-c"_s, u"import msgpack"_s});
    process.waitForFinished(patience);
    const bool isThere = process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0
        && process.error() == QProcess::UnknownError;
    QVERIFY2(
        isThere,
        qPrintable(u"this test needs Debian's packages python3 and python3-msgpack: %1\n%2"_s.arg(
            process.errorString(), QString::fromUtf8(process.readAllStandardError()))));
    for (const char *script : {"python/server.py", "python/client.py"})
        QVERIFY2(!QFINDTESTDATA(script).isEmpty(), script);
}

void tst_Interop::valuesArriveAndReturnAsSpecified()
{
    QFETCH(QtEnd, end);
    QVariantMap expected = decodedValues();
    QStringList differences;

    Conversation conversation(end, u"values"_s);
    conversation.onMessage = [&](const QVariantMap &message) {
        const QString name = message[u"name"_s].toString();
        const QVariant value = message[u"value"_s];
        const QVariant wanted = expected.take(name);
        if (!identical(value, wanted)) {
            differences << u"%1: %2 came, not %3"_s.arg(name, QDebug::toString(value).left(200),
                                                        QDebug::toString(wanted).left(200));
        }
        conversation.send(message);
    };
    const QString outcome = conversation.play();
    QVERIFY2(differences.isEmpty(), qPrintable(differences.join(u'\n')));
    QVERIFY2(outcome.isEmpty(), qPrintable(outcome));
    QCOMPARE(expected.keys(), QStringList()); // values that never came
}

void tst_Interop::typesOfQtAreEncodedAsSpecified()
{
    QFETCH(QtEnd, end);
    const QVariantMap values = valuesToEncode();

    Conversation conversation(end, u"encodings"_s);
    QStringList refused;
    conversation.onConnected = [&] {
        for (auto it = values.begin(); it != values.end(); ++it) {
            if (conversation.send(
                    {{u"action"_s, u"value"_s}, {u"name"_s, it.key()}, {u"value"_s, it.value()}})
                == 0)
                refused << it.key();
        }
        conversation.send({{u"action"_s, u"done"_s}});
    };
    const QString outcome = conversation.play();
    QCOMPARE(refused, QStringList());
    QVERIFY2(outcome.isEmpty(), qPrintable(outcome));
}

void tst_Interop::megabytePayloadsArriveAndReturn()
{
    QFETCH(QtEnd, end);
    constexpr int megabyte = 1024 * 1024;
    QString ascii(megabyte, Qt::Uninitialized);
    for (int i = 0; i < megabyte; ++i)
        ascii[i] = QChar(u'a' + i % 26);
    const QVariantMap expected{{u"ascii"_s, ascii},
                               {u"emoji"_s, u"🎮"_s.repeated(megabyte / 4)},
                               {u"bin"_s, allBytes(megabyte)}};

    Conversation conversation(end, u"large"_s, {u"--size=%1"_s.arg(megabyte)});
    QStringList intact;
    conversation.onMessage = [&](const QVariantMap &message) {
        const QString name = message[u"name"_s].toString();
        if (identical(message[u"value"_s], expected[name]))
            intact << name;
        conversation.send(message);
    };
    const QString outcome = conversation.play();
    QVERIFY2(outcome.isEmpty(), qPrintable(outcome));
    QCOMPARE(intact, (QStringList{u"ascii"_s, u"emoji"_s, u"bin"_s}));
}

void tst_Interop::manyMessagesKeepTheirOrderBothWays()
{
    QFETCH(QtEnd, end);
    Conversation conversation(end, u"burst"_s, {u"--count=%1"_s.arg(manyMessages)});
    conversation.onConnected = [&] {
        for (int n = 0; n < manyMessages; ++n)
            conversation.send(number(n));
    };
    const QString outcome = conversation.play();
    QVERIFY2(outcome.isEmpty(), qPrintable(outcome));
    QCOMPARE(conversation.delivered,
             conversation.opening() + numbers(manyMessages)
                 + (QStringList{u"done"_s, u"disconnected"_s}));
}

void tst_Interop::closeSendsWhatWasAcceptedBefore()
{
    QFETCH(QtEnd, end);
    Conversation conversation(end, u"listen"_s, {u"--count=%1"_s.arg(manyMessages)});
    conversation.onConnected = [&] {
        for (int n = 0; n < manyMessages; ++n)
            conversation.send(number(n));
        conversation.close();
    };
    const QString outcome = conversation.play();
    QVERIFY2(outcome.isEmpty(), qPrintable(outcome));
    QCOMPARE(conversation.delivered, conversation.opening() + QStringList{u"disconnected"_s});
}

void tst_Interop::slicingMakesNoDifference_data()
{
    QTest::addColumn<QtEnd>("end");
    QTest::addColumn<int>("slice");
    for (const int slice : {0, 1, 3, 1000}) {
        const QByteArray name =
            slice == 0 ? "all in one write"_ba : QByteArray::number(slice) + " at a time";
        QTest::newRow(qPrintable(u"Qt client, "_s + name)) << QtEnd::Client << slice;
        QTest::newRow(qPrintable(u"Qt server, "_s + name)) << QtEnd::Server << slice;
    }
}

void tst_Interop::slicingMakesNoDifference()
{
    QFETCH(QtEnd, end);
    QFETCH(int, slice);
    Conversation conversation(end, u"slices"_s, {u"--slice=%1"_s.arg(slice)});
    QVariantList received;
    conversation.onMessage = [&](const QVariantMap &message) {
        received << message;
        conversation.send(message);
    };
    const QString outcome = conversation.play();
    QVERIFY2(outcome.isEmpty(), qPrintable(outcome));
    QVERIFY(identical(received, samples()));
}

void tst_Interop::connectedRunsOnceWhateverTheGreeting_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QStringList>("delivered");
    const QString no = u"--no-greeting"_s;
    const QString hello = uR"(--message={"action": "hello"})"_s;
    const QString connected = uR"(--message={"action": "connected"})"_s;
    const QString more = uR"({"action": "connected", "motd": "hi"})"_s;

    QTest::newRow("none") << QStringList{no} << QStringList{};
    QTest::newRow("none, then a message") << QStringList{no, hello} << QStringList{u"hello"_s};
    QTest::newRow("bare") << QStringList{} << QStringList{};
    QTest::newRow("bare, then a message") << QStringList{hello} << QStringList{u"hello"_s};
    QTest::newRow("bare, byte by byte")
        << QStringList{u"--slice=1"_s, hello} << QStringList{u"hello"_s};
    QTest::newRow("with more fields")
        << QStringList{u"--greeting="_s + more} << QStringList{u"connected with more"_s};
    QTest::newRow("with more fields, then bare")
        << QStringList{u"--greeting="_s + more, connected}
        << QStringList{u"connected with more"_s, u"connected"_s};
    QTest::newRow("twice") << QStringList{connected} << QStringList{u"connected"_s};
    QTest::newRow("none, but a bare one after the first message")
        << QStringList{no, hello, connected} << QStringList{u"hello"_s, u"connected"_s};
}

void tst_Interop::connectedRunsOnceWhateverTheGreeting()
{
    QFETCH(QStringList, options);
    QFETCH(QStringList, delivered);
    Conversation conversation(QtEnd::Client, u"say"_s, options);
    QVariantMap greeting;
    conversation.onMessage = [&](const QVariantMap &message) {
        if (message.contains(u"motd"_s))
            greeting = message;
    };
    const QString outcome = conversation.play();
    QVERIFY2(outcome.isEmpty(), qPrintable(outcome));
    QCOMPARE(conversation.delivered,
             conversation.opening() + delivered + (QStringList{u"done"_s, u"disconnected"_s}));
    QCOMPARE(conversation.connectedSignals, 1);
    if (delivered.contains(u"connected with more"_s))
        QCOMPARE(greeting[u"motd"_s].toString(), u"hi"_s);
}

void tst_Interop::actionsThatAreNotTextAreTurnedIntoPythonsText()
{
    QFETCH(QtEnd, end);
    Conversation conversation(end, u"say"_s,
                              {uR"(--message={"action": 5})"_s, uR"(--message={"action": true})"_s,
                               uR"(--message={"action": null})"_s,
                               uR"(--message={"action": "5"})"_s});
    const QString outcome = conversation.play();
    QVERIFY2(outcome.isEmpty(), qPrintable(outcome));
    QCOMPARE(conversation.delivered,
             conversation.opening()
                 + (QStringList{u"handler of 5"_s, u"handler of True"_s, u"handler of None"_s,
                                u"handler of 5"_s, u"done"_s, u"disconnected"_s}));
}

void tst_Interop::peersCannotForgeTheSignals()
{
    QFETCH(QtEnd, end);
    Conversation conversation(end, u"say"_s,
                              {uR"(--message={"action": "error", "error": "mine"})"_s,
                               uR"(--message={"action": "disconnected"})"_s,
                               uR"(--message={"action": "hello"})"_s});
    int disconnectedBefore = -1;
    conversation.onMessage = [&](const QVariantMap &) {
        disconnectedBefore = conversation.disconnectedSignals;
    };
    const QString outcome = conversation.play();
    QVERIFY2(outcome.isEmpty(), qPrintable(outcome));
    QCOMPARE(conversation.delivered,
             conversation.opening()
                 + (QStringList{u"error"_s, u"disconnected"_s, u"hello"_s, u"done"_s,
                                u"disconnected"_s}));
    // A server's handlers never get such a message from a client.
    QCOMPARE(conversation.errors, end == QtEnd::Client ? QStringList{u"mine"_s} : QStringList());
    QCOMPARE(conversation.errorSignals, QStringList());
    QCOMPARE(disconnectedBefore, 0);
    QCOMPARE(conversation.disconnectedSignals, 1);
}

void tst_Interop::framesThatAreNoMessagesAreSkipped()
{
    QFETCH(QtEnd, end);
    Conversation conversation(end, u"non-messages"_s);
    const QString outcome = conversation.play();
    QVERIFY2(outcome.isEmpty(), qPrintable(outcome));
    QCOMPARE(conversation.delivered,
             conversation.opening() + numbers(12) + (QStringList{u"done"_s, u"disconnected"_s}));
}

void tst_Interop::peerThatClosesIsDisconnected_data()
{
    QTest::addColumn<QtEnd>("end");
    QTest::addColumn<int>("messages");
    QTest::addColumn<QStringList>("options");
    QTest::newRow("Qt client, at once") << QtEnd::Client << 0 << QStringList{u"--no-greeting"_s};
    QTest::newRow("Qt client, after the greeting") << QtEnd::Client << 0 << QStringList();
    QTest::newRow("Qt client, after messages") << QtEnd::Client << 1000 << QStringList();
    QTest::newRow("Qt server, after the greeting") << QtEnd::Server << 0 << QStringList();
    QTest::newRow("Qt server, after messages") << QtEnd::Server << 1000 << QStringList();
}

void tst_Interop::peerThatClosesIsDisconnected()
{
    QFETCH(QtEnd, end);
    QFETCH(int, messages);
    QFETCH(QStringList, options);
    Conversation conversation(end, u"close"_s,
                              QStringList{u"--count=%1"_s.arg(messages)} + options);
    const QString outcome = conversation.play();
    QVERIFY2(outcome.isEmpty(), qPrintable(outcome));
    QCOMPARE(conversation.delivered,
             conversation.opening() + numbers(messages) + QStringList{u"disconnected"_s});
    QCOMPARE(conversation.errorSignals, QStringList());
}

void tst_Interop::connectionThatBreaksIsAnErrorThenDisconnected_data()
{
    QTest::addColumn<QtEnd>("end");
    QTest::addColumn<QString>("scenario");
    QTest::newRow("Qt client, reset") << QtEnd::Client << u"reset"_s;
    QTest::newRow("Qt client, half of a frame") << QtEnd::Client << u"partial"_s;
    QTest::newRow("Qt server, reset") << QtEnd::Server << u"reset"_s;
    QTest::newRow("Qt server, half of a frame") << QtEnd::Server << u"partial"_s;
}

void tst_Interop::connectionThatBreaksIsAnErrorThenDisconnected()
{
    QFETCH(QtEnd, end);
    QFETCH(QString, scenario);
    constexpr int messages = 100;
    Conversation conversation(end, scenario, {u"--count=%1"_s.arg(messages)});
    conversation.onMessage = [&](const QVariantMap &message) {
        if (message == number(messages - 1)) // a reset would lose what is in transit
            conversation.send({{u"action"_s, u"seen"_s}});
    };
    const QString outcome = conversation.play();
    QVERIFY2(outcome.isEmpty(), qPrintable(outcome));
    QCOMPARE(conversation.delivered,
             conversation.opening() + numbers(messages)
                 + (QStringList{u"error"_s, u"disconnected"_s}));
    QVERIFY2(conversation.errors.first().startsWith(u"127.0.0.1:"),
             qPrintable(conversation.errors.first()));
    QCOMPARE(conversation.errorSignals, conversation.errors);
    QCOMPARE(conversation.disconnectedSignals, 1);
}

void tst_Interop::breakingTheProtocolIsAnErrorThenDisconnected_data()
{
    QTest::addColumn<QtEnd>("end");
    QTest::addColumn<QString>("breaker");
    QTest::addColumn<QString>("reason");
    const QList<QPair<QString, QString>> breakers{
        {u"empty"_s, u"empty frame"_s},
        {u"garbage"_s, u"MessagePack"_s},
        {u"text-line"_s, u"frame of 1195725856 bytes is over the limit of 16777216"_s},
        {u"oversized"_s, u"frame of 2147483647 bytes is over the limit of 16777216"_s},
        {u"just-oversized"_s, u"frame of 16777217 bytes is over the limit of 16777216"_s},
        {u"left-over"_s, u"left over"_s},
        {u"cut-short"_s, u"middle of a value"_s},
        {u"not-utf8"_s, u"UTF-8"_s},
        {u"too-deep"_s, u"over the limit of 64"_s},
        {u"claims-4-billion"_s, u"over the limit of 100000"_s},
    };
    for (const auto &[breaker, reason] : breakers) {
        QTest::newRow(qPrintable(u"Qt client, "_s + breaker)) << QtEnd::Client << breaker << reason;
        QTest::newRow(qPrintable(u"Qt server, "_s + breaker)) << QtEnd::Server << breaker << reason;
    }
}

void tst_Interop::breakingTheProtocolIsAnErrorThenDisconnected()
{
    QFETCH(QtEnd, end);
    QFETCH(QString, breaker);
    QFETCH(QString, reason);
    Conversation conversation(end, u"breaker"_s, {u"--breaker="_s + breaker, u"--count=3"_s});
    const QString outcome = conversation.play();
    QVERIFY2(outcome.isEmpty(), qPrintable(outcome));
    QCOMPARE(conversation.delivered,
             conversation.opening() + numbers(3) + (QStringList{u"error"_s, u"disconnected"_s}));
    const QString error = conversation.errors.first();
    QVERIFY2(error.startsWith(u"127.0.0.1:") && error.contains(reason), qPrintable(error));
    QCOMPARE(conversation.errorSignals, conversation.errors);
    QCOMPARE(conversation.disconnectedSignals, 1);
}

void tst_Interop::serverServesTheNextAfterOneBrokeTheProtocol()
{
    QRepod::Server server;
    server.setChannelClass<EchoChannel>();
    QVERIFY2(server.listen(u"127.0.0.1"_s, 0), qPrintable(server.errorString()));
    const QString port = u"--port=%1"_s.arg(server.port());

    PythonPeer bystander(u"client.py"_s, {u"echo"_s, port});
    QTRY_COMPARE_WITH_TIMEOUT(server.channels().size(), 1, patience);

    PythonPeer breaker(u"client.py"_s, {u"breaker"_s, port});
    QCOMPARE(breaker.complaint(), QString());
    QTRY_COMPARE_WITH_TIMEOUT(server.channels().size(), 1, patience);

    PythonPeer next(u"client.py"_s, {u"slices"_s, port});
    QCOMPARE(next.complaint(), QString());

    server.sendToAll({{u"action"_s, u"done"_s}});
    QCOMPARE(bystander.complaint(), QString());
}

void tst_Interop::serverKeepsConversationsApart_data()
{
    QTest::addColumn<bool>("background");
    QTest::newRow("in its thread") << false;
    QTest::newRow("in the background") << true;
}

void tst_Interop::serverKeepsConversationsApart()
{
    QFETCH(bool, background);
    QRepod::Server server;
    server.setChannelClass<EchoChannel>();
    if (background)
        server.startBackground();
    QVERIFY2(server.listen(u"127.0.0.1"_s, 0), qPrintable(server.errorString()));

    std::array<PythonPeer, 4> programs;
    for (PythonPeer &program : programs) {
        program.start(u"client.py"_s,
                      {u"burst"_s, u"--count=2000"_s, u"--port=%1"_s.arg(server.port())});
    }
    for (PythonPeer &program : programs)
        QCOMPARE(program.complaint(), QString());
    QTRY_VERIFY_WITH_TIMEOUT(server.channels().isEmpty(), patience);
}

void tst_Interop::listenerTalksToTheSameServerAgainAndAgain()
{
    constexpr int times = 20;
    PythonPeer program(u"server.py"_s, {u"echo"_s, u"--clients=%1"_s.arg(times)});
    const quint16 port = program.port();
    QVERIFY(port != 0);

    Script script;
    Listener listener(script);
    listener.setAutoPump(true);
    script.onConnected = [&] { listener.send(number(7)); };
    script.onMessage = [&](const QVariantMap &) { listener.close(); };
    for (int time = 1; time <= times; ++time) {
        script.delivered.clear();
        listener.connect(u"127.0.0.1"_s, port);
        QVERIFY(waitFor([&] { return script.disconnectedSignals == time; }));
        QCOMPARE(
            script.delivered,
            (QStringList{u"connected"_s, u"socketConnect"_s, u"number 7"_s, u"disconnected"_s}));
    }
    QCOMPARE(program.complaint(), QString());
    QCOMPARE(script.connectedSignals, times);
    QCOMPARE(script.errorSignals, QStringList());
}

QTEST_GUILESS_MAIN(tst_Interop)
#include "tst_interop.moc"
