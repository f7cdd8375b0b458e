// SPDX-License-Identifier: MIT

//! Redis' wire format.

#include "cluster/resp.h"
#include "support/literals.h"

#include <QtTest/QTest>

using namespace QRepod;

namespace {

//! A value as text that can be compared.
QByteArray describe(const RespValue &value)
{
    switch (value.kind) {
    case RespValue::Kind::Null:
        return "null";
    case RespValue::Kind::Text:
        return '"' + value.text + '"';
    case RespValue::Kind::Error:
        return '!' + value.text;
    case RespValue::Kind::Integer:
        return QByteArray::number(value.integer);
    case RespValue::Kind::List:
        break;
    }
    QByteArrayList elements;
    for (const RespValue &element : value.list)
        elements << describe(element);
    return '[' + elements.join(' ') + ']';
}

QByteArrayList readAll(RespReader &reader)
{
    QByteArrayList values;
    while (const std::optional<RespValue> value = reader.next())
        values << describe(*value);
    return values;
}

} // namespace

class tst_Resp : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void commandsAreListsOfBinaryStrings()
    {
        QCOMPARE(encodeCommand({"PING"}), "*1\r\n$4\r\nPING\r\n"_ba);
        QCOMPARE(encodeCommand({"SET", "k\r\n", QByteArray()}),
                 "*3\r\n$3\r\nSET\r\n$3\r\nk\r\n\r\n$0\r\n\r\n"_ba);
    }

    void repliesAreRead_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("value");
        const auto row = [](const char *name, const char *bytes, const char *value) {
            QTest::newRow(name) << QByteArray(bytes) << QByteArray(value);
        };
        row("status", "+OK\r\n", "\"OK\"");
        row("error", "-ERR no\r\n", "!ERR no");
        row("integer", ":-12\r\n", "-12");
        row("text", "$5\r\na\r\nbc\r\n", "\"a\r\nbc\"");
        row("empty text", "$0\r\n\r\n", "\"\"");
        row("no text", "$-1\r\n", "null");
        row("no list", "*-1\r\n", "null");
        row("empty list", "*0\r\n", "[]");
        row("lists", "*3\r\n:1\r\n*2\r\n$1\r\na\r\n$-1\r\n+b\r\n", "[1 [\"a\" null] \"b\"]");
    }

    void repliesAreRead()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, value);
        RespReader whole;
        whole.append(bytes + bytes + bytes);
        QCOMPARE(readAll(whole), (QByteArrayList{value, value, value}));
        QVERIFY(whole.error().isEmpty());

        RespReader cut; // byte by byte
        QByteArrayList values;
        for (const char byte : bytes + bytes) {
            cut.append(QByteArray(1, byte));
            values += readAll(cut);
        }
        QCOMPARE(values, (QByteArrayList{value, value}));
    }

    void whatIsNoReplyIsAnError_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("another protocol") << "HTTP/1.1 400\r\n"_ba;
        QTest::newRow("no number") << "$x\r\n"_ba;
        QTest::newRow("no integer") << ":1.5\r\n"_ba;
        QTest::newRow("no end of a text") << "$1\r\nabc\r\n"_ba;
        QTest::newRow("a text that is too large") << "$9999999999\r\n"_ba;
        QTest::newRow("a list that is too long") << "*9999999999\r\n"_ba;
        QTest::newRow("lists that are too deep") << "*1\r\n"_ba.repeated(20);
        QTest::newRow("unterminated line") << QByteArray(100'000, '+');
    }

    void whatIsNoReplyIsAnError()
    {
        QFETCH(QByteArray, bytes);
        RespReader reader;
        reader.append(":1\r\n" + bytes);
        QCOMPARE(readAll(reader), QByteArrayList{"1"});
        QVERIFY(!reader.error().isEmpty());
        reader.append("+OK\r\n"); // too late
        QVERIFY(!reader.next());
    }
};

QTEST_APPLESS_MAIN(tst_Resp)
#include "tst_resp.moc"
