// SPDX-License-Identifier: MIT
#include "protocol/timestamp.h"

#include <QtCore/qendian.h>
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
#    include <QtCore/qtimezone.h>
#endif

namespace QRepod::Timestamp {

namespace {

constexpr qint64 millisecondsPerSecond = 1'000;
constexpr qint64 nanosecondsPerMillisecond = 1'000'000;
constexpr quint32 nanosecondsPerSecond = 1'000'000'000;
constexpr int secondsBits = 34; // in the 8-byte form; the other 30 bits are nanoseconds

#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
constexpr auto utc = QTimeZone::UTC;
#else
constexpr auto utc = Qt::UTC;
#endif

template <class T>
void append(QByteArray &out, T value)
{
    const T wire = qToBigEndian(value);
    out.append(reinterpret_cast<const char *>(&wire), sizeof wire);
}

} // namespace

QByteArray encode(const QDateTime &time)
{
    const qint64 milliseconds = time.toMSecsSinceEpoch();
    qint64 seconds = milliseconds / millisecondsPerSecond;
    qint64 rest = milliseconds % millisecondsPerSecond;
    if (rest < 0) { // before 1970: nanoseconds count forward from the second below
        rest += millisecondsPerSecond;
        --seconds;
    }
    const auto nanoseconds = quint32(rest * nanosecondsPerMillisecond);

    QByteArray data;
    if (seconds >= 0 && (seconds >> secondsBits) == 0) {
        const quint64 packed = (quint64(nanoseconds) << secondsBits) | quint64(seconds);
        if (packed <= 0xffffffffU)
            append(data, quint32(packed));
        else
            append(data, packed);
    } else {
        append(data, nanoseconds);
        append(data, seconds);
    }
    return data;
}

std::optional<QDateTime> decode(QByteArrayView data)
{
    qint64 seconds = 0;
    quint32 nanoseconds = 0;
    switch (data.size()) {
    case 4:
        seconds = qFromBigEndian<quint32>(data.data());
        break;
    case 8: {
        const auto packed = qFromBigEndian<quint64>(data.data());
        nanoseconds = quint32(packed >> secondsBits);
        seconds = qint64(packed & ((quint64(1) << secondsBits) - 1));
        break;
    }
    case 12:
        nanoseconds = qFromBigEndian<quint32>(data.data());
        seconds = qFromBigEndian<qint64>(data.data() + sizeof nanoseconds);
        break;
    default:
        return std::nullopt;
    }

    qint64 rest = nanoseconds / nanosecondsPerMillisecond;
    if (seconds
        < 0) { // count from the second above: qint64 cannot hold the start of the earliest second
        ++seconds;
        rest -= millisecondsPerSecond;
    }
    qint64 milliseconds = 0;
    if (nanoseconds >= nanosecondsPerSecond
        || qMulOverflow(seconds, millisecondsPerSecond, &milliseconds)
        || qAddOverflow(milliseconds, rest, &milliseconds))
        return std::nullopt;
    return QDateTime::fromMSecsSinceEpoch(milliseconds, utc);
}

} // namespace QRepod::Timestamp
