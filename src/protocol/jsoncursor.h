// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>
#include <QtCore/qstring.h>

namespace QRepod {

//! A position in a JSON text, and the first fault found there. Strictly RFC 8259: no comments, no
//! trailing commas.
class JsonCursor
{
public:
    explicit JsonCursor(QByteArrayView text)
        : m_begin(text.data())
        , m_next(text.data())
        , m_end(text.data() + text.size())
    {
    }

    QString error() const { return m_error; }

protected:
    char peek() const { return m_next < m_end ? *m_next : '\0'; }
    bool take(char c)
    {
        if (peek() != c || m_next == m_end)
            return false;
        ++m_next;
        return true;
    }
    void skipSpace()
    {
        while (m_next < m_end
               && (*m_next == ' ' || *m_next == '\n' || *m_next == '\r' || *m_next == '\t'))
            ++m_next;
    }
    bool skipDigits()
    {
        const char *const begin = m_next;
        while (m_next < m_end && *m_next >= '0' && *m_next <= '9')
            ++m_next;
        return m_next > begin;
    }

    bool fail(const QString &reason)
    {
        if (m_error.isEmpty())
            m_error = QStringLiteral("JSON at byte %1: %2").arg(m_next - m_begin).arg(reason);
        return false;
    }

    //! Reads a string. \a utf8 is valid until the next call.
    bool string(QByteArrayView *utf8);

    const char *const m_begin;
    const char *m_next;
    const char *const m_end;

private:
    bool escape();
    bool unicode();
    bool hexadecimal(char32_t *unit);

    QByteArray m_unescaped; // the last string, if it had escapes
    QString m_error;
};

} // namespace QRepod
