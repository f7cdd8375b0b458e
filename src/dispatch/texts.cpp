// SPDX-License-Identifier: MIT
#include "dispatch/texts.h"

#include "dispatch/assign.h"

#include <QtCore/qdatetime.h>
#include <QtCore/qurl.h>
#include <QtCore/quuid.h>

#include <algorithm>
#include <cctype>

namespace QRepod {

namespace {

bool isText(const Value &value)
{
    return value.kind() == Value::Kind::Text;
}

// QUrl composes the characters of a host in time that grows with the square of the number of marks
// after one letter. In no language does Unicode need more in a row (its Stream-Safe Text Format).
constexpr qsizetype mostMarks = 30;
constexpr qsizetype longestUrl = 8192;

//! Returns whether \a text has more combining marks in a row, such as accents, than any text needs.
bool hasLongMarks(const QString &text)
{
    qsizetype marks = 0;
    for (const uint character : text.toUcs4()) {
        marks = QChar::combiningClass(character) == 0 ? 0 : marks + 1;
        if (marks > mostMarks)
            return true;
    }
    return false;
}

// Longer than any date or time of day.
constexpr qsizetype longestTime = 32;

} // namespace

bool toText(const Value &value, void *target)
{
    return isText(value) && assign(target, value.toText());
}

bool toUrl(const Value &value, void *target)
{
    if (!isText(value))
        return false;
    const QString text = value.toText();
    if (text.size() > longestUrl || hasLongMarks(text))
        return false;
    const QUrl url(text, QUrl::StrictMode);
    return (url.isValid() || text.isEmpty()) && assign(target, url);
}

bool toUuid(const Value &value, void *target)
{
    if (!isText(value))
        return false;
    // QUuid accepts text that merely begins like a UUID, and makes a null one from any other.
    const QString text = value.toText();
    const QUuid uuid(text);
    const auto format = text.startsWith(u'{') ? QUuid::WithBraces : QUuid::WithoutBraces;
    return text.compare(uuid.toString(format), Qt::CaseInsensitive) == 0 && assign(target, uuid);
}

bool toChar(const Value &value, void *target)
{
    if (!isText(value))
        return false;
    const QString text = value.toText();
    return text.size() == 1 && assign(target, text.front());
}

bool toDate(const Value &value, void *target)
{
    if (!isText(value))
        return false;
    const QString text = value.toText();
    const QDate date = QDate::fromString(text.left(longestTime), Qt::ISODate);
    // Qt accepts text that merely begins like a date.
    return date.isValid() && date.toString(Qt::ISODate) == text && assign(target, date);
}

bool toTime(const Value &value, void *target)
{
    if (!isText(value))
        return false;
    const QString text = value.toText();
    const QTime time = QTime::fromString(text.left(longestTime), Qt::ISODate);
    if (!time.isValid())
        return false;
    // Compare with the text in full, because Qt rounds microseconds.
    const QString whole = time.toString(Qt::ISODateWithMs) + QStringLiteral("000");
    constexpr qsizetype minutes = 5;
    constexpr qsizetype seconds = 8;
    const bool isForm =
        text.size() == minutes || text.size() == seconds || text.size() > seconds + 1;
    return isForm && whole.startsWith(text) && assign(target, time);
}

bool toColor(const Value &value, void *target)
{
    if (!isText(value))
        return false;
    const QString text = value.toText();
    // Only this form: Qt warns about a colour name that it does not know.
    const auto isHexadecimal = [](QChar c) { return std::isxdigit(uchar(c.toLatin1())) != 0; };
    return (text.size() == 7 || text.size() == 9) && text.front() == u'#'
        && std::all_of(text.begin() + 1, text.end(), isHexadecimal)
        && QMetaType::convert(QMetaType::fromType<QString>(), &text, QMetaType(QMetaType::QColor),
                              target);
}

} // namespace QRepod
