// SPDX-License-Identifier: MIT
#include "protocol/encoder.h"
#include "protocol/frame.h"
#include "protocol/message.h"
#include "protocol/validator.h"

#include "support/messages.h"

#include <QtTest/qtest.h>

#include <optional>

#ifdef __GLIBC__
#    include <malloc.h>
#endif

using namespace QRepod;

namespace {

QByteArray payloadOf(const QVariantMap &message)
{
    QByteArray frame;
    QString error;
    if (!appendFrame(frame, message, MessageLimits(), &error))
        qFatal("%s", qPrintable(error));
    return frame.sliced(frameHeaderSize);
}

//! A reader of messages, as a listener is one.
class Reader
{
public:
    //! Decodes \a payload, a message of \a action, and is through with it when \a use returns.
    template <class Use>
    void read(const QByteArray &payload, const char *action, Use use)
    {
        const Frame frame{payload, action};
        Message message(frame, m_keys, &m_maps);
        use(message.map());
        message.recycle();
    }

    //! The address of a value tells whether the map of a message before has been filled again.
    const void *addressIn(const QByteArray &payload, const char *action = "move")
    {
        const void *address = nullptr;
        read(payload, action, [&](const QVariantMap &map) { address = &*map.cbegin(); });
        m_others.append(decodeMap(payload, m_keys)); // takes the memory, if it has been freed
        return address;
    }

    void expect(const QByteArray &payload, const char *action = "move")
    {
        read(payload, action, [&](const QVariantMap &map) {
            TextCache keys;
            QCOMPARE(map, decodeMap(payload, keys));
        });
    }

private:
    TextCache m_keys;
    MapCache m_maps;
    QList<QVariantMap> m_others;
};

} // namespace

class tst_MapCache : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aMapIsFilledAgain();
    void anyOrderOfTheWireIsFilledAgain();
    void everyMessageIsWhatItWouldBeAlone();
    void aCopyStaysAsItIs();
    void aMessageInsideOfAnotherHasItsOwn();
    void aNewShapeTakesThePlaceInTheEnd();
    void whatIsLargeIsNotKept();
    void whatIsLargeIsNotKeptByAnotherMessagesMap();
    void whatHasNoTextForAKeyIsNotKept();
};

void tst_MapCache::aMapIsFilledAgain()
{
    Reader reader;
    const void *const address = reader.addressIn(payloadOf(message(u"move"_s, {{u"x"_s, 1.5}})));
    QCOMPARE(reader.addressIn(payloadOf(message(u"move"_s, {{u"x"_s, 2.5}}))), address);
    QCOMPARE(reader.addressIn(payloadOf(message(u"move"_s, {{u"x"_s, u"text"_s}}))), address);
    reader.expect(payloadOf(message(u"move"_s, {{u"x"_s, QVariant()}})));
}

void tst_MapCache::anyOrderOfTheWireIsFilledAgain()
{
    // {"x": 1, "action": "move", "é": 2}, as Python sends it
    const auto payload = [](char x, char last) {
        return "\x83\xa1x" + QByteArray(1, x)
            + "\xa6"
              "action"
              "\xa4"
              "move"
              "\xa2\xc3\xa9"
            + last;
    };
    Reader reader;
    const void *const address = reader.addressIn(payload(1, 2));
    QCOMPARE(reader.addressIn(payload(3, 4)), address);
    reader.read(payload(5, 6), "move", [](const QVariantMap &map) {
        QCOMPARE(map, message(u"move"_s, {{u"x"_s, 5}, {u"\u00e9"_s, 6}}));
    });
}

void tst_MapCache::everyMessageIsWhatItWouldBeAlone()
{
    const QVariantMap base = {{u"a"_s, 1}, {u"b"_s, u"text"_s}, {u"c"_s, 2.5}};
    QList<QByteArray> payloads;
    for (const QString &key : {u"a"_s, u"b"_s, u"c"_s, u"d"_s}) {
        for (const QVariant &value :
             {QVariant(), QVariant(true), QVariant(7), QVariant(-0.5), QVariant(u"other"_s),
              QVariant("bytes"_ba), QVariant(QVariantList{1, u"two"_s}), QVariant(base)}) {
            QVariantMap changed = base;
            changed[key] = value;
            payloads.append(payloadOf(changed));
        }
        QVariantMap fewer = base;
        fewer.remove(key);
        payloads.append(payloadOf(fewer));
    }
    Reader reader;
    for (const QByteArray &first : std::as_const(payloads)) {
        for (const QByteArray &second : std::as_const(payloads)) {
            reader.expect(first);
            reader.expect(second);
        }
    }
}

void tst_MapCache::aCopyStaysAsItIs()
{
    Reader reader;
    const QVariantMap inner = {{u"y"_s, 1}};
    reader.expect(payloadOf(message(u"move"_s, {{u"x"_s, inner}})));
    QVariantMap copy;
    QVariant part;
    reader.read(payloadOf(message(u"move"_s, {{u"x"_s, inner}})), "move",
                [&](const QVariantMap &map) { copy = map; });
    reader.read(payloadOf(message(u"move"_s, {{u"x"_s, inner}})), "move",
                [&](const QVariantMap &map) { part = map[u"x"_s]; });
    reader.expect(payloadOf(message(u"move"_s, {{u"x"_s, 2}})));
    reader.expect(payloadOf(message(u"move"_s, {{u"x"_s, 3}})));
    QCOMPARE(copy, message(u"move"_s, {{u"x"_s, QVariantMap{{u"y"_s, 1}}}}));
    QCOMPARE(part, QVariant(QVariantMap{{u"y"_s, 1}}));
}

void tst_MapCache::aMessageInsideOfAnotherHasItsOwn()
{
    Reader reader;
    const auto move = [](int x) { return payloadOf(message(u"move"_s, {{u"x"_s, x}})); };
    reader.expect(move(1));
    reader.read(move(2), "move", [&](const QVariantMap &outer) {
        reader.expect(move(3));
        reader.expect(move(4));
        QCOMPARE(outer[u"x"_s], QVariant(2));
    });
    reader.expect(move(5));
}

void tst_MapCache::aNewShapeTakesThePlaceInTheEnd()
{
    Reader reader;
    const QByteArray before = payloadOf(message(u"move"_s, {{u"x"_s, 1}}));
    const QByteArray after = payloadOf(message(u"move"_s, {{u"x"_s, 1}, {u"y"_s, 2}}));
    const void *address = reader.addressIn(before);
    reader.expect(after); // once does not count
    QCOMPARE(reader.addressIn(before), address);
    for (int i = 0; i < 20; ++i)
        reader.expect(after);
    address = reader.addressIn(after);
    QCOMPARE(reader.addressIn(after), address);
}

void tst_MapCache::whatIsLargeIsNotKept()
{
    // What is freed may be given out again, so that not the address tells, but the bytes.
    Reader reader;
    const QByteArray bytes(100'000, 'x');
    std::optional<QByteArray> kept;
    reader.read(payloadOf(message(u"move"_s, {{u"x"_s, bytes}})), "move",
                [&](const QVariantMap &map) { kept = map[u"x"_s].toByteArray(); });
    QVERIFY(kept->isDetached()); // nobody else has them
    reader.read(payloadOf(message(u"move"_s, {{u"x"_s, bytes.first(10)}})), "move",
                [&](const QVariantMap &map) { kept = map[u"x"_s].toByteArray(); });
    QVERIFY(!kept->isDetached()); // as with those of a map that is kept
}

void tst_MapCache::whatIsLargeIsNotKeptByAnotherMessagesMap()
{
#ifdef __GLIBC__
    const auto heap = [] {
        const auto info = mallinfo2();
        return qint64(info.uordblks + info.hblkhd);
    };
    Reader reader;
    reader.expect(payloadOf(message(u"move"_s, {{u"x"_s, 1}, {u"y"_s, 2}})));
    const qint64 before = heap();
    // Its keys begin as those of the map that has been kept, and then differ.
    reader.expect(
        payloadOf(message(u"move"_s, {{u"x"_s, QByteArray(8 * mebi, 'x')}, {u"z"_s, 2}})));
    QVERIFY(heap() - before < mebi);
#else
    QSKIP("glibc's malloc tells what is in use");
#endif
}

void tst_MapCache::whatHasNoTextForAKeyIsNotKept()
{
    const QByteArray number = "\x82\x01\x02\xa6"
                              "action"
                              "\xa4"
                              "move"_ba;
    const QByteArray twice = "\x83\xa1x\x01\xa1x\x02\xa6"
                             "action"
                             "\xa4"
                             "move"_ba;
    const QByteArray numberAndText = "\x83\x01\x02\xa1"
                                     "1\x03\xa6"
                                     "action"
                                     "\xa4"
                                     "move"_ba;
    Reader reader;
    for (const QByteArray &payload : {number, twice, numberAndText}) {
        QVERIFY(validate(payload, MessageLimits()).error.isEmpty());
        for (int i = 0; i < 3; ++i)
            reader.expect(payload);
    }
}

QTEST_APPLESS_MAIN(tst_MapCache)
#include "tst_mapcache.moc"
