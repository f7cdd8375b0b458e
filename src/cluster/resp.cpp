// SPDX-License-Identifier: MIT
#include "cluster/resp.h"

#include <algorithm>

namespace QRepod {

QByteArray encodeCommand(const QByteArrayList &arguments)
{
    QByteArray bytes = '*' + QByteArray::number(arguments.size()) + "\r\n";
    for (const QByteArray &argument : arguments)
        bytes += '$' + QByteArray::number(argument.size()) + "\r\n" + argument + "\r\n";
    return bytes;
}

std::optional<RespValue> RespReader::next()
{
    const bool canBeWhole = m_bytes.size() - m_begin >= std::max<qsizetype>(m_needed, 1);
    std::optional<RespValue> value;
    if (m_error.isEmpty() && canBeWhole) {
        m_next = m_begin;
        m_needed = 0;
        value = read(1);
    }
    if (value)
        m_begin = m_next;
    else // what has been read is given back before more comes, not for each reply
        m_bytes.remove(0, std::exchange(m_begin, 0));
    return value;
}

void RespReader::fail(const QString &error)
{
    m_error = error;
}

std::optional<QByteArray> RespReader::readLine()
{
    const qsizetype end = m_bytes.indexOf("\r\n", m_next);
    if (end < 0) {
        if (m_bytes.size() - m_next > 64 * 1024)
            fail(QStringLiteral("unterminated line"));
        return std::nullopt;
    }
    QByteArray line = m_bytes.mid(m_next, end - m_next);
    m_next = end + 2;
    return line;
}

std::optional<qint64> RespReader::readNumber()
{
    const std::optional<QByteArray> line = readLine();
    if (!line)
        return std::nullopt;
    bool isNumber = false;
    const qint64 number = line->toLongLong(&isNumber);
    if (!isNumber) {
        fail(QStringLiteral("expected a number"));
        return std::nullopt;
    }
    return number;
}

std::optional<RespValue> RespReader::read(int depth)
{
    using Kind = RespValue::Kind;
    if (m_next >= m_bytes.size())
        return std::nullopt;
    const char type = m_bytes[m_next++];
    if (type == '+' || type == '-') {
        const std::optional<QByteArray> line = readLine();
        return line ? std::optional(RespValue{type == '+' ? Kind::Text : Kind::Error, *line, 0, {}})
                    : std::nullopt;
    }
    if (type != ':' && type != '$' && type != '*') {
        fail(QStringLiteral("invalid type of a reply, byte %1").arg(int(uchar(type))));
        return std::nullopt;
    }
    const std::optional<qint64> number = readNumber();
    if (!number)
        return std::nullopt;
    if (type == ':')
        return RespValue{Kind::Integer, {}, *number, {}};
    if (*number < 0)
        return RespValue{};
    return type == '$' ? readText(*number) : readList(*number, depth);
}

std::optional<RespValue> RespReader::readText(qint64 size)
{
    if (size > maximumSize) {
        fail(QStringLiteral("reply of %1 bytes is too large").arg(size));
        return std::nullopt;
    }
    if (m_bytes.size() - m_next < size + 2) {
        m_needed = m_next - m_begin + size + 2;
        return std::nullopt;
    }
    if (m_bytes[m_next + size] != '\r' || m_bytes[m_next + size + 1] != '\n') {
        fail(QStringLiteral("unterminated text"));
        return std::nullopt;
    }
    RespValue value{RespValue::Kind::Text, m_bytes.mid(m_next, size), 0, {}};
    m_next += size + 2;
    return value;
}

std::optional<RespValue> RespReader::readList(qint64 count, int depth)
{
    if (count > maximumElements || depth >= maximumDepth) {
        fail(QStringLiteral("list too long or too deeply nested"));
        return std::nullopt;
    }
    RespValue value{RespValue::Kind::List, {}, 0, {}};
    for (qint64 i = 0; i < count; ++i) {
        std::optional<RespValue> element = read(depth + 1);
        if (!element)
            return std::nullopt;
        value.list.append(std::move(*element));
    }
    return value;
}

} // namespace QRepod
