// SPDX-License-Identifier: MIT

//! What has been decoded is encoded to the bytes that msgpack-cxx writes, and these decode to the
//! same. The encoder applies the same limits as the validator.
///
/// Input: a byte for the limits, whose lowest bit says whether the rest is a payload or input for
/// Generator.

#include "decoded.h"
#include "generator.h"
#include "protocol/encoder.h"
#include "protocol/frame.h"
#include "protocol/validator.h"
#include "support/messagepackoracle.h"

#include <QRepod/protocol.h>

using namespace QRepod;

namespace {

const QList<QByteArray> words = {"action",       "a", "text", "n", "\xef\xbb\xbf",
                                 "h\xc3\xa9llo", "",  "1"};

//! A message within \a limits is encoded to \a frame; one over them is refused.
void expectLimits(const QVariantMap &message, const QByteArray &frame, const MessageLimits &limits)
{
    const QByteArray before("before");
    QByteArray out = before;
    QString error;
    const bool isEncoded = appendFrame(out, message, limits, &error);
    expect(isEncoded == error.isEmpty(), "an error if it is not encoded, and only then");
    expect(out == (isEncoded ? before + frame : before), "appended, or left as it was");

    const QByteArrayView payload = QByteArrayView(frame).sliced(frameHeaderSize);
    const bool isWithin =
        payload.size() <= limits.frameSize && validate(payload, limits).error.isEmpty();
    expect(isEncoded == isWithin, "the validator's limits");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    Input input(data, size);
    const quint8 choice = input.byte();
    QByteArray generated;
    QByteArrayView payload;
    if (choice & 1)
        payload = generated = Generator(input, words).message();
    else
        payload = input.takeRest();

    const auto message = decode(payload);
    if (!message) {
        expect(!(choice & 1), "what is generated is well-formed");
        return 0;
    }
    QString error;
    const QByteArray frame = encode(*message, &error);
    expect(!frame.isEmpty() && error.isEmpty(), "what was decoded can be encoded");
    expect(QByteArrayView(frame).sliced(frameHeaderSize) == MessagePackOracle::encode(*message),
           "the bytes that msgpack-cxx writes");
    const auto again = decode(QByteArrayView(frame).sliced(frameHeaderSize));
    expect(again.has_value(), "what was encoded can be decoded");
    expect(isSame(*message, *again), "the same message");
    expect(encode(*again) == frame, "the same bytes");

    expectLimits(*message, frame,
                 {.frameSize = choice, .depth = choice >> 5, .values = (choice >> 1) & 0x0f});
    return 0;
}
