// SPDX-License-Identifier: MIT

//! The queue from senders to the network thread.

#include "queues.h"
#include "support/eventually.h"
#include "testoutbox.h"
#include "transport/outbox.h"

#include <QtTest/qtest.h>

#include <thread>
#include <vector>

using namespace QRepod;

class tst_Outbox : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void acceptsOnlyWhileItIsOpen();
    void keepsWhatItAcceptedWhenItCloses();
    void isFullPastItsLimit();
    void countsUntilItIsWritten();
    void putsSmallFramesTogether();
    void sharesLargeFrames();
    void sharesLargeValues();
    void leavesSharedFramesAsTheyAre();
    void wakesTheWriterWhenItSleeps();
    void underManyThreads();
};

void tst_Outbox::acceptsOnlyWhileItIsOpen()
{
    const QByteArray frame = encoded(number(1));
    Sleeper writer;
    Outbox outbox(mebi);
    QVERIFY(!outbox.isOpen());
    QCOMPARE(outbox.send(encoded(number(1))).status, Outbox::Status::Closed);
    QCOMPARE(outbox.send(frame).status, Outbox::Status::Closed);

    outbox.open(writer);
    QVERIFY(outbox.isOpen());
    const Outbox::Result accepted = outbox.send(encoded(number(1)));
    QCOMPARE(accepted.status, Outbox::Status::Accepted);
    QCOMPARE(accepted.bytes, frame.size());
    QCOMPARE(outbox.send(frame).bytes, frame.size());

    outbox.close();
    QVERIFY(!outbox.isOpen());
    const Outbox::Result closed = outbox.send(encoded(number(1)));
    QCOMPARE(closed.status, Outbox::Status::Closed);
    QCOMPARE(closed.bytes, 0);
    QCOMPARE(outbox.send(frame).status, Outbox::Status::Closed);
}

void tst_Outbox::keepsWhatItAcceptedWhenItCloses()
{
    TestOutbox outbox;
    outbox->send(encoded(number(1)));
    outbox->close();
    QCOMPARE(outbox->takeAll().parts(), std::vector<QByteArray>{encoded(number(1))});
    QVERIFY(outbox->takeAll().isEmpty());
}

void tst_Outbox::isFullPastItsLimit()
{
    const QByteArray frame = encoded(number(1));
    TestOutbox outbox(2 * frame.size());
    QCOMPARE(outbox->send(toSend(number(1))).status, Outbox::Status::Accepted);
    QCOMPARE(outbox->send(frame).status, Outbox::Status::Accepted); // the limit itself is allowed

    const QString error =
        u"%1 bytes waiting to be sent are over the limit of %2"_s.arg(3 * frame.size())
            .arg(2 * frame.size());
    for (const Outbox::Result &full : {outbox->send(toSend(number(1))), outbox->send(frame)}) {
        QCOMPARE(full.status, Outbox::Status::Full);
        QCOMPARE(full.bytes, 0);
        QCOMPARE(full.error, error);
    }
    QVERIFY(outbox->isOpen());
    QCOMPARE(outbox->takeAll().parts(),
             std::vector<QByteArray>{frame + frame}); // nothing of the refused message
}

void tst_Outbox::countsUntilItIsWritten()
{
    const QByteArray frame = encoded(number(1));
    TestOutbox outbox(frame.size());
    QCOMPARE(outbox->send(frame).status, Outbox::Status::Accepted);
    outbox->takeAll();
    QCOMPARE(outbox->send(frame).status, Outbox::Status::Full); // taken does not mean written
    outbox->written(frame.size() - 1);
    QCOMPARE(outbox->send(frame).status, Outbox::Status::Full);
    outbox->written(1);
    QCOMPARE(outbox->send(frame).status, Outbox::Status::Accepted);
}

void tst_Outbox::putsSmallFramesTogether()
{
    TestOutbox outbox;
    QByteArray expected;
    for (int n = 0; n < 100; ++n) {
        outbox->send(encoded(number(n)));
        expected += encoded(number(n));
    }
    QCOMPARE(outbox->takeAll().parts(), std::vector<QByteArray>{expected});

    // Two messages that are too large for one part stay separate, in order.
    outbox->send(toSend(bulky(40 * kibi, u"first"_s)));
    outbox->send(toSend(bulky(40 * kibi, u"second"_s)));
    outbox->send(encoded(number(1))); // joins the second
    const std::vector<QByteArray> parts = outbox->takeAll().parts();
    QCOMPARE(parts.size(), size_t(2));
    QCOMPARE(parts[0], encoded(bulky(40 * kibi, u"first"_s)));
    QCOMPARE(parts[1], encoded(bulky(40 * kibi, u"second"_s)) + encoded(number(1)));
}

void tst_Outbox::sharesLargeFrames()
{
    const QByteArray frame = encoded(bulky(mebi));
    TestOutbox outbox;
    outbox->send(encoded(number(1)));
    outbox->send(frame);
    outbox->send(encoded(number(2)));
    const std::vector<QByteArray> parts = outbox->takeAll().parts();
    QCOMPARE(parts.size(), size_t(3));
    QCOMPARE(parts[0], encoded(number(1)));
    QCOMPARE(static_cast<const void *>(parts[1].constData()),
             static_cast<const void *>(frame.constData()));
    QCOMPARE(parts[2], encoded(number(2)));
}

void tst_Outbox::sharesLargeValues()
{
    const QVariantMap blob = bulky(mebi, u"a"_s);
    const QVariantMap last = message(u"last"_s, {{u"data"_s, QByteArray(mebi, 'z')}, {u"z"_s, 1}});
    TestOutbox outbox;
    outbox->send(encoded(number(1)));
    QCOMPARE(outbox->send(toSend(blob)).bytes, encoded(blob).size());
    outbox->send(toSend(last));
    outbox->send(encoded(number(2)));
    const std::vector<QByteArray> parts = outbox->takeAll().parts();
    QCOMPARE(parts.size(), size_t(5)); // small, large, small, large, small
    QVERIFY(parts[1].isSharedWith(blob[u"data"_s].toByteArray()));
    QVERIFY(parts[3].isSharedWith(last[u"data"_s].toByteArray()));
    QByteArray stream;
    for (const QByteArray &part : parts)
        stream += part;
    QVERIFY(stream == encoded(number(1)) + encoded(blob) + encoded(last) + encoded(number(2)));
    QCOMPARE(outbox->counts().messages, 4);
    QCOMPARE(outbox->counts().bytesWaiting, stream.size());

    TestOutbox narrow(mebi);
    QCOMPARE(narrow->send(toSend(blob)).status, Outbox::Status::Accepted); // nothing else waits
    QCOMPARE(narrow->send(encoded(number(1))).status, Outbox::Status::Full);
    QCOMPARE(narrow->takeAll().parts().size(), size_t(2));
    QCOMPARE(narrow->send(encoded(number(1))).status, Outbox::Status::Full); // taken is not written
    narrow->written(encoded(blob).size());
    QCOMPARE(narrow->send(encoded(number(1))).status, Outbox::Status::Accepted);
}

void tst_Outbox::leavesSharedFramesAsTheyAre()
{
    const QByteArray frame = encoded(number(1));
    TestOutbox one;
    TestOutbox other;
    one->send(frame);
    other->send(frame);
    one->send(encoded(number(2))); // joined with a frame that others hold too
    QCOMPARE(frame, encoded(number(1)));
    QCOMPARE(one->takeAll().parts(), std::vector<QByteArray>{frame + encoded(number(2))});
    QCOMPARE(other->takeAll().parts(), std::vector<QByteArray>{frame});
}

void tst_Outbox::wakesTheWriterWhenItSleeps()
{
    TestOutbox outbox;
    for (int n = 0; n < 10; ++n)
        outbox->send(encoded(number(n)));
    outbox->send(encoded(bulky(mebi)));
    QCOMPARE(outbox.writer.wakes(), 1);
    QVERIFY(!outbox->takeAll().isEmpty());
    outbox->send(encoded(number(1))); // the writer will check again
    QCOMPARE(outbox.writer.wakes(), 1);
    QVERIFY(!outbox->takeAll().isEmpty());
    QVERIFY(outbox->takeAll().isEmpty());
    outbox->send(encoded(number(2)));
    outbox->send(encoded(number(3)));
    QCOMPARE(outbox.writer.wakes(), 2);
}

void tst_Outbox::underManyThreads()
{
    constexpr int producers = 3;
    constexpr qint64 count = 10'000;
    const auto numbered = [](int producer, qint64 n) {
        return message(QString::number(producer), {{u"n"_s, n}});
    };
    Sleeper writer;
    Outbox outbox(100 * kibi);
    outbox.open(writer);
    std::vector<std::thread> threads;
    for (int producer = 0; producer < producers; ++producer) {
        threads.emplace_back([&outbox, &numbered, producer] {
            for (qint64 n = 0; n < count;) {
                const Outbox::Result result = n % 2 ? outbox.send(toSend(numbered(producer, n)))
                                                    : outbox.send(encoded(numbered(producer, n)));
                if (result.status == Outbox::Status::Accepted)
                    ++n;
                else if (result.status == Outbox::Status::Full)
                    std::this_thread::yield();
                else
                    return;
            }
        });
    }

    QList<qint64> expected(producers, 0);
    bool isInOrder = true;
    FrameReader reader{MessageLimits()};
    writer.onWake = [&] {
        const std::vector<QByteArray> parts = outbox.takeAll().parts();
        for (const QByteArray &part : parts) {
            memcpy(reader.prepare(part.size()), part.constData(), size_t(part.size()));
            isInOrder = reader.commit(part.size()) && isInOrder;
            const FrameBatch frames = reader.takeFrames();
            for (const Frame &frame : frames.frames) {
                const qsizetype producer = frame.action.toByteArray().toInt();
                isInOrder = numberIn(frame) == expected[producer]++ && isInOrder;
            }
            outbox.written(part.size());
        }
        if (!parts.empty()) // because it will not be woken again
            WakeTarget(writer).wake();
    };
    const QList<qint64> all(producers, count);
    const bool isComplete = eventually([&] { return expected == all; });
    outbox.close();
    for (std::thread &thread : threads)
        thread.join();
    QVERIFY(isComplete);
    QVERIFY(isInOrder);
    QCOMPARE(reader.pendingBytes(), 0);
}

QTEST_GUILESS_MAIN(tst_Outbox)
#include "tst_outbox.moc"
