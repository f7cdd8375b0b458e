// SPDX-License-Identifier: MIT
#include "protocol/jsonreader.h"

#include "protocol/frame.h"
#include "protocol/jsoncursor.h"
#include "protocol/messagepackreader.h"
#include "protocol/messagepackwriter.h"
#include "protocol/text.h"
#include "protocol/timestamp.h"

#include <QtCore/qdatetime.h>
#include <QtCore/qendian.h>

#include <charconv>

namespace QRepod {

namespace {

//! Values, which are written down as MessagePack.
///
/// It calls itself for each level of nesting, which the limit on depth bounds.
class JsonReader : private JsonCursor
{
public:
    JsonReader(QByteArrayView text, const MessageLimits &limits, QByteArray &out)
        : JsonCursor(text)
        , m_limits(limits)
        , m_out(out)
    {
    }

    bool read()
    {
        skipSpace();
        if (!value())
            return false;
        skipSpace();
        return m_next == m_end || fail(QStringLiteral("extra data after the message"));
    }

    using JsonCursor::error;

private:
    bool value();
    bool object();
    bool array();
    bool member(QByteArray *mark);
    bool text();
    bool number();
    bool literal();
    bool enter();
    bool count();
    bool unmark(qsizetype begin, qsizetype valueBegin, QByteArrayView mark);
    bool appendMarked(QByteArrayView mark, const QByteArray &text);

    qsizetype openContainer(char format);
    void closeContainer(qsizetype begin, char emptyForm, quint32 count);

    const MessageLimits &m_limits;
    QByteArray &m_out;
    int m_depth = 0;
    int m_values = 0;
};

bool JsonReader::value()
{
    switch (peek()) {
    case '{':
        return object();
    case '[':
        return array();
    case '"':
        return text();
    case 't':
    case 'f':
    case 'n':
        return literal();
    default:
        return number();
    }
}

//! One level deeper. A marked object is a level here and none in the message, which is checked
//! again.
bool JsonReader::enter()
{
    return ++m_depth <= m_limits.depth + 1
        || fail(QStringLiteral("nesting is over the limit of %1 levels").arg(m_limits.depth));
}

bool JsonReader::count()
{
    return ++m_values <= m_limits.values
        || fail(QStringLiteral("more values than the limit of %1").arg(m_limits.values));
}

//! How many elements follow is known at the end, so the header has its largest form.
qsizetype JsonReader::openContainer(char format)
{
    const qsizetype begin = m_out.size();
    m_out += format;
    m_out.append(sizeof(quint32), '\0');
    return begin;
}

void JsonReader::closeContainer(qsizetype begin, char emptyForm, quint32 count)
{
    if (count > 0) {
        qToBigEndian(count, m_out.data() + begin + 1);
        return;
    }
    m_out.truncate(begin); // `{}` is the heartbeat, which has this form
    m_out += emptyForm;
}

bool JsonReader::object()
{
    const qsizetype begin = openContainer('\xdf');
    qsizetype valueBegin = 0;
    quint32 members = 0;
    QByteArray mark;
    ++m_next;
    skipSpace();
    if (!enter())
        return false;
    while (members > 0 || peek() != '}') {
        if (!member(members == 0 ? &mark : nullptr))
            return false;
        valueBegin = m_out.size();
        if (!count() || !value())
            return false;
        ++members;
        skipSpace();
        if (peek() == '}')
            break;
        if (!take(','))
            return fail(QStringLiteral("a comma or a closing brace is missing"));
        skipSpace();
    }
    ++m_next;
    --m_depth;
    if (members == 1 && mark.startsWith('$'))
        return unmark(begin, valueBegin, mark);
    closeContainer(begin, '\x80', members);
    return true;
}

//! A key and the colon. The key is noted in \a mark, if given.
bool JsonReader::member(QByteArray *mark)
{
    QByteArrayView key;
    if (!string(&key))
        return false;
    if (mark)
        *mark = key.toByteArray();
    MessagePackWriter(m_out).utf8(key);
    skipSpace();
    if (!take(':'))
        return fail(QStringLiteral("a colon is missing"));
    skipSpace();
    return true;
}

bool JsonReader::array()
{
    const qsizetype begin = openContainer('\xdd');
    quint32 elements = 0;
    ++m_next;
    skipSpace();
    if (!enter())
        return false;
    while (elements > 0 || peek() != ']') {
        if (!count() || !value())
            return false;
        ++elements;
        skipSpace();
        if (peek() == ']')
            break;
        if (!take(','))
            return fail(QStringLiteral("a comma or a closing bracket is missing"));
        skipSpace();
    }
    ++m_next;
    --m_depth;
    closeContainer(begin, '\x90', elements);
    return true;
}

bool JsonReader::text()
{
    QByteArrayView utf8;
    if (!string(&utf8))
        return false;
    MessagePackWriter(m_out).utf8(utf8);
    return true;
}

bool JsonReader::number()
{
    const char *const begin = m_next;
    take('-');
    if (!take('0') && !skipDigits())
        return fail(QStringLiteral("a value is missing"));
    bool isInteger = true;
    if (take('.')) {
        isInteger = false;
        if (!skipDigits())
            return fail(QStringLiteral("digits are missing after the decimal point"));
    }
    if (peek() == 'e' || peek() == 'E') {
        isInteger = false;
        ++m_next;
        if (peek() == '+' || peek() == '-')
            ++m_next;
        if (!skipDigits())
            return fail(QStringLiteral("digits are missing in the exponent"));
    }
    MessagePackWriter writer(m_out);
    qint64 integer = 0;
    quint64 number = 0;
    if (isInteger && std::from_chars(begin, m_next, integer).ec == std::errc()) {
        writer.integer(integer);
    } else if (isInteger && std::from_chars(begin, m_next, number).ec == std::errc()) {
        writer.number(number);
    } else {
        bool isNumber = false;
        writer.real(QByteArray(begin, m_next - begin).toDouble(&isNumber));
        return isNumber || fail(QStringLiteral("number is out of range"));
    }
    return true;
}

bool JsonReader::literal()
{
    const QByteArrayView rest(m_next, m_end - m_next);
    MessagePackWriter writer(m_out);
    if (rest.startsWith("true")) {
        writer.boolean(true);
        m_next += 4;
    } else if (rest.startsWith("false")) {
        writer.boolean(false);
        m_next += 5;
    } else if (rest.startsWith("null")) {
        writer.nil();
        m_next += 4;
    } else {
        return fail(QStringLiteral("a value is missing"));
    }
    return true;
}

//! An object with one key, \a mark, has been appended from \a begin on. It is what it stands for
//! that belongs there, if its value is of the right kind.
bool JsonReader::unmark(qsizetype begin, qsizetype valueBegin, QByteArrayView mark)
{
    const auto token = MessagePackReader(QByteArrayView(m_out).sliced(valueBegin)).next();
    if (token.kind != MessagePackReader::Kind::Text
        || (mark != "$bytes" && mark != "$time" && mark != "$int")) {
        closeContainer(begin, '\x80', 1);
        return true;
    }
    const QByteArray text = token.bytes().toByteArray();
    m_out.truncate(begin);
    --m_values;
    return appendMarked(mark, text)
        || fail(QLatin1String("invalid value for ") + QString::fromLatin1(mark.toByteArray()));
}

bool JsonReader::appendMarked(QByteArrayView mark, const QByteArray &text)
{
    MessagePackWriter writer(m_out);
    if (mark == "$bytes") {
        const auto bytes =
            QByteArray::fromBase64Encoding(text, QByteArray::AbortOnBase64DecodingErrors);
        writer.binary(*bytes);
        return bool(bytes);
    }
    if (mark == "$time") {
        const QDateTime time = QDateTime::fromString(QString::fromUtf8(text), Qt::ISODateWithMs);
        if (time.isValid())
            writer.extension(Timestamp::extensionType, Timestamp::encode(time));
        return time.isValid();
    }
    bool isInteger = false;
    const qint64 integer = text.toLongLong(&isInteger);
    if (isInteger) {
        writer.integer(integer);
        return true;
    }
    writer.number(text.toULongLong(&isInteger));
    return isInteger;
}

} // namespace

bool appendFrameFromJson(QByteArray &out, QByteArrayView text, const MessageLimits &limits,
                         QString *error)
{
    const qsizetype begin = out.size();
    out.append(frameHeaderSize, '\0');
    JsonReader reader(text, limits, out);
    QString reason;
    if (!isUtf8(text))
        reason = QStringLiteral("JSON that is not UTF-8");
    else if (!reader.read())
        reason = reader.error();
    if (reason.isEmpty()) {
        qToBigEndian(quint32(out.size() - begin - frameHeaderSize), out.data() + begin);
        return true;
    }
    out.truncate(begin);
    if (error)
        *error = reason;
    return false;
}

} // namespace QRepod
