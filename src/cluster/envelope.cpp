// SPDX-License-Identifier: MIT
#include "cluster/envelope.h"

#include <QtCore/qdatastream.h>
#include <QtCore/qendian.h>
#include <QtCore/qiodevice.h>

namespace QRepod {

namespace {

constexpr quint8 version = 1;
constexpr int headerSize = 4;

} // namespace

QByteArray encodeEnvelope(const Envelope &envelope)
{
    QByteArray bytes;
    QDataStream stream(&bytes, QIODevice::WriteOnly);
    stream.setVersion(QDataStream::Qt_6_0);
    stream << version << envelope.node << envelope.epoch << envelope.number
           << quint32(envelope.items.size());
    for (const Item &item : envelope.items)
        stream << quint8(item.kind) << item.name << item.action << item.data << item.time
               << quint8(item.mode) << item.number;
    return bytes;
}

std::optional<Envelope> decodeEnvelope(const QByteArray &bytes)
{
    QDataStream stream(bytes);
    stream.setVersion(QDataStream::Qt_6_0);
    quint8 itsVersion = 0;
    quint32 count = 0;
    Envelope envelope;
    stream >> itsVersion >> envelope.node >> envelope.epoch >> envelope.number >> count;
    if (itsVersion != version || envelope.node.isEmpty())
        return std::nullopt;
    for (quint32 i = 0; i < count && stream.status() == QDataStream::Ok; ++i) {
        quint8 kind = 0;
        Item item{};
        quint8 mode = 0;
        stream >> kind >> item.name >> item.action >> item.data >> item.time >> mode >> item.number;
        if (kind > quint8(Item::Kind::StateOver) || mode > quint8(SendMode::Latest))
            return std::nullopt;
        item.mode = SendMode(mode);
        item.kind = Item::Kind(kind);
        envelope.items.append(item);
    }
    if (stream.status() != QDataStream::Ok || !stream.atEnd())
        return std::nullopt;
    return envelope;
}

bool isFrame(const QByteArray &bytes)
{
    return bytes.size() > headerSize
        && qFromBigEndian<quint32>(bytes.constData()) == quint64(bytes.size() - headerSize);
}

} // namespace QRepod
