// SPDX-License-Identifier: MIT
#include "protocol/validator.h"

#include "protocol/control.h"
#include "protocol/messagepackreader.h"
#include "protocol/text.h"
#include "protocol/timestamp.h"

#include <QtCore/qlocale.h>

#include <cmath>

namespace QRepod {

namespace {

using Kind = MessagePackReader::Kind;
using Token = MessagePackReader::Token;

constexpr QByteArrayView actionKey("action");
constexpr QByteArrayView requestKey("_request");

//! Returns \a value as repod's f-string prints it, which is Python's repr(): a whole number keeps
//! its `.0`, and exponents begin later than in C.
QByteArray pythonText(double value)
{
    const double magnitude = std::abs(value);
    const bool isPlain = magnitude == 0 || (magnitude >= 1e-4 && magnitude < 1e16);
    if (!isPlain)
        return QByteArray::number(value, 'e', QLocale::FloatingPointShortest);
    QByteArray text = QByteArray::number(magnitude, 'f', QLocale::FloatingPointShortest);
    if (!text.contains('.'))
        text += ".0";
    return std::signbit(value) ? '-' + text : text;
}

//! Returns the text of an action that is not text. Bytes, extensions, lists and maps get a text
//! that no handler has.
QByteArray pythonText(Token token)
{
    switch (token.kind) {
    case Kind::Nil:
        return "None";
    case Kind::Boolean:
        return token.boolean ? "True" : "False";
    case Kind::Integer:
        return QByteArray::number(token.integer);
    case Kind::Unsigned:
        return QByteArray::number(token.number);
    case Kind::Real:
        return pythonText(token.real);
    case Kind::Binary:
        return "<bytes>";
    case Kind::Extension:
        return "<an extension>";
    case Kind::List:
        return "<a list>";
    case Kind::Map:
        return "<a map>";
    case Kind::Text:
    case Kind::Invalid:
        break;
    }
    return {};
}

//! Goes through a payload once. It recurses once per level of nesting, which the depth limit
//! bounds.
class Validator
{
public:
    Validator(QByteArrayView payload, const MessageLimits &limits)
        : m_payload(payload)
        , m_reader(payload)
        , m_limits(limits)
    {
    }

    Verdict verdict()
    {
        const Token token = m_reader.next();
        const bool isGood = token.kind == Kind::Map ? message(token.size) : value(token);
        m_verdict.isControl &= !m_verdict.hasAction && m_payload.size() <= Control::maximumSize;
        if (isGood && m_reader.bytesLeft() > 0)
            fail(QStringLiteral("%1 bytes left over after the message").arg(m_reader.bytesLeft()));
        return std::move(m_verdict);
    }

private:
    //! Checks the outermost map, which alone has an action and a request.
    bool message(quint32 count)
    {
        if (!enter(count))
            return false;
        for (; count > 0; --count) {
            const Token name = m_reader.next();
            if (!key(name))
                return false;
            const Token token = m_reader.next();
            if (name.kind == Kind::Text && name.bytes() == actionKey)
                takeAction(token);
            else if (name.kind == Kind::Text && name.bytes() == requestKey)
                takeRequest(token);
            else if (name.kind == Kind::Text)
                m_verdict.isControl |= Control::kindOf(name.bytes()) != Control::Kind::Unknown;
            if (!value(token))
                return false;
        }
        return true;
    }

    void takeAction(Token token)
    {
        m_verdict.hasAction = true;
        m_verdict.actionText = pythonText(token);
        m_verdict.action = token.kind == Kind::Text ? token.bytes() : m_verdict.actionText;
    }

    //! Stores the request's number. If there are two, the last one counts.
    void takeRequest(Token token)
    {
        if (token.kind == Kind::Unsigned)
            m_verdict.request = token.number;
        else if (token.kind == Kind::Integer && token.integer >= 0)
            m_verdict.request = quint64(token.integer);
        else
            m_verdict.request.reset();
    }

    //! Checks the value that begins with \a token.
    bool value(Token token)
    {
        switch (token.kind) {
        case Kind::Text:
            return text(token.bytes());
        case Kind::List:
            return list(token.size);
        case Kind::Map:
            return map(token.size);
        case Kind::Invalid:
            return fail(fault());
        default:
            return true;
        }
    }

    bool list(quint32 count)
    {
        if (!enter(count))
            return false;
        for (; count > 0; --count) {
            if (!value(m_reader.next()))
                return false;
        }
        --m_depth;
        return true;
    }

    bool map(quint32 count)
    {
        if (!enter(count))
            return false;
        for (; count > 0; --count) {
            if (!key(m_reader.next()) || !value(m_reader.next()))
                return false;
        }
        --m_depth;
        return true;
    }

    bool key(Token token)
    {
        switch (token.kind) {
        case Kind::Text:
            return text(token.bytes());
        case Kind::Extension: // a time can be text
            return (token.extensionType() == Timestamp::extensionType
                    && Timestamp::milliseconds(token.extensionData()))
                || fail(QStringLiteral("a map key is an extension"));
        case Kind::List:
            return fail(QStringLiteral("a map key is a list"));
        case Kind::Map:
            return fail(QStringLiteral("a map key is a map"));
        case Kind::Invalid:
            return fail(fault());
        default:
            return true;
        }
    }

    bool text(QByteArrayView bytes)
    {
        return isUtf8(bytes) || fail(QStringLiteral("text that is not UTF-8"));
    }

    bool enter(quint32 count)
    {
        if (++m_depth > m_limits.depth) {
            return fail(QStringLiteral("nesting of %1 levels is over the limit of %2")
                            .arg(m_depth)
                            .arg(m_limits.depth));
        }
        m_values += count;
        if (m_values > quint64(m_limits.values)) {
            return fail(QStringLiteral("message of %1 values is over the limit of %2")
                            .arg(m_values)
                            .arg(m_limits.values));
        }
        return true;
    }

    QString fault() const
    {
        if (m_reader.fault() == MessagePackReader::Fault::Truncated)
            return QStringLiteral("payload ends in the middle of a value");
        return QStringLiteral("byte %1 of the payload is not MessagePack")
            .arg(m_payload.size() - m_reader.bytesLeft() - 1);
    }

    bool fail(const QString &error)
    {
        m_verdict.error = error;
        return false;
    }

    const QByteArrayView m_payload;
    MessagePackReader m_reader;
    const MessageLimits &m_limits;
    Verdict m_verdict;
    quint64 m_values = 0;
    int m_depth = 0;
};

} // namespace

Verdict validate(QByteArrayView payload, const MessageLimits &limits)
{
    if (!payload.isEmpty())
        return Validator(payload, limits).verdict();
    Verdict verdict;
    verdict.error = QStringLiteral("empty frame");
    return verdict;
}

} // namespace QRepod
