// SPDX-License-Identifier: MIT
#include "poolkeeper.h"
#include "protocol/framereader.h"
#include "protocol/message.h"

#include <QtCore/qendian.h>
#include <QtCore/qrandom.h>
#include <QtTest/qtest.h>

#include <cstring>
#include <functional>
#include <optional>

using namespace QRepod;

namespace {

constexpr qsizetype kibi = 1024;
constexpr qsizetype mebi = 1024 * kibi;

QByteArray hex(const char *digits)
{
    return QByteArray::fromHex(digits);
}

QByteArray frame(const QByteArray &payload)
{
    QByteArray bytes(frameHeaderSize, '\0');
    qToBigEndian(quint32(payload.size()), bytes.data());
    return bytes + payload;
}

//! Returns a str of fewer than 32 bytes.
QByteArray shortText(const QByteArray &utf8)
{
    return char(0xa0 | utf8.size()) + utf8;
}

//! Returns the payload of a message with \a fields entries besides its action; their bytes follow.
QByteArray message(const QByteArray &action, int fields = 0)
{
    return char(0x81 + fields) + shortText("action") + shortText(action);
}

//! Returns a message with a single field of \a size bytes.
QByteArray bulky(const QByteArray &action, qsizetype size)
{
    QByteArray header(5, '\xc6');
    qToBigEndian(quint32(size), header.data() + 1);
    return message(action, 1) + shortText("data") + header + QByteArray(size, 'x');
}

//! Returns a message with \a levels nested lists, not counting itself.
QByteArray nested(int levels)
{
    return message("deep", 1) + shortText("in") + QByteArray(levels - 1, '\x91') + '\x90';
}

//! The outcome of a stream.
struct Received
{
    QList<QVariantMap> messages;
    QByteArrayList actions;
    QString error;

    friend bool operator==(const Received &, const Received &) = default;
};

void take(FrameReader &reader, Received &received)
{
    TextCache keys;
    const FrameBatch batch = reader.takeFrames();
    for (const Frame &frame : batch.frames) {
        received.messages += decodeMap(frame.payload, keys);
        received.actions += frame.action.toByteArray();
    }
}

bool give(FrameReader &reader, QByteArrayView bytes)
{
    if (!bytes.isEmpty())
        std::memcpy(reader.prepare(bytes.size()), bytes.data(), size_t(bytes.size()));
    return reader.commit(bytes.size());
}

using Slicing = std::function<qsizetype(qsizetype left)>;

qsizetype whole(qsizetype left)
{
    return left;
}

//! Gives \a stream in slices, like a socket, and takes what is complete after each.
Received feed(FrameReader &reader, QByteArrayView stream, const Slicing &slicing = whole)
{
    Received received;
    while (!stream.isEmpty() && received.error.isEmpty()) {
        const qsizetype size = std::clamp<qsizetype>(slicing(stream.size()), 1, stream.size());
        if (!give(reader, stream.first(size)))
            received.error = reader.error();
        take(reader, received);
        stream = stream.sliced(size);
    }
    return received;
}

Received feed(QByteArrayView stream, const MessageLimits &limits = {})
{
    FrameReader reader(limits);
    return feed(reader, stream);
}

//! Returns messages of every size class, with heartbeats and other skipped frames between them.
QByteArray mixedStream()
{
    return frame(message("first")) + heartbeatFrame.toByteArray() + frame(bulky("large", 5000))
        + frame(hex("07")) + frame(message("field", 1) + shortText("n") + hex("cd0400"))
        + frame(hex("81a6616374696f6e2a")) // the action is the integer 42
        + frame(bulky("larger", 70'000)) + frame(message("last"));
}

} // namespace

class tst_FrameReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anySlicingGivesTheSame_data();
    void anySlicingGivesTheSame();
    void aCutAtAnyByteGivesTheSame();
    void aLargeFrameIsNotCopiedAgainAndAgain_data();
    void aLargeFrameIsNotCopiedAgainAndAgain();
    void framesAreSlicesOfTheBytesReceived();
    void aPartialFrameSurvivesTakingFrames();
    void takenFramesOutliveTheReader();
    void aLargeFrameIsTheLastOfItsBatch();
    void manyBytesAtTheEndOfABatchAreShared();
    void otherBytesAreCopied();
    void aLargeFrameGoesIntoMemoryOfAnEarlierOne();
    void aFrameThatHasGrownStaysInItsMemory();

    void aHeaderOverTheLimitAllocatesNothing();
    void aHeaderWithinTheLimitAllocatesOnlyWhatArrives();
    void memoryOfAnEarlierFrameCountsWhole();
    void aLargeFrameThatIsSkippedLeavesNoMemory();
    void frameLimitIsInclusive();
    void emptyFrameIsAnError();
    void goodMessagesBeforeAFaultCanBeTaken();
    void everyFrameWithoutActionIsSkippedAndCounted_data();
    void everyFrameWithoutActionIsSkippedAndCounted();
    void skippedFramesDoNotFillTheBuffer();
    void truncationIsNoErrorButPending();

    void payloadMustBeExactlyOneValue_data();
    void payloadMustBeExactlyOneValue();
    void actionIsTurnedIntoText_data();
    void actionIsTurnedIntoText();
    void depthLimitIsInclusive_data();
    void depthLimitIsInclusive();
    void valuesLimitIsInclusive_data();
    void valuesLimitIsInclusive();
    void hostileSizesAreRefusedAtOnce_data();
    void hostileSizesAreRefusedAtOnce();
    void textThatIsNotUtf8IsRefusedAnywhere_data();
    void textThatIsNotUtf8IsRefusedAnywhere();
    void edgesOfUtf8AreAccepted_data();
    void edgesOfUtf8AreAccepted();
    void costCountsTheTextOfActions();
};

void tst_FrameReader::anySlicingGivesTheSame_data()
{
    QTest::addColumn<Slicing>("slicing");

    QTest::newRow("all in one") << Slicing(whole);
    for (const qsizetype size : {1, 2, 3, 4, 5, 7, 64, 1448, 4096, 65536})
        QTest::addRow("%d bytes at a time", int(size))
            << Slicing([size](qsizetype) { return size; });
    for (const quint32 seed : {1U, 2U, 3U, 4U, 5U}) {
        auto random = std::make_shared<QRandomGenerator>(seed);
        QTest::addRow("random, seed %u", seed)
            << Slicing([random](qsizetype) { return random->bounded(1, 300); });
        QTest::addRow("random and large, seed %u", seed)
            << Slicing([random](qsizetype) { return random->bounded(1, 40'000); });
    }
}

void tst_FrameReader::anySlicingGivesTheSame()
{
    QFETCH(const Slicing, slicing);

    FrameReader reader({});
    const Received received = feed(reader, mixedStream(), slicing);
    QCOMPARE(received.error, QString());
    QCOMPARE(received.actions, QByteArrayList({"first", "large", "field", "42", "larger", "last"}));
    QCOMPARE(received.messages[1].value(QStringLiteral("data")).toByteArray().size(), 5000);
    QCOMPARE(received.messages[2].value(QStringLiteral("n")), QVariant(1024));
    QCOMPARE(received.messages[4].value(QStringLiteral("data")).toByteArray(),
             QByteArray(70'000, 'x'));
    QCOMPARE(reader.skipped(), 2U);
    QCOMPARE(reader.pendingBytes(), 0);
}

void tst_FrameReader::aCutAtAnyByteGivesTheSame()
{
    const QByteArray stream = frame(message("one")) + heartbeatFrame.toByteArray()
        + frame(bulky("two", 40)) + frame(message("three"));
    const Received expected = feed(stream);
    QCOMPARE(expected.actions, QByteArrayList({"one", "two", "three"}));

    for (qsizetype cut = 1; cut < stream.size(); ++cut) {
        FrameReader reader({});
        qsizetype next = cut;
        const Received received =
            feed(reader, stream, [&next](qsizetype left) { return std::exchange(next, left); });
        QVERIFY2(received == expected, QByteArray::number(cut));
        QCOMPARE(reader.skipped(), 1U);
    }
}

void tst_FrameReader::aLargeFrameIsNotCopiedAgainAndAgain_data()
{
    QTest::addColumn<qsizetype>("frameSize");
    QTest::addColumn<qsizetype>("slice");

    QTest::newRow("1 MiB by 1 byte") << mebi << qsizetype(1);
    QTest::newRow("1 MiB by 100 bytes") << mebi << qsizetype(100);
    QTest::newRow("16 MiB by 1448 bytes") << 16 * mebi << qsizetype(1448);
    QTest::newRow("16 MiB by 64 KiB") << 16 * mebi << qsizetype(65536);
}

void tst_FrameReader::aLargeFrameIsNotCopiedAgainAndAgain()
{
    QFETCH(const qsizetype, frameSize);
    QFETCH(const qsizetype, slice);
    const QByteArray payload = bulky("big", frameSize - 64);
    const QByteArray stream = frame(payload);

    FrameReader reader({});
    const char *buffer = nullptr;
    int moves = 0;
    qsizetype moved = 0;
    for (qsizetype given = 0; given < stream.size();) {
        const qsizetype size = std::min(slice, stream.size() - given);
        char *room = reader.prepare(size);
        if (room - given != buffer) {
            buffer = room - given;
            ++moves;
            moved += given;
        }
        std::memcpy(room, stream.constData() + given, size_t(size));
        QVERIFY(reader.commit(size));
        given += size;
    }
    // Doubling: one move per power of two, at most twice the size of the frame in all.
    QVERIFY2(moves <= 26, QByteArray::number(moves));
    QVERIFY2(moved <= 2 * stream.size(), QByteArray::number(moved));

    const FrameBatch batch = reader.takeFrames();
    QCOMPARE(batch.frames.size(), 1U);
    QVERIFY(batch.frames.front().payload == payload);
    QVERIFY2(batch.cost() <= 2 * stream.size() + 1024, QByteArray::number(batch.cost()));
}

void tst_FrameReader::framesAreSlicesOfTheBytesReceived()
{
    const QByteArray stream = frame(message("one")) + frame(message("two"));
    FrameReader reader({});
    const char *room = reader.prepare(stream.size());
    QVERIFY(give(reader, stream));
    const FrameBatch batch = reader.takeFrames();
    QCOMPARE(static_cast<const void *>(batch.bytes.constData()), static_cast<const void *>(room));
    QCOMPARE(batch.frames.size(), 2U);
    QCOMPARE(static_cast<const void *>(batch.frames[0].payload.data()),
             static_cast<const void *>(room + frameHeaderSize));
    for (const Frame &frame : batch.frames) {
        QVERIFY(frame.action.data() > frame.payload.data());
        QVERIFY(frame.action.data() < frame.payload.data() + frame.payload.size());
    }
}

void tst_FrameReader::aPartialFrameSurvivesTakingFrames()
{
    const QByteArray second = frame(bulky("second", 1000));
    for (qsizetype part = 0; part < second.size(); ++part) {
        FrameReader reader({});
        Received received;
        QVERIFY(give(reader, frame(message("first")) + second.first(part)));
        QVERIFY(reader.hasFrames());
        QCOMPARE(reader.pendingBytes(), part);
        take(reader, received);
        QVERIFY(!reader.hasFrames());
        QCOMPARE(reader.pendingBytes(), part);
        QCOMPARE(reader.missingBytes(), part < frameHeaderSize ? 0 : second.size() - part);
        take(reader, received); // there is nothing to take, and the part must not be lost
        QCOMPARE(reader.pendingBytes(), part);

        QVERIFY(give(reader, second.sliced(part)));
        take(reader, received);
        QCOMPARE(received.actions, QByteArrayList({"first", "second"}));
        QCOMPARE(received.messages[1].value(QStringLiteral("data")).toByteArray(),
                 QByteArray(1000, 'x'));
    }
}

void tst_FrameReader::takenFramesOutliveTheReader()
{
    std::vector<FrameBatch> batches;
    {
        FrameReader reader({});
        for (int i = 0; i < 20; ++i) {
            // An action that is text lies in the payload, an integer's text in the batch.
            QVERIFY(give(reader, frame(message("text")) + frame(hex("81a6616374696f6ecd0100"))));
            batches.push_back(reader.takeFrames());
        }
    }
    for (const FrameBatch &batch : batches) {
        QCOMPARE(batch.frames.size(), 2U);
        QVERIFY(batch.frames[0].action == "text");
        QVERIFY(batch.frames[1].action == "256");
    }
}

void tst_FrameReader::aLargeFrameIsTheLastOfItsBatch()
{
    constexpr qsizetype usual = 64 * kibi;
    const QByteArray large = frame(bulky("large", 100 * kibi));
    FrameReader reader({});
    QCOMPARE(reader.wantedBytes(usual), usual);
    QVERIFY(give(reader, large.first(kibi)));
    QCOMPARE(reader.wantedBytes(usual), large.size() - kibi);
    QVERIFY(give(reader, large.sliced(kibi, 98 * kibi)));
    QCOMPARE(reader.wantedBytes(usual), large.size() - 99 * kibi); // without what may follow
    QVERIFY(give(reader, large.sliced(99 * kibi)));
    QCOMPARE(reader.wantedBytes(usual), usual);

    const FrameBatch batch = reader.takeFrames();
    QCOMPARE(batch.bytes.size(), large.size());
}

void tst_FrameReader::manyBytesAtTheEndOfABatchAreShared()
{
    FrameReader reader({});
    QVERIFY(give(reader,
                 frame(message("first")) + frame(bulky("large", 100 * kibi))
                     + frame(message("next")).first(7))); // remains in the reader
    std::optional<FrameBatch> batch = reader.takeFrames();
    const QByteArrayView memory = batch->bytes;
    TextCache keys;
    QByteArray data;
    {
        const QVariantMap map = decodeMap(batch->frames[1].payload, {keys, &batch->bytes});
        data = map.value(QStringLiteral("data")).toByteArray();
    }
    QCOMPARE(data, QByteArray(100 * kibi, 'x'));
    QVERIFY(data.constData() > memory.begin());
    QVERIFY(data.constData() + data.size() == memory.end());
    QCOMPARE(data.constData()[data.size()], '\0');

    const QByteArray before = batch->bytes;
    data[0] = 'y'; // detached from now on
    QCOMPARE(batch->bytes, before);

    data = DecodeContext(keys, &batch->bytes).bytes(memory.last(90 * kibi));
    batch.reset(); // the data keeps the memory alive
    data.append('y');
    QCOMPARE(data, QByteArray(90 * kibi, 'x') + 'y');
}

void tst_FrameReader::otherBytesAreCopied()
{
    const QByteArray memory(200 * kibi, 'x');
    TextCache keys;
    const DecodeContext context(keys, &memory);
    const auto isCopied = [&memory](const QByteArray &bytes) {
        return bytes.constData() < memory.constData() || bytes.constData() > memory.cend();
    };
    QVERIFY(!isCopied(context.bytes(QByteArrayView(memory).last(150 * kibi))));
    QVERIFY(isCopied(context.bytes(QByteArrayView(memory).first(150 * kibi)))); // no zero behind it
    QVERIFY(isCopied(context.bytes(QByteArrayView(memory).last(90 * kibi))));   // only a small part
    QVERIFY(isCopied(DecodeContext(keys).bytes(QByteArrayView(memory).last(150 * kibi))));
    const QByteArray small(10 * kibi, 'x');
    QVERIFY(DecodeContext(keys, &small).bytes(small).constData() != small.constData());
}

void tst_FrameReader::aLargeFrameGoesIntoMemoryOfAnEarlierOne()
{
    const PoolKeeper keeper;
    FrameReader reader({});
    const char *memory = nullptr;
    for (const char *const action : {"one", "two", "six"}) {
        const QByteArray large = frame(bulky(action, mebi));
        for (qsizetype given = 0; given < large.size(); given += 64 * kibi)
            QVERIFY(give(reader,
                         QByteArrayView(large).sliced(given).first(
                             std::min(64 * kibi, large.size() - given))));
        FrameBatch batch = reader.takeFrames();
        QCOMPARE(batch.frames.front().action, QByteArrayView(action));
        QCOMPARE(batch.bytes, large);
        QVERIFY(batch.cost() < 2 * mebi);
        QVERIFY(!memory || batch.bytes.constData() == memory);
        memory = batch.bytes.constData();
        recycle(std::move(batch.bytes));
    }
}

//! Otherwise two frames that arrive at the same time would alternate with one memory, and one of
//! them would have to grow again each time.
void tst_FrameReader::aFrameThatHasGrownStaysInItsMemory()
{
    const PoolKeeper keeper;
    const QByteArray large = frame(bulky("large", mebi));
    FrameReader reader({});
    QVERIFY(give(reader, QByteArrayView(large).first(BufferPool::minimumSize)));
    QByteArray memory;
    memory.reserve(mebi + 100);
    recycle(std::move(memory));
    QVERIFY(give(reader, QByteArrayView(large).sliced(BufferPool::minimumSize)));
    QCOMPARE(reader.takeFrames().bytes, large);
    QCOMPARE(BufferPool::ofProcess().size(), mebi + 100);
}

void tst_FrameReader::aHeaderOverTheLimitAllocatesNothing()
{
    for (const char *header : {"7fffffff", "ffffffff", "01000001"}) {
        for (const qsizetype slice : {1, 4}) {
            FrameReader reader({});
            Received received;
            const QByteArray bytes = hex(header);
            bool good = true;
            for (qsizetype i = 0; i < bytes.size() && good; i += slice)
                good = give(reader, QByteArrayView(bytes).sliced(i, slice));
            QVERIFY(!good);
            QCOMPARE(reader.error(),
                     QStringLiteral("frame of %1 bytes is over the limit of 16777216")
                         .arg(qFromBigEndian<quint32>(bytes.constData())));
            QVERIFY(!reader.hasFrames());
            QVERIFY(reader.takeFrames().cost() < 256);
        }
    }
}

void tst_FrameReader::aHeaderWithinTheLimitAllocatesOnlyWhatArrives()
{
    FrameReader reader({});
    QVERIFY(give(reader, hex("01000000"))); // 16 MiB are announced
    QCOMPARE(reader.missingBytes(), 16 * mebi);
    reader.prepare(1);
    QVERIFY(reader.takeFrames().cost() < 256);
}

//! Otherwise peers that announce a large frame and send no more would hold memory that no limit
//! counts.
void tst_FrameReader::memoryOfAnEarlierFrameCountsWhole()
{
    const PoolKeeper keeper;
    QByteArray memory;
    memory.reserve(20 * mebi);
    recycle(std::move(memory));

    FrameReader reader({});
    QVERIFY(give(reader, hex("01000000"))); // 16 MiB are announced
    QCOMPARE(reader.heldBytes(), frameHeaderSize);
    QVERIFY(give(reader, "x"));
    QCOMPARE(reader.pendingBytes(), frameHeaderSize + 1);
    QCOMPARE(reader.heldBytes(), 20 * mebi);
    QCOMPARE(BufferPool::ofProcess().size(), 0);
}

void tst_FrameReader::aLargeFrameThatIsSkippedLeavesNoMemory()
{
    const PoolKeeper keeper;
    const QByteArray binary = bulky("unused", mebi).sliced(20); // not a map, so not a message
    FrameReader reader({});
    QCOMPARE(feed(reader, frame(binary), [](qsizetype) { return 64 * kibi; }), Received());
    QCOMPARE(reader.skipped(), 1U);
    QCOMPARE(reader.heldBytes(), 0);
    QVERIFY(BufferPool::ofProcess().size() >= mebi);
    QVERIFY(reader.takeFrames().cost() < 256);

    const QByteArray next = frame(message("next"));
    QCOMPARE(feed(reader, next).actions, QByteArrayList({"next"}));
}

void tst_FrameReader::frameLimitIsInclusive()
{
    MessageLimits limits;
    limits.frameSize = message("exactly").size();
    QCOMPARE(feed(frame(message("exactly")), limits).actions, QByteArrayList({"exactly"}));
    QCOMPARE(feed(frame(message("one over")), limits).error,
             QStringLiteral("frame of 17 bytes is over the limit of 16"));

    const QByteArray largest = bulky("x", 16 * mebi - 20);
    QCOMPARE(largest.size(), 16 * mebi);
    QCOMPARE(feed(frame(largest)).actions, QByteArrayList({"x"}));
    QCOMPARE(feed(frame(largest + '\0')).error,
             QStringLiteral("frame of 16777217 bytes is over the limit of 16777216"));
}

void tst_FrameReader::emptyFrameIsAnError()
{
    QCOMPARE(feed(hex("00000000")).error, QStringLiteral("empty frame"));
}

void tst_FrameReader::goodMessagesBeforeAFaultCanBeTaken()
{
    const QByteArray good = frame(message("one")) + frame(message("two"));
    const auto faults = {hex("00000000"), hex("ffffffff"), frame(hex("c1")), frame(hex("8081"))};
    for (const QByteArray &fault : faults) {
        for (const qsizetype slice : {1, 13, 1000}) {
            FrameReader reader({});
            const Received received = feed(reader, good + fault + frame(message("never")),
                                           [slice](qsizetype) { return slice; });
            QCOMPARE(received.actions, QByteArrayList({"one", "two"}));
            QVERIFY(!received.error.isEmpty());
            QCOMPARE(reader.error(), received.error);
        }
    }
}

void tst_FrameReader::everyFrameWithoutActionIsSkippedAndCounted_data()
{
    QTest::addColumn<QByteArray>("payload");

    QTest::newRow("heartbeat") << hex("80");
    QTest::newRow("integer") << hex("07");
    QTest::newRow("negative integer") << hex("ff");
    QTest::newRow("float") << hex("cb3ff8000000000000");
    QTest::newRow("false") << hex("c2");
    QTest::newRow("nil") << hex("c0");
    QTest::newRow("text") << shortText("hello");
    QTest::newRow("the text action") << shortText("action");
    QTest::newRow("bytes") << hex("c40100");
    QTest::newRow("extension") << hex("d40500");
    QTest::newRow("empty list") << hex("90");
    QTest::newRow("list") << hex("93010203");
    QTest::newRow("list like a message") << '\x92' + shortText("action") + shortText("x");
    QTest::newRow("message in a list") << '\x91' + message("x");
    QTest::newRow("map without action") << hex("81a17801");
    QTest::newRow("action only as a value") << '\x81' + shortText("x") + shortText("action");
    QTest::newRow("action one level down") << hex("81a178") + message("x");
    QTest::newRow("action in a list of maps") << hex("81a17891") + message("x");
    QTest::newRow("action in another case") << '\x81' + shortText("Action") + shortText("x");
    QTest::newRow("longer key") << '\x81' + shortText("actions") + shortText("x");
    QTest::newRow("number as key") << '\x81' + hex("01") + shortText("x");
}

void tst_FrameReader::everyFrameWithoutActionIsSkippedAndCounted()
{
    QFETCH(const QByteArray, payload);

    FrameReader reader({});
    const Received received =
        feed(reader, frame(message("a")) + frame(payload) + frame(payload) + frame(message("b")));
    QCOMPARE(received.error, QString());
    QCOMPARE(received.actions, QByteArrayList({"a", "b"}));
    QCOMPARE(reader.skipped(), 2U);
}

void tst_FrameReader::skippedFramesDoNotFillTheBuffer()
{
    // Nothing is ever taken, because no frame is a message; each slice ends inside a frame.
    FrameReader reader({});
    const QByteArray stream = heartbeatFrame.toByteArray().repeated(100'000);
    for (qsizetype given = 0; given < stream.size();) {
        const qsizetype size = std::min<qsizetype>(given == 0 ? 3 : 1000, stream.size() - given);
        QVERIFY(give(reader, QByteArrayView(stream).sliced(given, size)));
        given += size;
    }
    QCOMPARE(reader.skipped(), 100'000U);
    const qint64 cost = reader.takeFrames().cost();
    QVERIFY2(cost < 16 * 1024, QByteArray::number(cost));
}

void tst_FrameReader::truncationIsNoErrorButPending()
{
    const QByteArray stream = frame(bulky("rich", 100));
    for (qsizetype size = 0; size < stream.size(); ++size) {
        FrameReader reader({});
        const Received received = feed(reader, QByteArrayView(stream).first(size));
        QCOMPARE(received, Received());
        QCOMPARE(reader.error(), QString());
        QCOMPARE(reader.pendingBytes(), size);
        QCOMPARE(reader.missingBytes(), size < frameHeaderSize ? 0 : stream.size() - size);
    }
}

void tst_FrameReader::payloadMustBeExactlyOneValue_data()
{
    QTest::addColumn<QByteArray>("payload");
    QTest::addColumn<QString>("error");

    const auto leftOver = [](int count) {
        return QStringLiteral("%1 bytes left over after the message").arg(count);
    };
    QTest::newRow("one byte after it") << message("x") + '\0' << leftOver(1);
    QTest::newRow("another message") << message("x") + message("y") << leftOver(10);
    QTest::newRow("bytes that are no MessagePack") << message("x") + '\xc1' << leftOver(1);
    QTest::newRow("after an integer") << hex("0708") << leftOver(1);

    const QString middle = QStringLiteral("payload ends in the middle of a value");
    const QByteArray rich = message("x", 2) + shortText("list")
        + hex("93cd0001c403010203ca00000000") + shortText("map") + hex("8101d70500000000000000ff");
    QVERIFY(feed(frame(rich)).error.isEmpty());
    for (qsizetype size = 1; size < rich.size(); ++size)
        QTest::addRow("the first %d bytes", int(size)) << rich.first(size) << middle;

    const auto notMessagePack = [](qsizetype offset) {
        return QStringLiteral("byte %1 of the payload is not MessagePack").arg(offset);
    };
    QTest::newRow("c1 alone") << hex("c1") << notMessagePack(0);
    QTest::newRow("c1 as a value") << hex("81a178c1") << notMessagePack(3);
    QTest::newRow("c1 as a key") << hex("81c100") << notMessagePack(1);
    QTest::newRow("c1 deep down") << hex("81a178929001c1") << leftOver(1);
    QTest::newRow("c1 in a list") << hex("81a1789301cd0000c1") << notMessagePack(8);
}

void tst_FrameReader::payloadMustBeExactlyOneValue()
{
    QFETCH(const QByteArray, payload);
    QFETCH(const QString, error);

    const Received received = feed(frame(payload) + frame(message("never")));
    QCOMPARE(received.error, error);
    QCOMPARE(received.actions, QByteArrayList());
}

void tst_FrameReader::actionIsTurnedIntoText_data()
{
    QTest::addColumn<QByteArray>("payload");
    QTest::addColumn<QByteArray>("action");

    const auto row = [](const char *name, const QByteArray &value, const char *action) {
        QTest::newRow(name) << '\x81' + shortText("action") + value << QByteArray(action);
    };
    row("text", shortText("chat"), "chat");
    row("empty text", hex("a0"), "");
    row("str 8", hex("d90478797a77"), "xyzw");
    row("not ASCII", shortText("h\xc3\xa9"), "h\xc3\xa9");
    row("zero byte", hex("a3610062"), nullptr);
    row("integer", hex("07"), "7");
    row("negative integer", hex("d080"), "-128");
    row("largest integer", hex("cfffffffffffffffff"), "18446744073709551615");
    row("smallest integer", hex("d38000000000000000"), "-9223372036854775808");
    row("true", hex("c3"), "True");
    row("false", hex("c2"), "False");
    row("nil", hex("c0"), "None");
    row("list", hex("9101"), "<a list>");
    row("map", hex("80"), "<a map>");
    row("map with an action", message("inner"), "<a map>");
    row("bytes", hex("c40178"), "<bytes>");
    row("extension", hex("d40500"), "<an extension>");

    // Python's repr() of the same double.
    const auto number = [&row](double value, const char *action) {
        QByteArray bytes(9, '\xcb');
        qToBigEndian(value, bytes.data() + 1);
        row(action, bytes, action);
    };
    row("float 32", hex("ca3fc00000"), "1.5");
    number(1.5, "1.5");
    number(1, "1.0");
    number(-2, "-2.0");
    number(0, "0.0");
    number(-0.0, "-0.0");
    number(0.1, "0.1");
    number(100, "100.0");
    number(1'000'000, "1000000.0");
    number(123'456'789.25, "123456789.25");
    number(9007199254740993.0, "9007199254740992.0");
    number(9999999999999998.0, "9999999999999998.0");
    number(1e16, "1e+16");
    number(-1.5e16, "-1.5e+16");
    number(1e22, "1e+22");
    number(1e100, "1e+100");
    number(0.001, "0.001");
    number(0.0001, "0.0001");
    number(0.00001, "1e-05");
    number(0.000012, "1.2e-05");
    number(5e-324, "5e-324");
    number(1.7976931348623157e308, "1.7976931348623157e+308");
    number(qInf(), "inf");
    number(-qInf(), "-inf");
    number(qQNaN(), "nan");

    const auto twice = [](const char *name, const QByteArray &first, const QByteArray &second,
                          const char *action) {
        QTest::newRow(name) << '\x82' + shortText("action") + first + shortText("action") + second
                            << QByteArray(action);
    };
    twice("twice: text and text", shortText("a"), shortText("b"), "b");
    twice("twice: text and integer", shortText("a"), hex("07"), "7");
    twice("twice: integer and text", hex("07"), shortText("b"), "b");
    twice("twice: list and text", hex("9101"), shortText("b"), "b");
    twice("twice: text and list", shortText("a"), hex("90"), "<a list>");
    twice("twice: text and empty text", shortText("a"), hex("a0"), "");
    twice("twice: integer and empty text", hex("07"), hex("a0"), "");

    const QByteArray real = shortText("action") + shortText("real");
    const auto beside = [&real](const char *name, const QByteArray &field) {
        QTest::addRow("before: %s", name) << '\x82' + field + real << QByteArray("real");
        QTest::addRow("after: %s", name) << '\x82' + real + field << QByteArray("real");
    };
    beside("one level down", shortText("x") + message("inner"));
    beside("in a list", shortText("x") + '\x91' + message("inner"));
    beside("as a value", shortText("x") + shortText("action"));
    beside("as the last of a list", shortText("x") + '\x91' + shortText("action"));
    beside("as the value of an integer key", hex("01") + shortText("action"));
    beside("as the value of a nil key", hex("c0") + shortText("action"));
}

void tst_FrameReader::actionIsTurnedIntoText()
{
    QFETCH(const QByteArray, payload);
    QFETCH(QByteArray, action);
    if (action.isNull())
        action = QByteArray("a\0b", 3);

    FrameReader reader({});
    const Received received = feed(reader, frame(payload));
    QCOMPARE(received.error, QString());
    QCOMPARE(received.actions, QByteArrayList({action}));
    QCOMPARE(reader.skipped(), 0U);
}

void tst_FrameReader::depthLimitIsInclusive_data()
{
    QTest::addColumn<int>("limit");
    for (const int limit : {2, 3, 64, 200})
        QTest::addRow("%d", limit) << limit;
}

void tst_FrameReader::depthLimitIsInclusive()
{
    QFETCH(const int, limit);
    MessageLimits limits;
    limits.depth = limit;

    // The message itself is the first level.
    QCOMPARE(feed(frame(nested(limit - 1)), limits).actions, QByteArrayList({"deep"}));
    QCOMPARE(
        feed(frame(nested(limit)), limits).error,
        QStringLiteral("nesting of %1 levels is over the limit of %2").arg(limit + 1).arg(limit));

    // Levels side by side do not add up.
    QByteArray wide = message("wide", 1) + shortText("in") + '\x9f';
    for (int i = 0; i < 15; ++i)
        wide += QByteArray(limit - 3, '\x91') + '\x90';
    if (limit > 2)
        QCOMPARE(feed(frame(wide), limits).actions, QByteArrayList({"wide"}));

    QByteArray maps = message("maps", 1) + shortText("in");
    for (int i = 0; i < limit - 2; ++i)
        maps += '\x81' + shortText("k");
    QCOMPARE(feed(frame(maps + '\x80'), limits).actions, QByteArrayList({"maps"}));
    QVERIFY(!feed(frame(maps + '\x81' + shortText("k") + '\x80'), limits).error.isEmpty());
}

void tst_FrameReader::valuesLimitIsInclusive_data()
{
    QTest::addColumn<QByteArray>("payload");
    QTest::addColumn<int>("values");

    QTest::newRow("message alone") << message("x") << 1;
    QTest::newRow("field") << message("x", 1) + shortText("n") + '\x01' << 2;
    QTest::newRow("list") << message("x", 1) + shortText("l") + hex("93010203") << 5;
    QTest::newRow("lists in a list") << message("x", 1) + shortText("l") + hex("92910191c0") << 6;
    QTest::newRow("map") << message("x", 1) + shortText("m") + hex("820102a17803") << 4;
    QTest::newRow("empty containers") << message("x", 2) + hex("a16180a16290") << 3;
    QTest::newRow("skipped list") << hex("93010203") << 3;
    QTest::newRow("skipped integer") << hex("01") << 0;
    QByteArray large = message("x", 1) + shortText("l") + hex("dd0001869e") + QByteArray(99'998, 1);
    QTest::newRow("as many as the default allows") << large << 100'000;
}

void tst_FrameReader::valuesLimitIsInclusive()
{
    QFETCH(const QByteArray, payload);
    QFETCH(const int, values);

    MessageLimits limits;
    limits.values = values;
    QCOMPARE(feed(frame(payload), limits).error, QString());
    if (values == 0)
        return;
    limits.values = values - 1;
    QCOMPARE(
        feed(frame(payload), limits).error,
        QStringLiteral("message of %1 values is over the limit of %2").arg(values).arg(values - 1));
}

void tst_FrameReader::hostileSizesAreRefusedAtOnce_data()
{
    QTest::addColumn<QByteArray>("payload");
    QTest::addColumn<QString>("error");

    const QString depth = QStringLiteral("nesting of 65 levels is over the limit of 64");
    QTest::newRow("100,000 lists") << QByteArray(100'000, '\x91') << depth;
    QTest::newRow("100,000 maps") << QByteArray("\x81\xa1k", 3).repeated(100'000) << depth;
    QTest::newRow("100,000 maps as keys")
        << QByteArray(100'000, '\x81') << QStringLiteral("a map key is a map");

    const QString values =
        QStringLiteral("message of 4294967295 values is over the limit of 100000");
    QTest::newRow("list of 2^32-1") << hex("ddffffffff") << values;
    QTest::newRow("map of 2^32-1") << hex("dfffffffff") << values;
    QTest::newRow("lists of 2^32-1 in one another")
        << hex("91ddffffffff")
        << QStringLiteral("message of 4294967296 values is over the limit of 100000");
    QTest::newRow("lists that add up") << hex("92dd0001869e") + QByteArray(99'998, '\0') + hex("91")
            + '\0' << QStringLiteral("message of 100001 values is over the limit of 100000");

    const QString middle = QStringLiteral("payload ends in the middle of a value");
    QTest::newRow("list of 100,000, empty") << hex("dd000186a0") << middle;
    QTest::newRow("text of 2^32-1 bytes") << hex("dbffffffff41") << middle;
    QTest::newRow("bytes of 2^32-1 bytes") << hex("c6ffffffff41") << middle;
    QTest::newRow("extension of 2^32-1 bytes") << hex("c9ffffffff0541") << middle;

    QTest::newRow("list as a key") << hex("8190c0") << QStringLiteral("a map key is a list");
    QTest::newRow("map as a key") << hex("8180c0") << QStringLiteral("a map key is a map");
    QTest::newRow("extension as a key")
        << hex("81d40500c0") << QStringLiteral("a map key is an extension");
    QTest::newRow("time that is none as a key")
        << hex("81d7ffffffffffffffffffc0") << QStringLiteral("a map key is an extension");
    QTest::newRow("list as a key deep down")
        << hex("91918190c0") << QStringLiteral("a map key is a list");
}

void tst_FrameReader::hostileSizesAreRefusedAtOnce()
{
    QFETCH(const QByteArray, payload);
    QFETCH(const QString, error);

    const Received received = feed(frame(payload));
    QCOMPARE(received.error, error);
    QVERIFY(received.actions.isEmpty());
}

void tst_FrameReader::textThatIsNotUtf8IsRefusedAnywhere_data()
{
    QTest::addColumn<QByteArray>("text");

    QTest::newRow("continuation alone") << hex("80");
    QTest::newRow("latin 1") << QByteArray("caf\xe9");
    QTest::newRow("overlong, 2 bytes") << hex("c0af");
    QTest::newRow("overlong zero") << hex("c080");
    QTest::newRow("overlong, 3 bytes") << hex("e080af");
    QTest::newRow("overlong, 4 bytes") << hex("f08080af");
    QTest::newRow("high surrogate") << hex("eda080");
    QTest::newRow("low surrogate") << hex("edbfbf");
    QTest::newRow("surrogate pair") << hex("eda080edb080");
    QTest::newRow("U+110000") << hex("f4908080");
    QTest::newRow("5 bytes") << hex("f888808080");
    QTest::newRow("ff") << hex("ff");
    QTest::newRow("2 bytes, cut") << hex("c3");
    QTest::newRow("3 bytes, cut") << hex("e282");
    QTest::newRow("4 bytes, cut") << hex("f09f98");
    QTest::newRow("cut by ASCII") << hex("e28241");
}

void tst_FrameReader::textThatIsNotUtf8IsRefusedAnywhere()
{
    QFETCH(const QByteArray, text);
    const QString error = QStringLiteral("text that is not UTF-8");

    const auto refuses = [&error](const QByteArray &payload) {
        return feed(frame(payload)).error == error;
    };
    for (const QByteArray &bad :
         {text, "good " + text, text + " good", QByteArray(9, 'x') + text}) {
        const QByteArray value = shortText(bad);
        QVERIFY(refuses(value));
        QVERIFY(refuses('\x81' + shortText("action") + value));
        QVERIFY(refuses(message("x", 1) + shortText("k") + value));
        QVERIFY(refuses(message("x", 1) + value + '\x01'));
        QVERIFY(refuses(message("x", 1) + shortText("k") + hex("92c0") + value));
        QVERIFY(refuses(message("x", 1) + shortText("k") + hex("9181") + value + '\x01'));
        QVERIFY(refuses(message("x", 1) + shortText("k") + QByteArray(62, '\x91') + '\x81' + value
                        + '\x01'));
    }
    // As bin, the same bytes are not checked.
    const QByteArray bin = QByteArray("\xc4") + char(text.size()) + text;
    QCOMPARE(feed(frame(message("x", 1) + shortText("k") + bin)).error, QString());
}

void tst_FrameReader::edgesOfUtf8AreAccepted_data()
{
    QTest::addColumn<QByteArray>("text");

    QTest::newRow("zero") << hex("00");
    QTest::newRow("U+007F") << hex("7f");
    QTest::newRow("U+0080") << hex("c280");
    QTest::newRow("U+07FF") << hex("dfbf");
    QTest::newRow("U+0800") << hex("e0a080");
    QTest::newRow("U+D7FF") << hex("ed9fbf");
    QTest::newRow("U+E000") << hex("ee8080");
    QTest::newRow("byte order mark") << hex("efbbbf");
    QTest::newRow("U+FFFE") << hex("efbfbe");
    QTest::newRow("U+FFFF") << hex("efbfbf");
    QTest::newRow("U+10000") << hex("f0908080");
    QTest::newRow("U+10FFFF") << hex("f48fbfbf");
}

void tst_FrameReader::edgesOfUtf8AreAccepted()
{
    QFETCH(const QByteArray, text);

    const Received received =
        feed(frame('\x81' + shortText("action") + shortText(text)) + frame(message("next")));
    QCOMPARE(received.error, QString());
    QCOMPARE(received.actions, QByteArrayList({text, "next"}));
    QCOMPARE(received.messages[0].value(QStringLiteral("action")).toString().toUtf8(), text);
}

void tst_FrameReader::costCountsTheTextOfActions()
{
    // The smallest messages whose action needs a text of its own: that takes memory too.
    const QByteArray stream = frame(hex("81a6616374696f6e07")).repeated(1000);
    FrameReader reader({});
    QVERIFY(give(reader, stream));
    const FrameBatch batch = reader.takeFrames();
    QCOMPARE(batch.frames.size(), 1000U);
    const qint64 perFrame = qint64(sizeof(Frame) + sizeof(QByteArray)) + 16;
    QVERIFY2(batch.cost() >= stream.size() + 1000 * perFrame, QByteArray::number(batch.cost()));
}

QTEST_APPLESS_MAIN(tst_FrameReader)
#include "tst_framereader.moc"
