// SPDX-License-Identifier: MIT
#include "protocol/variantreader.h"

#include "protocol/timestamp.h"

#include <QRepod/extension.h>

#include <QtCore/qdatetime.h>

#include <map>

namespace QRepod {

namespace {

QVariant extension(QByteArrayView typeAndData)
{
    const auto type = qint8(typeAndData.front());
    const QByteArrayView data = typeAndData.sliced(1);
    if (type == Timestamp::extensionType) {
        if (const auto time = Timestamp::decode(data))
            return *time;
    }
    return QVariant::fromValue(Extension{type, data.toByteArray()});
}

} // namespace

QVariant VariantReader::read(const Walker::Token &token)
{
    switch (token.kind) {
    case Value::Kind::Nil:
        return QVariant::fromValue(nullptr);
    case Value::Kind::Boolean:
        return token.boolean;
    case Value::Kind::Integer:
        return token.integer;
    case Value::Kind::Unsigned:
        return token.number;
    case Value::Kind::Real:
        return token.real;
    case Value::Kind::Text:
        return m_context.keys().value(token.bytes);
    case Value::Kind::Binary:
        return m_context.bytes(token.bytes);
    case Value::Kind::List:
        return readList(token.count);
    case Value::Kind::Map:
        return readMap(token.count);
    case Value::Kind::Extension:
        return extension(token.bytes);
    case Value::Kind::Time:
        break; // is an extension on the wire
    }
    Q_UNREACHABLE();
    return {};
}

QVariantMap VariantReader::readMap(quint32 count)
{
    // What a QVariantMap is made of: it would look at each insert() whether it is shared.
    std::map<QString, QVariant> map;
    for (; count > 0; --count) {
        QString name = key(m_walker.next());
        // Keys mostly come in order, from a map on the other side.
        const auto pair = map.try_emplace(map.cend(), std::move(name));
        pair->second = read(m_walker.next()); // of two equal keys the latter counts
    }
    return QVariantMap(std::move(map));
}

QVariantList VariantReader::readList(quint32 count)
{
    QVariantList list;
    list.reserve(qsizetype(count));
    for (; count > 0; --count)
        list.append(read(m_walker.next()));
    return list;
}

//! The text that a key is in Qt; validation lets no other kinds pass.
QString VariantReader::key(const Walker::Token &token)
{
    switch (token.kind) {
    case Value::Kind::Text:
        return m_context.keys().text(token.bytes);
    case Value::Kind::Nil:
        return QStringLiteral("null");
    case Value::Kind::Boolean:
        return token.boolean ? QStringLiteral("true") : QStringLiteral("false");
    case Value::Kind::Integer:
        return QString::number(token.integer);
    case Value::Kind::Unsigned:
        return QString::number(token.number);
    case Value::Kind::Real:
        return QString::number(token.real, 'g', QLocale::FloatingPointShortest);
    default:
        break;
    }
    Q_UNREACHABLE();
    return {};
}

QVariantMap decodeMap(QByteArrayView payload, const DecodeContext &context)
{
    Walker walker(payload);
    const Walker::Token map = walker.next();
    return VariantReader(walker, context).readMap(map.count);
}

} // namespace QRepod
