// SPDX-License-Identifier: MIT

//! decode() returns a value or an error, validate() agrees with it, and both agree with msgpack-cxx
//! on what is MessagePack and on the value. No part of a value is a value, and nothing may follow a
//! value.
///
/// Input: a byte for the limits, a byte for where a part ends, and the payload.

#include "decoded.h"
#include "protocol/message.h"
#include "protocol/validator.h"
#include "support/messagepackoracle.h"

#include <QRepod/protocol.h>

using namespace QRepod;

namespace {

void expectAction(const QVariantMap &message, const Verdict &verdict)
{
    const auto action = message.find(QStringLiteral("action"));
    expect(verdict.hasAction == (action != message.end()), "an action where the map has one");
    if (!verdict.hasAction)
        return;
    if (action->metaType().id() == QMetaType::QString)
        expect(verdict.action == action->toString().toUtf8(), "the map's action");
    else
        expect(!verdict.action.isEmpty(), "a text for an action that is none");
}

//! \a payload breaks no limits except perhaps these: either it is an error or nothing changes.
void expectLimits(QByteArrayView payload, const MessageLimits &limits, const Verdict &verdict)
{
    const Verdict limited = validate(payload, limits);
    expect(limited.error.contains(QLatin1String("over the limit"))
               || (limited.error == verdict.error && limited.hasAction == verdict.hasAction
                   && limited.action == verdict.action),
           "a limit is an error or means nothing");
}

//! Another library decides whether \a payload is one whole value, and which.
void expectOracle(QByteArrayView payload, const QString &error)
{
    const auto structure = MessagePackOracle::structureOf(error);
    expect(!structure || *structure == MessagePackOracle::structure(payload),
           "the structure that msgpack-cxx finds");
    if (!error.isEmpty())
        return;
    TextCache keys;
    MessagePackReader reader(payload);
    VariantReader values(reader, keys);
    expect(isSame(values.read(reader.next()), MessagePackOracle::decode(payload)),
           "the value that msgpack-cxx reads");
    expect(reader.bytesLeft() == 0, "all of it is read");
    MessagePackReader skipping(payload);
    skipping.skip();
    expect(skipping.bytesLeft() == 0, "and skipped");
}

//! No prefix of a value is a value. The prefix is copied, so that no byte after it can be read.
void expectPrefix(QByteArrayView payload)
{
    const auto copy = std::make_unique<char[]>(size_t(payload.size()));
    std::copy(payload.begin(), payload.end(), copy.get());
    const QByteArrayView prefix(copy.get(), payload.size());
    const QString error = validate(prefix, MessageLimits()).error;
    expect(error == QLatin1String("payload ends in the middle of a value")
               || error == QLatin1String("empty frame"),
           "a part of a value is an error");
    expect(!decode(prefix), "a part of a value is not decoded");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    Input input(data, size);
    const quint8 limit = input.byte();
    const quint8 cut = input.byte();
    const QByteArrayView payload = input.takeRest();

    QString error;
    const auto message = decode(payload, &error);
    expect(message.has_value() == error.isEmpty(), "a message or an error");

    const Verdict verdict = validate(payload, MessageLimits());
    const bool isMap = error != QLatin1String("the payload is not a map");
    expect(verdict.error == (isMap ? error : QString()), "the validator's error");
    if (!payload.isEmpty())
        expectOracle(payload, verdict.error);
    if (!verdict.error.isEmpty())
        return 0;

    if (message) {
        expectDecoded(*message, MessageLimits().depth);
        expectAction(*message, verdict);
    }
    expectLimits(payload, {.depth = limit & 0x0f, .values = limit >> 4}, verdict);
    expectPrefix(payload.first(payload.size() * cut / 256));
    expectPrefix(payload.chopped(1));
    expect(validate(payload.toByteArray() + char(cut), MessageLimits()).error
               == QLatin1String("1 bytes left over after the message"),
           "nothing may follow");
    return 0;
}
