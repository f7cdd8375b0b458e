// SPDX-License-Identifier: MIT
#pragma once

//! Messages dispatched as they come from a peer.

#include "dispatch/dispatcher.h"
#include "protocol/encoder.h"
#include "protocol/framereader.h"

#include <QtCore/qendian.h>
#include <QtCore/qregularexpression.h>
#include <QtTest/qtest.h>

#include <cstring>

using namespace QRepod;
using Outcome = Dispatcher::Outcome;

inline QString text(const char *utf8)
{
    return QString::fromUtf8(utf8);
}

inline QByteArray frameOf(const QVariantMap &message)
{
    QByteArray bytes;
    appendFrame(bytes, message, MessageLimits());
    return bytes;
}

inline QByteArray frameOf(const char *action, QVariantMap fields = {})
{
    fields.insert(text("action"), text(action));
    return frameOf(fields);
}

//! Returns a frame with \a entries keys and values, whose MessagePack follows.
inline QByteArray rawFrame(int entries, const QByteArray &messagePack)
{
    QByteArray bytes(frameHeaderSize, '\0');
    qToBigEndian(quint32(messagePack.size() + 1), bytes.data());
    return bytes + char(0x80 | entries) + messagePack;
}

//! Dispatches the messages in \a bytes, as from a peer; returns the outcome of the last one.
inline Outcome dispatch(Dispatcher &dispatcher, const QByteArray &bytes, Answer *answer = nullptr,
                        QObject *sender = nullptr)
{
    const MessageLimits limits;
    FrameReader reader(limits);
    std::memcpy(reader.prepare(bytes.size()), bytes.constData(), size_t(bytes.size()));
    if (!reader.commit(bytes.size()))
        qFatal("not a frame: %s", qUtf8Printable(reader.error()));
    const FrameBatch batch = reader.takeFrames();
    TextCache keys;
    Outcome outcome = Outcome::Unhandled;
    for (const Frame &frame : batch.frames)
        outcome = dispatcher.dispatch(Message(frame, keys), sender, answer);
    return outcome;
}

inline Outcome dispatch(QObject &target, const QByteArray &bytes)
{
    Dispatcher dispatcher;
    dispatcher.addTarget(&target);
    return dispatch(dispatcher, bytes);
}

inline void expectWarning(const char *pattern)
{
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(text(pattern)));
}
