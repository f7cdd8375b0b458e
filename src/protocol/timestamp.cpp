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

constexpr qint64 millisecondsPerDay = 86'400'000;
constexpr qint64 firstWithText = -62'135'596'800'000; // the year 1 begins
constexpr qint64 lastWithText = 253'402'300'799'999;  // the year 9999 ends

// Days are counted from March 1 of the year 0, so that a leap day is the last of its year.
constexpr qint64 epochOfDates = -719'468 * millisecondsPerDay;

struct Date
{
    quint32 year;
    quint32 month;
    quint32 day;
};

//! Returns the date in the Gregorian calendar that is \a days after March 1 of the year 0.
constexpr Date dateOf(quint32 days)
{
    constexpr quint32 daysPer400Years = 146'097;
    constexpr quint32 daysPerCentury = 36'524;
    constexpr quint32 daysPer4Years = 1'461;
    const quint32 cycle = days / daysPer400Years;
    const quint32 ofCycle = days % daysPer400Years;
    // Without the leap days before it, each year of the cycle has 365 days.
    const quint32 leapDays =
        ofCycle / (daysPer4Years - 1) - ofCycle / daysPerCentury + ofCycle / (daysPer400Years - 1);
    const quint32 yearOfCycle = (ofCycle - leapDays) / 365;
    const quint32 ofYear = ofCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100);
    // From March on, five months have 153 days, over and over.
    const quint32 monthFromMarch = (5 * ofYear + 2) / 153;
    const quint32 day = ofYear - (153 * monthFromMarch + 2) / 5 + 1;
    const quint32 month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
    return {400 * cycle + yearOfCycle + (month <= 2 ? 1 : 0), month, day};
}

static_assert(dateOf(719'468).year == 1970 && dateOf(719'468).month == 1
              && dateOf(719'468).day == 1);

//! Writes \a number with leading zeros, and \a delimiter after it.
template <int digits>
void putDigits(char *&end, quint32 number, char delimiter)
{
    for (int i = digits - 1; i >= 0; --i, number /= 10)
        end[i] = char('0' + number % 10);
    end[digits] = delimiter;
    end += digits + 1;
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
    const std::optional<qint64> time = milliseconds(data);
    if (!time)
        return std::nullopt;
    return QDateTime::fromMSecsSinceEpoch(*time, utc);
}

std::optional<qint64> milliseconds(QByteArrayView data)
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
    qint64 time = 0;
    if (nanoseconds >= nanosecondsPerSecond || qMulOverflow(seconds, millisecondsPerSecond, &time)
        || qAddOverflow(time, rest, &time))
        return std::nullopt;
    return time;
}

std::optional<IsoText> isoText(QByteArrayView data)
{
    const std::optional<qint64> time = milliseconds(data);
    if (!time || *time < firstWithText || *time > lastWithText)
        return std::nullopt;
    const auto sinceMarch = quint64(*time - epochOfDates);
    const Date date = dateOf(quint32(sinceMarch / millisecondsPerDay));
    const auto ofDay = quint32(sinceMarch % millisecondsPerDay);
    const quint32 seconds = ofDay / quint32(millisecondsPerSecond);

    IsoText text;
    char *end = text.data();
    putDigits<4>(end, date.year, '-');
    putDigits<2>(end, date.month, '-');
    putDigits<2>(end, date.day, 'T');
    putDigits<2>(end, seconds / 3'600, ':');
    putDigits<2>(end, seconds / 60 % 60, ':');
    putDigits<2>(end, seconds % 60, '.');
    putDigits<3>(end, ofDay % quint32(millisecondsPerSecond), 'Z');
    return text;
}

} // namespace QRepod::Timestamp
