// SPDX-License-Identifier: MIT
#include "protocol/announcement.h"

#include "protocol/frame.h"

#include <QRepod/protocol.h>

namespace QRepod {

namespace {

const QString questionKey = QStringLiteral("_find");
const QString answerKey = QStringLiteral("_found");
const QString serverKey = QStringLiteral("server");
const QString titleKey = QStringLiteral("title");
const QString portKey = QStringLiteral("port");
const QString dataKey = QStringLiteral("data");
const QString paddingKey = QStringLiteral("padding");

//! Returns \a map as MessagePack, without the length, which datagrams do not need.
QByteArray payload(const QVariantMap &map, QString *error = nullptr)
{
    return encode(map, error).mid(frameHeaderSize);
}

std::optional<QVariantMap> mapOf(QByteArrayView datagram)
{
    return datagram.isEmpty() || datagram.size() > datagramSize ? std::nullopt : decode(datagram);
}

//! Returns \a value if it is an integer on the wire, from 0 to \a maximum.
std::optional<quint64> numberOf(const QVariant &value, quint64 maximum)
{
    const int type = value.typeId();
    const bool isNumber =
        type == QMetaType::ULongLong || (type == QMetaType::LongLong && value.toLongLong() >= 0);
    const quint64 number = value.toULongLong();
    return isNumber && number <= maximum ? std::optional(number) : std::nullopt;
}

constexpr quint64 anyNumber = std::numeric_limits<quint64>::max();

} // namespace

QByteArray encodeQuestion(quint64 number)
{
    QVariantMap map{{questionKey, number}, {paddingKey, QByteArray()}};
    // The padding is longer than 255 bytes, so its length takes one byte more than it does now.
    const qsizetype padding = datagramSize - payload(map).size() - 1;
    map.insert(paddingKey, QByteArray(padding, '\0'));
    return payload(map);
}

std::optional<quint64> decodeQuestion(QByteArrayView datagram)
{
    if (datagram.size() != datagramSize)
        return std::nullopt;
    const std::optional<QVariantMap> map = mapOf(datagram);
    return map ? numberOf(map->value(questionKey), anyNumber) : std::nullopt;
}

QByteArray encodeAnnouncement(const Announcement &announcement, QString *error)
{
    QByteArray datagram = payload({{answerKey, announcement.question},
                                   {serverKey, announcement.server},
                                   {titleKey, announcement.title},
                                   {portKey, announcement.port},
                                   {dataKey, announcement.data}},
                                  error);
    if (datagram.size() <= datagramSize)
        return datagram;
    *error = QStringLiteral("title and data take %1 bytes, over the limit of %2")
                 .arg(datagram.size())
                 .arg(datagramSize);
    return {};
}

std::optional<Announcement> decodeAnnouncement(QByteArrayView datagram)
{
    const std::optional<QVariantMap> map = mapOf(datagram);
    if (!map)
        return std::nullopt;
    const auto question = numberOf(map->value(answerKey), anyNumber);
    const auto server = numberOf(map->value(serverKey), anyNumber);
    const auto port = numberOf(map->value(portKey), std::numeric_limits<quint16>::max());
    const QVariant title = map->value(titleKey);
    const QVariant data = map->value(dataKey);
    if (!question || !server || !port || *port == 0 || title.typeId() != QMetaType::QString
        || data.typeId() != QMetaType::QVariantMap)
        return std::nullopt;
    return Announcement{*question, *server, title.toString(), data.toMap(), quint16(*port)};
}

} // namespace QRepod
