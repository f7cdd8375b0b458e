// SPDX-License-Identifier: MIT

//! A peer's bytes, of a WebSocket's handshake or after it, at either end. In whatever slices they
//! arrive, the outcome is the same as for all bytes at once.
///
/// Input: a byte for the end and what is read, a byte for the slices, and the bytes. Masking is
/// left to the fuzzer, which can change a payload freely if the mask is zero.

#include "input.h"

#include "protocol/frame.h"
#include "protocol/jsonreader.h"
#include "protocol/jsonwriter.h"
#include "websocket/clienthandshake.h"
#include "websocket/messagereader.h"
#include "websocket/serverhandshake.h"

#include <QRepod/Protocol>

#include <optional>

using namespace QRepod;

namespace {

struct Outcome
{
    QByteArray frames;
    QList<QByteArray> pings;
    std::optional<CloseCode> fault;
    std::optional<CloseCode> close;
    qint64 held = 0;

    friend bool operator==(const Outcome &, const Outcome &) = default;
};

MessageLimits limits()
{
    MessageLimits limits;
    limits.frameSize = 300;
    return limits;
}

//! Gives \a bytes to a reader, \a slice at a time.
Outcome read(Role role, QByteArrayView bytes, qsizetype slice)
{
    MessageReader reader(role, limits());
    Outcome outcome;
    for (qsizetype begin = 0; begin < bytes.size(); begin += slice) {
        const bool goesOn =
            reader.read(bytes.sliced(begin, std::min(slice, bytes.size() - begin)), outcome.frames);
        expect(goesOn == (!reader.fault() && !reader.close()), "a fault or a close is the end");
        outcome.pings += reader.takePings();
        if (!goesOn)
            break;
    }
    // Only the latest of many pings at once are answered.
    outcome.pings = outcome.pings.mid(std::max<qsizetype>(0, outcome.pings.size() - 64));
    if (reader.fault()) {
        outcome.fault = reader.fault()->code;
        expect(!reader.fault()->text.isEmpty(), "a fault has a text");
    }
    if (reader.close())
        outcome.close = reader.close()->code;
    outcome.held = reader.heldBytes();
    constexpr qint64 header = 14; // the longest header of WebSocket
    constexpr qint64 control = 125;
    expect(outcome.held <= limits().frameSize + frameHeaderSize + header + control,
           "no more is held than a message has");
    return outcome;
}

//! Gives \a bytes to a handshake, \a slice at a time, and returns its state.
Handshake::State shake(Handshake &handshake, QByteArrayView bytes, qsizetype slice)
{
    QByteArray input;
    Handshake::State state = Handshake::State::Waiting;
    for (qsizetype begin = 0; begin < bytes.size() && state == Handshake::State::Waiting;
         begin += slice) {
        input += bytes.sliced(begin, std::min(slice, bytes.size() - begin));
        state = handshake.read(input);
    }
    expect((state == Handshake::State::Failed) == !handshake.error().isEmpty(),
           "a failure has a text, and nothing else has");
    return state;
}

void shakeHands(Role role, QByteArrayView bytes, qsizetype slice)
{
    const auto make = [&]() -> std::unique_ptr<Handshake> {
        if (role == Role::Client)
            return std::make_unique<ClientHandshake>(QUrl(QStringLiteral("ws://localhost/")));
        return std::make_unique<ServerHandshake>(Admission{{}, {QStringLiteral("127.0.0.1")}},
                                                 QStringLiteral("127.0.0.1:1"), false,
                                                 std::make_shared<HttpRequest>());
    };
    const auto whole = make();
    const auto sliced = make();
    expect(shake(*whole, bytes, std::max<qsizetype>(1, bytes.size()))
               == shake(*sliced, bytes, slice),
           "the same of a handshake in slices");
}

//! JSON that was read becomes MessagePack, which is written as JSON that can be read.
void readJson(QByteArrayView text)
{
    QByteArray frame;
    QString error;
    if (!appendFrameFromJson(frame, text, MessageLimits(), &error)) {
        expect(frame.isEmpty() && !error.isEmpty(), "a text says what is wrong");
        return;
    }
    const QByteArrayView payload = QByteArrayView(frame).sliced(frameHeaderSize);
    if (!decode(payload, &error)) {
        expect(error == QStringLiteral("the payload is not a map"), "MessagePack of a map");
        return;
    }
    QByteArray again;
    expect(appendFrameFromJson(again, jsonFromPayload(payload), MessageLimits(), &error),
           "what is written can be read");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    Input input(data, size);
    const quint8 choice = input.byte();
    const qsizetype slice = 1 + input.byte() % 32;
    const QByteArrayView bytes = input.takeRest();
    const Role role = choice & 1 ? Role::Client : Role::Server;
    switch (choice >> 1 & 3) {
    case 0:
        shakeHands(role, bytes, slice);
        break;
    case 1:
        readJson(bytes);
        break;
    default:
        expect(read(role, bytes, std::max<qsizetype>(1, bytes.size())) == read(role, bytes, slice),
               "the same of frames in slices");
        break;
    }
    return 0;
}
