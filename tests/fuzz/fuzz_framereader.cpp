// SPDX-License-Identifier: MIT

//! A stream is cut into frames. In whatever slices it arrives, the frames, the number skipped and
//! the error are the same as for the stream at once, and as validate() gives for each payload.
///
/// Input: a byte for the limits, a byte for the number of slices, that many bytes of slices, and
/// the stream. A slice's lower bits are its size, its upper bits how much more room is asked for.

#include "input.h"
#include "protocol/framereader.h"
#include "protocol/validator.h"

#include <QtCore/qendian.h>

#include <cstring>

using namespace QRepod;

namespace {

struct Outcome
{
    std::vector<QByteArray> payloads;
    std::vector<QByteArray> actions;
    quint64 skipped = 0;
    quint64 heartbeats = 0;
    qsizetype pending = 0; ///< without an error
    QString error;

    friend bool operator==(const Outcome &, const Outcome &) = default;
};

MessageLimits limitsFrom(quint8 choice)
{
    MessageLimits limits;
    if (choice & 1)
        limits.frameSize = 24;
    if (choice & 2)
        limits.depth = 3;
    if (choice & 4)
        limits.values = 5;
    return limits;
}

bool lies(QByteArrayView inner, QByteArrayView outer)
{
    return inner.begin() >= outer.begin() && inner.end() <= outer.end();
}

//! Gives a reader its slices, and notes the outcome.
class Stream
{
public:
    Stream(QByteArrayView bytes, const MessageLimits &limits)
        : m_bytes(bytes)
        , m_reader(limits)
    {
    }

    bool isAtEnd() const { return m_bytes.isEmpty() || !m_outcome.error.isEmpty(); }

    void feed(qsizetype size, qsizetype surplus)
    {
        size = std::min(size, m_bytes.size());
        char *room = m_reader.prepare(std::max<qsizetype>(1, size + surplus));
        if (size > 0)
            memcpy(room, m_bytes.data(), size_t(size));
        m_bytes = m_bytes.sliced(size);
        m_received += size;
        m_largest = std::max(m_largest, size + surplus);

        const bool isSound = m_reader.commit(size);
        expect(isSound == m_reader.error().isEmpty(), "an error with a fault, and only then");
        if (m_reader.hasFrames())
            take();
        m_outcome.skipped = m_reader.skipped();
        m_outcome.heartbeats = m_reader.heartbeats();
        m_outcome.error = m_reader.error().section(u';', 0, 0); // without the guess at the cause
        m_outcome.pending = isSound ? m_reader.pendingBytes() : 0;
    }

    const Outcome &outcome() const { return m_outcome; }

private:
    void take()
    {
        const FrameBatch batch = m_reader.takeFrames();
        expect(!m_reader.hasFrames(), "no frame is taken twice");
        expect(batch.bytes.capacity() <= 2 * (m_received + m_largest) + 64,
               "memory grows with what arrives");
        for (const Frame &frame : batch.frames) {
            expect(lies(frame.payload, batch.bytes), "the payload lies in the batch");
            const bool isSlice = lies(frame.action, frame.payload);
            expect(isSlice || frame.isControl()
                       || std::any_of(
                           batch.actionTexts.begin(), batch.actionTexts.end(),
                           [&](const QByteArray &text) { return lies(frame.action, text); }),
                   "the action lies in the payload or among the batch's texts");
            m_outcome.payloads.push_back(frame.payload.toByteArray());
            m_outcome.actions.push_back(frame.action.toByteArray());
        }
    }

    QByteArrayView m_bytes;
    FrameReader m_reader;
    Outcome m_outcome;
    qsizetype m_received = 0;
    qsizetype m_largest = 0;
};

//! Works out frame by frame what a reader must find.
Outcome expectedOutcome(QByteArrayView bytes, const MessageLimits &limits)
{
    Outcome outcome;
    while (bytes.size() >= frameHeaderSize) {
        const auto length = qFromBigEndian<quint32>(bytes.data());
        if (length == 0 || length > limits.frameSize) {
            outcome.error = length == 0
                ? QStringLiteral("empty frame")
                : QStringLiteral("frame of %1 bytes is over the limit of %2")
                      .arg(length)
                      .arg(limits.frameSize);
            return outcome;
        }
        if (bytes.size() - frameHeaderSize < qsizetype(length))
            break;
        const QByteArrayView payload = bytes.sliced(frameHeaderSize, qsizetype(length));
        const Verdict verdict = validate(payload, limits);
        if (!verdict.error.isEmpty()) {
            outcome.error = verdict.error;
            return outcome;
        }
        if (verdict.hasAction || verdict.isControl) {
            outcome.payloads.push_back(payload.toByteArray());
            outcome.actions.push_back(verdict.action.toByteArray());
        } else {
            ++outcome.skipped;
            if (payload == QByteArrayView("\x80", 1))
                ++outcome.heartbeats;
        }
        bytes = bytes.sliced(frameHeaderSize + qsizetype(length));
    }
    outcome.pending = bytes.size();
    return outcome;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    Input input(data, size);
    const MessageLimits limits = limitsFrom(input.byte());
    QByteArrayView slices = input.take(input.byte());
    if (slices.isEmpty())
        slices = QByteArrayView("\1", 1);
    const QByteArrayView bytes = input.takeRest();

    Stream whole(bytes, limits);
    whole.feed(bytes.size(), 0);
    expect(whole.outcome() == expectedOutcome(bytes, limits), "each payload's verdict");

    Stream sliced(bytes, limits);
    for (qsizetype i = 0; !sliced.isAtEnd(); ++i) {
        const auto slice = quint8(slices[i % slices.size()]);
        const bool isWholeTurn = i % slices.size() == slices.size() - 1; // makes sure of progress
        sliced.feed(std::max<qsizetype>(slice & 0x1f, isWholeTurn ? 1 : 0), (slice >> 5) * 16);
    }
    expect(bytes.isEmpty() || sliced.outcome() == whole.outcome(), "slices mean nothing");
    return 0;
}
