// SPDX-License-Identifier: MIT
#include "protocol/validator.h"

#include "protocol/messagepack.h"
#include "protocol/text.h"

#include <QtCore/qlocale.h>

#include <cmath>

namespace QRepod {

namespace {

constexpr QByteArrayView actionKey("action");

//! A number's text as repod's f-string writes it, which is Python's repr(): a whole number keeps
//! its `.0`, and the exponent comes later than in C.
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

class ValidatingVisitor : public msgpack::null_visitor
{
public:
    ValidatingVisitor(const MessageLimits &limits, Verdict &verdict)
        : m_limits(limits)
        , m_verdict(verdict)
    {
    }

    bool visit_nil()
    {
        return scalar([] { return QByteArray("None"); });
    }

    bool visit_boolean(bool v)
    {
        return scalar([v] { return QByteArray(v ? "True" : "False"); });
    }

    bool visit_positive_integer(quint64 v)
    {
        return scalar([v] { return QByteArray::number(v); });
    }

    bool visit_negative_integer(qint64 v)
    {
        return scalar([v] { return QByteArray::number(v); });
    }

    bool visit_float32(float v) { return visit_float64(double(v)); }

    bool visit_float64(double v)
    {
        return scalar([v] { return pythonText(v); });
    }

    bool visit_str(const char *data, quint32 size)
    {
        const QByteArrayView text(data, qsizetype(size));
        if (!isUtf8(text))
            return fail(QStringLiteral("text that is not UTF-8"));
        if (m_inKey) {
            m_actionFollows = m_depth == 1 && text == actionKey;
        } else if (takesAction()) {
            m_verdict.actionText.clear();
            m_verdict.action = text;
        }
        return true;
    }

    bool visit_bin(const char *, quint32) { return noScalar("bytes"); }
    bool visit_ext(const char *, quint32) { return noScalar("an extension"); }
    bool start_array(quint32 count) { return noScalar("a list") && enter(count); }
    bool start_map(quint32 count) { return noScalar("a map") && enter(count); }
    bool end_array() { return leave(); }
    bool end_map() { return leave(); }

    bool start_map_key()
    {
        m_inKey = true;
        return true;
    }

    bool end_map_key()
    {
        m_inKey = false;
        return true;
    }

    void parse_error(size_t, size_t offset)
    {
        fail(QStringLiteral("byte %1 of the payload is not MessagePack").arg(offset));
    }

    void insufficient_bytes(size_t, size_t)
    {
        fail(QStringLiteral("payload ends in the middle of a value"));
    }

private:
    bool fail(const QString &error)
    {
        m_verdict.error = error;
        return false;
    }

    //! Whether the value at hand is the message's action.
    bool takesAction()
    {
        if (!m_actionFollows || m_depth != 1)
            return false;
        m_actionFollows = false;
        m_verdict.hasAction = true;
        return true;
    }

    template <class Text>
    bool scalar(Text text)
    {
        if (m_inKey) {
            m_actionFollows = false;
        } else if (takesAction()) {
            m_verdict.actionText = text();
            m_verdict.action = m_verdict.actionText;
        }
        return true;
    }

    //! A value that has no text: it cannot be a key, and as an action it is one that no handler
    //! has.
    bool noScalar(const char *what)
    {
        if (m_inKey)
            return fail(QStringLiteral("a map key is %1").arg(QLatin1String(what)));
        return scalar([what] { return '<' + QByteArray(what) + '>'; });
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

    bool leave()
    {
        --m_depth;
        return true;
    }

    const MessageLimits &m_limits;
    Verdict &m_verdict;
    quint64 m_values = 0;
    int m_depth = 0;
    bool m_inKey = false;
    bool m_actionFollows = false;
};

} // namespace

//! Flattened: the library's parser is made for any visitor, and has each of its few lines behind a
//! call of its own. In one piece it takes three quarters of the time.
[[gnu::flatten]] Verdict validate(QByteArrayView payload, const MessageLimits &limits)
{
    Verdict verdict;
    if (payload.isEmpty()) {
        verdict.error = QStringLiteral("empty frame");
        return verdict;
    }
    ValidatingVisitor visitor(limits, verdict);
    size_t offset = 0;
    try {
        msgpack::parse(payload.data(), size_t(payload.size()), offset, visitor);
    } catch (const msgpack::size_overflow &) { // an extension of 4 GiB, where size_t has 32 bits
        visitor.insufficient_bytes(0, 0);
    }
    if (verdict.error.isEmpty() && offset < size_t(payload.size())) {
        verdict.error = QStringLiteral("%1 bytes left over after the message")
                            .arg(size_t(payload.size()) - offset);
    }
    return verdict;
}

} // namespace QRepod
