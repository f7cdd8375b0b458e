// SPDX-License-Identifier: MIT
#include "protocol/variantreader.h"

#include "protocol/text.h"
#include "protocol/timestamp.h"

#include <QRepod/extension.h>

#include <QtCore/qdatetime.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace QRepod {

namespace {

// In pairs. The maps of games are smaller.
constexpr quint32 largeMap = 64;

QString hexadecimal(QByteArrayView bytes)
{
    constexpr std::u16string_view digits = u"0123456789abcdef";
    QString text(2 * bytes.size(), Qt::Uninitialized);
    QChar *next = text.data();
    for (const char byte : bytes) {
        *next++ = digits[quint8(byte) >> 4];
        *next++ = digits[quint8(byte) & 0xf];
    }
    return text;
}

using Kind = MessagePackReader::Kind;

QVariant extension(qint8 type, QByteArrayView data)
{
    if (type == Timestamp::extensionType) {
        if (const auto time = Timestamp::decode(data))
            return *time;
    }
    return QVariant::fromValue(Extension{type, data.toByteArray()});
}

} // namespace

QVariant VariantReader::read(MessagePackReader::Token token)
{
    switch (token.kind) {
    case Kind::Nil:
        return QVariant::fromValue(nullptr);
    case Kind::Boolean:
        return token.boolean;
    case Kind::Integer:
        return token.integer;
    case Kind::Unsigned:
        return token.number;
    case Kind::Real:
        return token.real;
    case Kind::Text:
        return m_context.text(token.bytes());
    case Kind::Binary:
        return m_context.bytes(token.bytes());
    case Kind::List:
        return readList(token.size);
    case Kind::Map:
        return readMap(token.size);
    case Kind::Extension:
        return extension(token.extensionType(), token.extensionData());
    case Kind::Invalid:
        break;
    }
    Q_UNREACHABLE();
    return {};
}

QVariantMap VariantReader::readMap(quint32 count)
{
    if (count > largeMap)
        return readLargeMap(count);
    // QVariantMap wraps a std::map. Its own insert() would check each time whether it is shared.
    std::map<QString, QVariant> map;
    for (; count > 0; --count) {
        QString name = key(m_reader.next());
        // Keys mostly arrive in order, because they come from a map. Not try_emplace(): it
        // compares the key twice.
        const auto pair = map.emplace_hint(map.cend(), std::move(name), QVariant());
        pair->second = read(m_reader.next()); // of two equal keys the last one counts
    }
    return QVariantMap(std::move(map));
}

//! Sorts the pairs first. Finding the places of shuffled keys one by one, in a tree that does not
//! fit the processor's cache, takes several times as long.
QVariantMap VariantReader::readLargeMap(quint32 count)
{
    using Pair = std::pair<QString, QVariant>;
    std::vector<Pair> pairs;
    pairs.reserve(count);
    for (; count > 0; --count) {
        QString name = key(m_reader.next());
        pairs.emplace_back(std::move(name), read(m_reader.next()));
    }
    const auto isBefore = [](const Pair &a, const Pair &b) { return a.first < b.first; };
    if (!std::is_sorted(pairs.begin(), pairs.end(), isBefore))
        std::stable_sort(pairs.begin(), pairs.end(), isBefore);
    std::map<QString, QVariant> map;
    for (Pair &pair : pairs) // of equal keys the last one counts
        map.insert_or_assign(map.cend(), std::move(pair.first), std::move(pair.second));
    return QVariantMap(std::move(map));
}

QVariantList VariantReader::readList(quint32 count)
{
    QVariantList list;
    list.reserve(qsizetype(count));
    for (; count > 0; --count)
        list.append(read(m_reader.next()));
    return list;
}

QString VariantReader::key(MessagePackReader::Token token)
{
    return token.kind == Kind::Text ? m_context.key(token.bytes()) : keyText(token);
}

QString keyText(MessagePackReader::Token token)
{
    switch (token.kind) {
    case Kind::Text:
        return textFromUtf8(token.bytes());
    case Kind::Nil:
        return QStringLiteral("null");
    case Kind::Boolean:
        return token.boolean ? QStringLiteral("true") : QStringLiteral("false");
    case Kind::Integer:
        return QString::number(token.integer);
    case Kind::Unsigned:
        return QString::number(token.number);
    case Kind::Real:
        return QString::number(token.real, 'g', QLocale::FloatingPointShortest);
    case Kind::Binary:
        return isUtf8(token.bytes()) ? textFromUtf8(token.bytes()) : hexadecimal(token.bytes());
    case Kind::Extension: { // always a time; others cannot be keys
        const QByteArrayView data = token.extensionData();
        const std::optional<Timestamp::IsoText> text = Timestamp::isoText(data);
        return text ? QString::fromLatin1(text->data(), text->size())
                    : hexadecimal(data); // beyond the year 9999
    }
    default:
        break;
    }
    Q_UNREACHABLE();
    return {};
}

QVariantMap decodeMap(QByteArrayView payload, const DecodeContext &context)
{
    MessagePackReader reader(payload);
    const MessagePackReader::Token map = reader.next();
    Q_ASSERT(map.kind == Kind::Map);
    return VariantReader(reader, context).readMap(map.size);
}

} // namespace QRepod
