// SPDX-License-Identifier: MIT
#include "protocol/jsoncursor.h"

#include <QtCore/qchar.h>
#include <QtCore/qstringconverter.h>

#include <array>
#include <charconv>

namespace QRepod {

bool JsonCursor::string(QByteArrayView *utf8)
{
    if (!take('"'))
        return fail(QStringLiteral("a string is missing"));
    m_unescaped.clear();
    const char *begin = m_next; // of what has no escape
    while (m_next < m_end) {
        const auto c = uchar(*m_next);
        if (c < 0x20)
            return fail(QStringLiteral("a control character in a string"));
        if (c != '"' && c != '\\') {
            ++m_next;
            continue;
        }
        const QByteArrayView plain(begin, m_next - begin);
        ++m_next;
        if (c == '"' && m_unescaped.isEmpty()) {
            *utf8 = plain;
            return true;
        }
        m_unescaped += plain;
        if (c == '"') {
            *utf8 = m_unescaped;
            return true;
        }
        if (!escape())
            return false;
        begin = m_next;
    }
    return fail(QStringLiteral("unterminated string"));
}

bool JsonCursor::escape()
{
    constexpr QByteArrayView names = "\"\\/bfnrtu";
    constexpr QByteArrayView meanings = "\"\\/\b\f\n\r\t";
    const qsizetype index = m_next < m_end ? names.indexOf(*m_next) : -1;
    if (index < 0)
        return fail(QStringLiteral("invalid escape sequence"));
    ++m_next;
    if (index == meanings.size())
        return unicode();
    m_unescaped += meanings[index];
    return true;
}

//! A character, of two units if it needs them; a half alone becomes U+FFFD, as everywhere.
bool JsonCursor::unicode()
{
    char32_t character = 0;
    if (!hexadecimal(&character))
        return false;
    if (QChar::isHighSurrogate(character) && m_end - m_next >= 2 && m_next[0] == '\\'
        && m_next[1] == 'u') {
        const char *const behind = m_next;
        m_next += 2;
        char32_t low = 0;
        if (!hexadecimal(&low))
            return false;
        if (QChar::isLowSurrogate(low))
            character = QChar::surrogateToUcs4(char16_t(character), char16_t(low));
        else
            m_next = behind;
    }
    if (QChar::isSurrogate(character))
        character = QChar::ReplacementCharacter;
    std::array<char, 16> utf8; // more than the encoder asks for
    const char *const end = QStringEncoder(QStringEncoder::Utf8)
                                .appendToBuffer(utf8.data(), QChar::fromUcs4(character));
    m_unescaped.append(utf8.data(), end - utf8.data());
    return true;
}

bool JsonCursor::hexadecimal(char32_t *unit)
{
    constexpr int digits = 4;
    quint32 value = 0;
    if (m_end - m_next < digits
        || std::from_chars(m_next, m_next + digits, value, 16).ptr != m_next + digits)
        return fail(QStringLiteral("four hexadecimal digits are missing"));
    m_next += digits;
    *unit = value;
    return true;
}

} // namespace QRepod
