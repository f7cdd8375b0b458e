// SPDX-License-Identifier: MIT
#include "protocol/encoder.h"

#include "protocol/frame.h"
#include "protocol/valueencoder.h"

#include <QtCore/qendian.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace QRepod {

bool appendFrame(QByteArray &out, const QVariantMap &message, const MessageLimits &limits,
                 QString *error, QList<LargeValue> *large)
{
    const qsizetype start = out.size();
    const auto fail = [&](const QString &reason) {
        out.truncate(start);
        if (large)
            large->clear();
        if (error)
            *error = reason;
        return false;
    };

    {
        ValueEncoder encoder(out, limits, large);
        if (!encoder.frame(message))
            return fail(encoder.error());
    }
    qint64 size = out.size() - start - frameHeaderSize;
    if (large) {
        for (const LargeValue &value : std::as_const(*large))
            size += value.bytes.size();
    }
    if (size > std::min<qint64>(limits.frameSize, std::numeric_limits<quint32>::max())) {
        return fail(QStringLiteral("frame of %1 bytes is over the limit of %2")
                        .arg(size)
                        .arg(limits.frameSize));
    }
    qToBigEndian(quint32(size), out.data() + start);
    return true;
}

} // namespace QRepod
