// SPDX-License-Identifier: MIT

//! Messages as JSON, for clients that speak no MessagePack.

#include "protocol/jsonreader.h"
#include "protocol/jsonwriter.h"

#include "protocol/frame.h"
#include "support/literals.h"

#include <QRepod/Extension>
#include <QRepod/Protocol>

#include <QtCore/QDateTime>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtTest/QTest>

#include <limits>

using namespace QRepod;

namespace {

QByteArray payloadOf(const QVariantMap &message)
{
    return encode(message).sliced(frameHeaderSize);
}

//! What is read of \a json, and why not in \a error.
QVariantMap read(const QByteArray &json, QString *error = nullptr)
{
    QByteArray frame;
    if (!appendFrameFromJson(frame, json, MessageLimits(), error))
        return {};
    return decode(QByteArrayView(frame).sliced(frameHeaderSize), error).value_or(QVariantMap());
}

} // namespace

class tst_Json : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void valuesThereAndBack_data()
    {
        QTest::addColumn<QVariant>("value");
        QTest::addColumn<QByteArray>("json");
        const auto add = [](const char *name, const QVariant &value, const QByteArray &json) {
            QTest::newRow(name) << value << json;
        };
        add("nil", QVariant::fromValue(nullptr), "null");
        add("true", true, "true");
        add("false", false, "false");
        add("zero", qint64(0), "0");
        add("negative", qint64(-33), "-33");
        add("2^53", qint64(1) << 53, "9007199254740992");
        add("2^53 + 1", (qint64(1) << 53) + 1, R"({"$int":"9007199254740993"})");
        add("least", std::numeric_limits<qint64>::min(), R"({"$int":"-9223372036854775808"})");
        add("greatest", std::numeric_limits<quint64>::max(), R"({"$int":"18446744073709551615"})");
        add("real", 0.1, "0.1");
        add("large real", 1e300, "1e+300");
        add("text", u"Ada \"x\" \\ \n \u0001 ä 😀"_s, "\"Ada \\\"x\\\" \\\\ \\n \\u0001 ä 😀\"");
        add("empty text", u""_s, R"("")");
        add("bytes", "\x00\xff"_ba, R"({"$bytes":"AP8="})");
        add("no bytes", QByteArray(""), R"({"$bytes":""})");
        add("time", QDateTime::fromMSecsSinceEpoch(1'700'000'000'123, Qt::UTC),
            R"({"$time":"2023-11-14T22:13:20.123Z"})");
        add("list", QVariantList{qint64(1), u"a"_s, QVariantList()}, R"([1,"a",[]])");
        add("map", QVariantMap{{"a", qint64(1)}, {"b", QVariantMap()}}, R"({"a":1,"b":{}})");
        add("map with one dollar", QVariantMap{{"$other", u"x"_s}}, R"({"$other":"x"})");
        add("map with a mark and a number", QVariantMap{{"$int", qint64(7)}}, R"({"$int":7})");
    }
    void valuesThereAndBack()
    {
        QFETCH(const QVariant, value);
        QFETCH(const QByteArray, json);
        const QVariantMap message{{"action", "a"}, {"v", value}};
        const QByteArray text = R"({"action":"a","v":)" + json + "}";
        QCOMPARE(jsonFromPayload(payloadOf(message)), text);
        QCOMPARE(read(text), message);
        QCOMPARE(read(text).value("v").typeId(), value.typeId());
    }

    void writesWhatJsonHasNoFormFor()
    {
        const QVariantMap message{{"a", std::numeric_limits<double>::infinity()},
                                  {"b", std::numeric_limits<double>::quiet_NaN()},
                                  {"c", QVariant::fromValue(Extension{5, "xy"})},
                                  {"d", 2.0}};
        QCOMPARE(jsonFromPayload(payloadOf(message)),
                 R"({"a":null,"b":null,"c":{"$ext":[5,"eHk="]},"d":2})");
    }

    void keysOfOtherKindsBecomeText()
    {
        QCOMPARE(jsonFromPayload("\x83\x01\x02\xc3\x03\xc4\x01\xff\x04"_ba),
                 R"({"1":2,"true":3,"ff":4})");
    }

    //! Qt reads what is written, byte for byte of every control character.
    void qtReadsIt()
    {
        QString text;
        for (char16_t c = 1; c < 0x100; ++c)
            text += QChar(c);
        const QByteArray json = jsonFromPayload(payloadOf({{"text", text}}));
        QCOMPARE(QJsonDocument::fromJson(json).object().value("text").toString(), text);
        QCOMPARE(read(json).value("text").toString(), text);
    }

    void readsEveryNotation_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QVariant>("value");
        QTest::newRow("space") << " \t\r\n[ 1 , 2 ] \n"_ba
                               << QVariant(QVariantList{qint64(1), qint64(2)});
        QTest::newRow("escapes") << "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\\ude00\""_ba
                                 << QVariant(u"\"\\/\b\f\n\r\tä😀"_s);
        QTest::newRow("a zero") << R"("\u0000")"_ba << QVariant(QString(QChar(u'\0')));
        QTest::newRow("high half alone") << R"("\ud83dx")"_ba << QVariant(u"\ufffdx"_s);
        QTest::newRow("low half alone") << R"("\ude00")"_ba << QVariant(u"\ufffd"_s);
        QTest::newRow("two high halves") << R"("\ud83d\ud83d\ude00")"_ba << QVariant(u"\ufffd😀"_s);
        QTest::newRow("fraction") << "-1.5e-3"_ba << QVariant(-1.5e-3);
        QTest::newRow("exponent") << "1E2"_ba << QVariant(100.0);
        QTest::newRow("whole real") << "1.0"_ba << QVariant(1.0);
        QTest::newRow("past 64 bits")
            << "18446744073709551616"_ba << QVariant(18446744073709551616.0);
        QTest::newRow("past qint64")
            << "18446744073709551615"_ba << QVariant(std::numeric_limits<quint64>::max());
        QTest::newRow("key twice")
            << R"({"a":1,"a":2})"_ba << QVariant(QVariantMap{{"a", qint64(2)}});
    }
    void readsEveryNotation()
    {
        QFETCH(const QByteArray, json);
        QFETCH(const QVariant, value);
        QCOMPARE(read(R"({"v":)" + json + "}").value("v"), value);
    }

    void saysWhatIsWrong_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("error");
        const auto add = [](const char *name, const QByteArray &json, const QString &error) {
            QTest::newRow(name) << json << error;
        };
        add("nothing", "", "at byte 0: a value is missing");
        add("word", "{\"a\":nul}", "at byte 5: a value is missing");
        add("second value", "{} {}", "at byte 3: extra data after the message");
        add("comma too many", "[1,]", "at byte 3: a value is missing");
        add("comma too many in an object", "{\"a\":1,}", "at byte 7: a string is missing");
        add("no comma", "[1 2]", "at byte 3: a comma or a closing bracket is missing");
        add("no comma in an object", "{\"a\":1 \"b\":2}",
            "at byte 7: a comma or a closing brace is missing");
        add("no colon", "{\"a\" 1}", "at byte 5: a colon is missing");
        add("open list", "[", "at byte 1: a value is missing");
        add("open object", "{", "at byte 1: a string is missing");
        add("open string", "\"abc", "at byte 4: unterminated string");
        add("open escape", "\"\\", "invalid escape sequence");
        add("line break in a string", "\"a\nb\"", "at byte 2: a control character in a string");
        add("unknown escape", "\"\\x\"", "invalid escape sequence");
        add("short unicode", "\"\\u12\"", "four hexadecimal digits are missing");
        add("signed unicode", "\"\\u-123\"", "four hexadecimal digits are missing");
        add("leading zero", "01", "at byte 1: extra data after the message");
        add("plus", "+1", "at byte 0: a value is missing");
        add("point alone", "1.", "digits are missing after the decimal point");
        add("exponent alone", "1e", "digits are missing in the exponent");
        add("too large", "1e999", "number is out of range");
        add("comment", "[1] // one", "extra data after the message");
        add("not UTF-8", "\"\xff\"", "JSON that is not UTF-8");
        add("zero byte", "1\0"_ba, "at byte 1: extra data after the message");
        add("no base64", R"({"$bytes":"?"})", "invalid value for $bytes");
        add("no time", R"({"$time":"noon"})", "invalid value for $time");
        add("no integer", R"({"$int":"1.5"})", "invalid value for $int");
    }
    void saysWhatIsWrong()
    {
        QFETCH(const QByteArray, json);
        QFETCH(const QString, error);
        QByteArray frame = "before";
        QString reason;
        QVERIFY(!appendFrameFromJson(frame, json, MessageLimits(), &reason));
        QVERIFY2(reason.contains(error), qPrintable(reason));
        QCOMPARE(frame, "before");
    }

    void stopsAtTheLimits()
    {
        MessageLimits limits;
        limits.depth = 3;
        limits.values = 5;
        QByteArray frame;
        QString error;
        QVERIFY(appendFrameFromJson(frame, "[[[1]]]", limits, &error));
        QVERIFY(!appendFrameFromJson(frame, QByteArray(100'000, '['), limits, &error));
        QCOMPARE(error, u"JSON at byte 5: nesting is over the limit of 3 levels"_s);
        QVERIFY(appendFrameFromJson(frame, "[1,2,3,4,5]", limits, &error));
        QVERIFY(!appendFrameFromJson(frame, "[1,2,3,4,5,6]", limits, &error));
        QCOMPARE(error, u"JSON at byte 11: more values than the limit of 5"_s);
    }

    void emptyObjectIsTheHeartbeat()
    {
        QByteArray frame;
        QVERIFY(appendFrameFromJson(frame, " { } ", MessageLimits()));
        QCOMPARE(frame, heartbeatFrame);
    }
};

QTEST_APPLESS_MAIN(tst_Json)
#include "tst_json.moc"
