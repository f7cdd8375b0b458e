// SPDX-License-Identifier: MIT
#include <QRepod/protocol.h>

#include "protocol/encoder.h"
#include "protocol/message.h"
#include "protocol/validator.h"

namespace QRepod {

namespace {

//! Returns whether a validated payload is a map: fixmap, map 16 or map 32.
bool isMap(QByteArrayView payload)
{
    const auto first = uchar(payload.front());
    return (first & 0xf0) == 0x80 || first == 0xde || first == 0xdf;
}

} // namespace

QByteArray encode(const QVariantMap &message, QString *error)
{
    QByteArray frame;
    appendFrame(frame, message, MessageLimits(), error);
    return frame;
}

std::optional<QVariantMap> decode(QByteArrayView payload, QString *error)
{
    QString reason = validate(payload, MessageLimits()).error;
    if (reason.isEmpty() && !isMap(payload))
        reason = QStringLiteral("the payload is not a map");
    if (!reason.isEmpty()) {
        if (error)
            *error = reason;
        return std::nullopt;
    }
    thread_local TextCache keys;
    return decodeMap(payload, keys);
}

} // namespace QRepod
