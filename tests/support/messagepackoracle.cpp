// SPDX-License-Identifier: MIT
#include "support/messagepackoracle.h"

#include "protocol/timestamp.h"

#include <QRepod/extension.h>

#include <QtCore/QDateTime>
#include <QtCore/QtEndian>

#define MSGPACK_NO_BOOST
QT_WARNING_PUSH
QT_WARNING_DISABLE_GCC("-Wconversion")
QT_WARNING_DISABLE_GCC("-Wsign-conversion")
QT_WARNING_DISABLE_GCC("-Wuseless-cast")
#include <msgpack.hpp>
QT_WARNING_POP

#include <bit>

using QRepod::Extension;

namespace MessagePackOracle {

namespace {

class Visitor : public msgpack::null_visitor
{
public:
    explicit Visitor(Structure &structure)
        : m_structure(structure)
    {
    }

    void parse_error(size_t, size_t) { m_structure = Structure::Undefined; }
    void insufficient_bytes(size_t, size_t) { m_structure = Structure::Truncated; }

private:
    Structure &m_structure;
};

//! Converts text unchanged: QString::fromUtf8() would drop a byte order mark.
QString text(QByteArrayView utf8)
{
    constexpr QByteArrayView mark("\xef\xbb\xbf", 3);
    const QString text = QString::fromUtf8(utf8);
    return utf8.startsWith(mark) ? QChar(QChar::ByteOrderMark) + text : text;
}

QVariant extension(qint8 type, QByteArrayView data)
{
    if (type == QRepod::Timestamp::extensionType) {
        if (const auto time = QRepod::Timestamp::decode(data))
            return *time;
    }
    return QVariant::fromValue(Extension{type, data.toByteArray()});
}

QString key(const msgpack::object &object)
{
    switch (object.type) {
    case msgpack::type::STR:
        return text({object.via.str.ptr, qsizetype(object.via.str.size)});
    case msgpack::type::BOOLEAN:
        return QString::fromLatin1(object.via.boolean ? "true" : "false");
    case msgpack::type::POSITIVE_INTEGER:
        return QString::number(object.via.u64);
    case msgpack::type::NEGATIVE_INTEGER:
        return QString::number(object.via.i64);
    case msgpack::type::FLOAT32:
    case msgpack::type::FLOAT64:
        return QString::number(object.via.f64, 'g', QLocale::FloatingPointShortest);
    case msgpack::type::NIL:
        return QString::fromLatin1("null");
    case msgpack::type::BIN: {
        const QByteArray bytes(object.via.bin.ptr, qsizetype(object.via.bin.size));
        return bytes.isValidUtf8() ? text(bytes) : QString::fromLatin1(bytes.toHex());
    }
    case msgpack::type::EXT: {
        const QByteArray data(object.via.ext.data(), qsizetype(object.via.ext.size));
        const QString time = QRepod::Timestamp::decode(data).value().toString(Qt::ISODateWithMs);
        return time.isEmpty() ? QString::fromLatin1(data.toHex()) : time;
    }
    default:
        qFatal("no key: %d", int(object.type));
    }
}

QVariant value(const msgpack::object &object)
{
    switch (object.type) {
    case msgpack::type::NIL:
        return QVariant::fromValue(nullptr);
    case msgpack::type::BOOLEAN:
        return object.via.boolean;
    case msgpack::type::POSITIVE_INTEGER:
        if (object.via.u64 > quint64(std::numeric_limits<qint64>::max()))
            return quint64(object.via.u64);
        return qint64(object.via.u64);
    case msgpack::type::NEGATIVE_INTEGER:
        return qint64(object.via.i64);
    case msgpack::type::FLOAT32:
    case msgpack::type::FLOAT64:
        return object.via.f64;
    case msgpack::type::STR:
        return text({object.via.str.ptr, qsizetype(object.via.str.size)});
    case msgpack::type::BIN:
        return QByteArray(object.via.bin.ptr, qsizetype(object.via.bin.size));
    case msgpack::type::EXT:
        return extension(object.via.ext.type(),
                         {object.via.ext.data(), qsizetype(object.via.ext.size)});
    case msgpack::type::ARRAY: {
        QVariantList list;
        for (const msgpack::object &element : object.via.array)
            list.append(value(element));
        return list;
    }
    case msgpack::type::MAP: {
        QVariantMap map;
        for (const msgpack::object_kv &pair : object.via.map)
            map.insert(key(pair.key), value(pair.val)); // of two equal keys the last one counts
        return map;
    }
    }
    qFatal("no value: %d", int(object.type));
}

//! msgpack::packer would send a whole float as an integer.
void pack(msgpack::sbuffer &out, double real)
{
    char bytes[1 + sizeof real] = {'\xcb'};
    qToBigEndian(std::bit_cast<quint64>(real), bytes + 1);
    out.write(bytes, sizeof bytes);
}

void pack(msgpack::packer<msgpack::sbuffer> &packer, const Extension &extension)
{
    packer.pack_ext(size_t(extension.data.size()), extension.type);
    packer.pack_ext_body(extension.data.data(), quint32(extension.data.size()));
}

void packText(msgpack::packer<msgpack::sbuffer> &packer, const QString &text)
{
    const QByteArray utf8 = text.toUtf8();
    packer.pack_str(quint32(utf8.size()));
    packer.pack_str_body(utf8.data(), quint32(utf8.size()));
}

void pack(msgpack::sbuffer &out, const QVariant &decoded)
{
    msgpack::packer packer(out);
    switch (decoded.metaType().id()) {
    case QMetaType::Nullptr:
        packer.pack_nil();
        return;
    case QMetaType::Bool:
        packer.pack(decoded.toBool());
        return;
    case QMetaType::LongLong:
        packer.pack(decoded.toLongLong());
        return;
    case QMetaType::ULongLong:
        packer.pack(decoded.toULongLong());
        return;
    case QMetaType::Double:
        return pack(out, decoded.toDouble());
    case QMetaType::QString:
        return packText(packer, decoded.toString());
    case QMetaType::QByteArray: {
        const QByteArray bytes = decoded.toByteArray();
        packer.pack_bin(quint32(bytes.size()));
        packer.pack_bin_body(bytes.data(), quint32(bytes.size()));
        return;
    }
    case QMetaType::QDateTime:
        return pack(packer,
                    Extension{QRepod::Timestamp::extensionType,
                              QRepod::Timestamp::encode(decoded.toDateTime())});
    case QMetaType::QVariantList: {
        const QVariantList list = decoded.toList();
        packer.pack_array(quint32(list.size()));
        for (const QVariant &element : list)
            pack(out, element);
        return;
    }
    case QMetaType::QVariantMap: {
        const QVariantMap map = decoded.toMap();
        packer.pack_map(quint32(map.size()));
        for (auto it = map.begin(); it != map.end(); ++it) {
            packText(packer, it.key());
            pack(out, it.value());
        }
        return;
    }
    default:
        return pack(packer, decoded.value<Extension>());
    }
}

} // namespace

Structure structure(QByteArrayView payload)
{
    auto structure = Structure::OneValue;
    Visitor visitor(structure);
    size_t offset = 0;
    try {
        msgpack::parse(payload.data(), size_t(payload.size()), offset, visitor);
    } catch (const msgpack::size_overflow &) { // an extension of 4 GiB with a size_t of 32 bits
        return Structure::Truncated;
    }
    if (structure == Structure::OneValue && offset < size_t(payload.size()))
        return Structure::LeftOver;
    return structure;
}

std::optional<Structure> structureOf(const QString &error)
{
    if (error.isEmpty())
        return Structure::OneValue;
    if (error == QLatin1String("payload ends in the middle of a value"))
        return Structure::Truncated;
    if (error.endsWith(QLatin1String("of the payload is not MessagePack")))
        return Structure::Undefined;
    if (error.endsWith(QLatin1String("left over after the message")))
        return Structure::LeftOver;
    return std::nullopt;
}

QVariant decode(QByteArrayView payload)
{
    return value(msgpack::unpack(payload.data(), size_t(payload.size())).get());
}

QByteArray encode(const QVariant &decoded)
{
    msgpack::sbuffer out;
    pack(out, decoded);
    return QByteArray(out.data(), qsizetype(out.size()));
}

} // namespace MessagePackOracle
