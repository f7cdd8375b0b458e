// SPDX-License-Identifier: MIT
#include "websocket/httphead.h"

#include <algorithm>

namespace QRepod {

namespace {

bool isSame(QByteArrayView a, QByteArrayView b)
{
    return a.compare(b, Qt::CaseInsensitive) == 0;
}

bool isTokenCharacter(char c)
{
    constexpr QByteArrayView marks = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
        || marks.contains(c);
}

bool isText(QByteArrayView bytes)
{
    return std::none_of(bytes.begin(), bytes.end(),
                        [](char c) { return (uchar(c) < 0x20 && c != '\t') || c == 0x7f; });
}

} // namespace

qsizetype HttpHead::size(QByteArrayView bytes)
{
    constexpr QByteArrayView end = "\r\n\r\n";
    const qsizetype position = bytes.indexOf(end);
    return position < 0 ? 0 : position + end.size();
}

HttpHead::HttpHead(QByteArrayView head)
{
    read(head.chopped(2)); // every line has its end
}

void HttpHead::read(QByteArrayView head)
{
    bool isFirst = true;
    while (!head.isEmpty()) {
        const qsizetype end = head.indexOf("\r\n");
        const QByteArrayView line = head.first(end);
        head = head.sliced(end + 2);
        if (!isText(line)) {
            m_error = QStringLiteral("a control character in the head");
            return;
        }
        if (std::exchange(isFirst, false))
            m_startLine = line;
        else if (!readField(line))
            return;
    }
}

bool HttpHead::readField(QByteArrayView line)
{
    const qsizetype colon = line.indexOf(':');
    const QByteArrayView name = line.first(std::max<qsizetype>(0, colon));
    if (name.isEmpty() || !std::all_of(name.begin(), name.end(), isTokenCharacter))
        m_error = QStringLiteral("an invalid header field");
    else if (m_fields.size() == mostFields)
        m_error = QStringLiteral("more than %1 header fields").arg(mostFields);
    else
        m_fields.append({name, line.sliced(colon + 1).trimmed()});
    return m_error.isEmpty();
}

qsizetype HttpHead::count(QByteArrayView name) const
{
    return std::count_if(m_fields.cbegin(), m_fields.cend(),
                         [&](const Field &field) { return isSame(field.name, name); });
}

QByteArrayView HttpHead::value(QByteArrayView name) const
{
    const auto found = std::find_if(m_fields.cbegin(), m_fields.cend(),
                                    [&](const Field &field) { return isSame(field.name, name); });
    return found == m_fields.cend() ? QByteArrayView() : found->value;
}

bool HttpHead::hasToken(QByteArrayView name, QByteArrayView token) const
{
    const QList<QByteArrayView> all = tokens(name);
    return std::any_of(all.cbegin(), all.cend(),
                       [&](QByteArrayView each) { return isSame(each, token); });
}

QList<QByteArrayView> HttpHead::tokens(QByteArrayView name) const
{
    QList<QByteArrayView> tokens;
    for (const Field &field : m_fields) {
        if (!isSame(field.name, name))
            continue;
        for (QByteArrayView rest = field.value; !rest.isEmpty();) {
            const qsizetype comma = rest.indexOf(',');
            const QByteArrayView token = rest.first(comma < 0 ? rest.size() : comma).trimmed();
            rest = comma < 0 ? QByteArrayView() : rest.sliced(comma + 1);
            if (!token.isEmpty())
                tokens.append(token);
        }
    }
    return tokens;
}

} // namespace QRepod
