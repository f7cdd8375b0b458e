// SPDX-License-Identifier: MIT
#include "protocol/encoder.h"

#include "protocol/frame.h"
#include "protocol/messagepack.h"
#include "protocol/timestamp.h"

#include <QRepod/extension.h>

#include <QtCore/qassociativeiterable.h>
#include <QtCore/qdatetime.h>
#include <QtCore/qendian.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qsequentialiterable.h>
#include <QtCore/qstringconverter.h>
#include <QtCore/qurl.h>
#include <QtCore/quuid.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace QRepod {

namespace {

//! msgpack::packer's idea of a stream: appends to a QByteArray, whose size is set once at the end.
///
/// QByteArray's own functions are a call each, for what is mostly a byte or two.
class Output
{
public:
    explicit Output(QByteArray &bytes)
        : m_bytes(bytes)
        , m_end(bytes.size())
    {
        m_bytes.resize(std::max(m_bytes.capacity(), m_end + firstRoom));
    }
    ~Output() { m_bytes.truncate(m_end); }
    Q_DISABLE_COPY_MOVE(Output)

    //! Where the next \a size bytes go, once they are written.
    char *room(qsizetype size)
    {
        if (m_bytes.size() - m_end < size)
            m_bytes.resize(std::max(m_end + size, m_end * 2));
        return m_bytes.data() + m_end;
    }

    //! They have been: as many as these.
    void written(qsizetype size) { m_end += size; }

    void write(const char *data, size_t size)
    {
        std::copy_n(data, size, room(qsizetype(size))); // there may be none, at no address
        written(qsizetype(size));
    }

    qsizetype size() const { return m_end; }

private:
    static constexpr qsizetype firstRoom = 128; // most messages of a game are smaller

    QByteArray &m_bytes;
    qsizetype m_end;
};

//! Writes the 4 characters at \a text to \a out, a byte each, if they are ASCII.
///
/// They are moved together inside of one word, in whichever order it has its bytes.
bool narrow(const QChar *text, char *out)
{
    quint64 word;
    memcpy(&word, text, sizeof word);
    if ((word & 0xff80'ff80'ff80'ff80) != 0)
        return false;
    word = (word | word >> 8) & 0x0000'ffff'0000'ffff;
    const auto bytes = quint32(word | word >> 16);
    memcpy(out, &bytes, sizeof bytes);
    return true;
}

//! Writes \a text to \a out, which has room for three bytes per character, and returns how many.
qsizetype toUtf8(QStringView text, char *out)
{
    constexpr qsizetype atOnce = 4;
    qsizetype ascii = 0;
    while (ascii + atOnce <= text.size() && narrow(text.data() + ascii, out + ascii))
        ascii += atOnce;
    for (; ascii < text.size() && text[ascii].unicode() < 0x80; ++ascii)
        out[ascii] = char(text[ascii].unicode());
    if (ascii == text.size())
        return ascii;
    QStringEncoder encoder(QStringEncoder::Utf8, QStringEncoder::Flag::Stateless);
    return encoder.appendToBuffer(out + ascii, text.sliced(ascii)) - out;
}

//! Writes one value after the other. Where it fails, the path to the value is put together on the
//! way back up, so that success never pays for it.
class Encoder
{
public:
    Encoder(QByteArray &out, const MessageLimits &limits, QList<LargeValue> *large)
        : m_output(out)
        , m_packer(m_output)
        , m_limits(limits)
        , m_large(large)
    {
    }

    //! \a message behind room for the header.
    bool frame(const QVariantMap &message)
    {
        m_output.room(frameHeaderSize);
        m_output.written(frameHeaderSize);
        return entries(message);
    }

    QString error() const
    {
        return m_path.isEmpty() ? m_error : m_path + QLatin1String(": ") + m_error;
    }

private:
    bool value(const QVariant &variant);
    bool custom(const QVariant &variant);
    bool list(const QVariantList &list);
    bool strings(const QStringList &list);
    bool sequence(const QSequentialIterable &sequence);
    bool association(const QAssociativeIterable &association);
    bool gadget(const QMetaObject *type, const void *gadget);
    bool time(const QDateTime &time);
    bool key(const QVariant &key);
    void text(QStringView text);
    void binary(const QByteArray &bytes);
    void extension(qint8 type, QByteArrayView data);

    //! msgpack::packer would send a float that is a whole number as an integer.
    template <class Bits>
    void real(char format, Bits bits)
    {
        char bytes[1 + sizeof bits] = {format};
        qToBigEndian(bits, bytes + 1);
        m_output.write(bytes, sizeof bytes);
    }

    template <class Map>
    bool entries(const Map &map)
    {
        if (!enter(map.size()))
            return false;
        m_packer.pack_map(quint32(map.size()));
        for (auto it = map.cbegin(); it != map.cend(); ++it) {
            text(it.key());
            if (!value(it.value()))
                return failedAt(it.key());
        }
        return leave();
    }

    bool enter(qsizetype count)
    {
        m_values += count;
        if (++m_depth > m_limits.depth)
            return fail(QStringLiteral("nesting of %1 levels is over the limit of %2")
                            .arg(m_depth)
                            .arg(m_limits.depth));
        if (m_values > m_limits.values)
            return fail(QStringLiteral("message of %1 values is over the limit of %2")
                            .arg(m_values)
                            .arg(m_limits.values));
        return true;
    }

    bool leave()
    {
        --m_depth;
        return true;
    }

    bool fail(const QString &error)
    {
        m_error = error;
        return false;
    }

    bool failedAt(const QString &key)
    {
        if (!m_path.isEmpty() && !m_path.startsWith(u'['))
            m_path.prepend(u'.');
        m_path.prepend(key);
        return false;
    }

    bool failedAt(qsizetype index) { return failedAt(QStringLiteral("[%1]").arg(index)); }

    Output m_output;
    msgpack::packer<Output> m_packer;
    const MessageLimits &m_limits;
    QList<LargeValue> *const m_large; // nullptr: everything goes to the output
    qint64 m_values = 0;
    int m_depth = 0;
    QString m_error;
    QString m_path;
};

bool Encoder::value(const QVariant &variant)
{
    const void *data = variant.constData();
    const auto as = [data]<class T>(std::type_identity<T>) -> const T & {
        return *static_cast<const T *>(data);
    };
    const auto packAs = [&]<class T>(std::type_identity<T> type) {
        m_packer.pack(as(type));
        return true;
    };

    if (variant.isNull()) { // with a type, too, as QSqlQuery gives them
        m_packer.pack_nil();
        return true;
    }
    switch (variant.metaType().id()) {
    case QMetaType::Bool:
        return packAs(std::type_identity<bool>());
    case QMetaType::Char:
        m_packer.pack_int8(as(std::type_identity<qint8>()));
        return true;
    case QMetaType::SChar:
        return packAs(std::type_identity<signed char>());
    case QMetaType::UChar:
        return packAs(std::type_identity<uchar>());
    case QMetaType::Short:
        return packAs(std::type_identity<short>());
    case QMetaType::UShort:
        return packAs(std::type_identity<ushort>());
    case QMetaType::Int:
        return packAs(std::type_identity<int>());
    case QMetaType::UInt:
        return packAs(std::type_identity<uint>());
    case QMetaType::Long:
        return packAs(std::type_identity<long>());
    case QMetaType::ULong:
        return packAs(std::type_identity<ulong>());
    case QMetaType::LongLong:
        return packAs(std::type_identity<qint64>());
    case QMetaType::ULongLong:
        return packAs(std::type_identity<quint64>());
    case QMetaType::Float:
        real('\xca', std::bit_cast<quint32>(as(std::type_identity<float>())));
        return true;
    case QMetaType::Double:
        real('\xcb', std::bit_cast<quint64>(as(std::type_identity<double>())));
        return true;
    case QMetaType::QString:
        text(as(std::type_identity<QString>()));
        return true;
    case QMetaType::QChar:
        text(QStringView(&as(std::type_identity<QChar>()), 1));
        return true;
    case QMetaType::QUrl:
        text(as(std::type_identity<QUrl>()).toString(QUrl::FullyEncoded));
        return true;
    case QMetaType::QUuid:
        text(as(std::type_identity<QUuid>()).toString(QUuid::WithoutBraces));
        return true;
    case QMetaType::QByteArray:
        binary(as(std::type_identity<QByteArray>()));
        return true;
    case QMetaType::QDateTime:
        return time(as(std::type_identity<QDateTime>()));
    case QMetaType::QVariantList:
        return list(as(std::type_identity<QVariantList>()));
    case QMetaType::QStringList:
        return strings(as(std::type_identity<QStringList>()));
    case QMetaType::QVariantMap:
        return entries(as(std::type_identity<QVariantMap>()));
    case QMetaType::QVariantHash:
        return entries(as(std::type_identity<QVariantHash>()));
    case QMetaType::QJsonValue:
        return value(as(std::type_identity<QJsonValue>()).toVariant());
    case QMetaType::QJsonObject:
        return entries(as(std::type_identity<QJsonObject>()).toVariantMap());
    case QMetaType::QJsonArray:
        return list(as(std::type_identity<QJsonArray>()).toVariantList());
    case QMetaType::QJsonDocument:
        return value(as(std::type_identity<QJsonDocument>()).toVariant());
    default:
        return custom(variant);
    }
}

//! Types that are recognised by what they can do.
bool Encoder::custom(const QVariant &variant)
{
    const QMetaType type = variant.metaType();
    if (type == QMetaType::fromType<Extension>()) {
        const auto &value = *static_cast<const Extension *>(variant.constData());
        extension(value.type, value.data);
        return true;
    }
    if (type.flags() & QMetaType::IsEnumeration) {
        if (type.flags() & QMetaType::IsUnsignedEnumeration)
            m_packer.pack(variant.toULongLong());
        else
            m_packer.pack(variant.toLongLong());
        return true;
    }
    if (type.flags() & QMetaType::IsGadget)
        return gadget(type.metaObject(), variant.constData());
    if (QMetaType::canView(type, QMetaType::fromType<QAssociativeIterable>()))
        return association(variant.value<QAssociativeIterable>());
    if (QMetaType::canView(type, QMetaType::fromType<QSequentialIterable>()))
        return sequence(variant.value<QSequentialIterable>());
    return fail(QStringLiteral("%1 has no MessagePack form").arg(QLatin1String(type.name())));
}

bool Encoder::list(const QVariantList &list)
{
    if (!enter(list.size()))
        return false;
    m_packer.pack_array(quint32(list.size()));
    for (qsizetype i = 0; i < list.size(); ++i) {
        if (!value(list[i]))
            return failedAt(i);
    }
    return leave();
}

bool Encoder::strings(const QStringList &list)
{
    if (!enter(list.size()))
        return false;
    m_packer.pack_array(quint32(list.size()));
    for (const QString &string : list)
        text(string);
    return leave();
}

bool Encoder::sequence(const QSequentialIterable &sequence)
{
    if (!enter(sequence.size()))
        return false;
    m_packer.pack_array(quint32(sequence.size()));
    qsizetype index = 0;
    for (auto it = sequence.begin(); it != sequence.end(); ++it, ++index) {
        if (!value(*it))
            return failedAt(index);
    }
    return leave();
}

bool Encoder::association(const QAssociativeIterable &association)
{
    if (!enter(association.size()))
        return false;
    m_packer.pack_map(quint32(association.size()));
    for (auto it = association.begin(); it != association.end(); ++it) {
        if (!key(it.key()))
            return false;
        if (!value(it.value()))
            return failedAt(it.key().toString());
    }
    return leave();
}

bool Encoder::gadget(const QMetaObject *type, const void *gadget)
{
    const int count = type->propertyCount();
    if (!enter(count))
        return false;
    m_packer.pack_map(quint32(count));
    for (int i = 0; i < count; ++i) {
        const QMetaProperty property = type->property(i);
        const QString name = QString::fromLatin1(property.name());
        text(name);
        if (!value(property.readOnGadget(gadget)))
            return failedAt(name);
    }
    return leave();
}

bool Encoder::time(const QDateTime &time)
{
    if (!time.isValid())
        return fail(QStringLiteral("the QDateTime is not valid"));
    extension(Timestamp::extensionType, Timestamp::encode(time));
    return true;
}

bool Encoder::key(const QVariant &key)
{
    switch (key.metaType().id()) {
    case QMetaType::QString:
    case QMetaType::Bool:
    case QMetaType::SChar:
    case QMetaType::UChar:
    case QMetaType::Short:
    case QMetaType::UShort:
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::Long:
    case QMetaType::ULong:
    case QMetaType::LongLong:
    case QMetaType::ULongLong:
        return value(key);
    default:
        if (key.metaType().flags() & QMetaType::IsEnumeration)
            return value(key);
        return fail(QStringLiteral("a map key is a %1").arg(QLatin1String(key.metaType().name())));
    }
}

void Encoder::text(QStringView text)
{
    // The header's length depends on the number of bytes, which is only known once they are
    // written. It is foreseen as for ASCII, which it almost always is; else the bytes move over.
    const auto headerSize = [](qsizetype bytes) -> qsizetype {
        return bytes < 32 ? 1 : bytes <= 0xff ? 2 : bytes <= 0xffff ? 3 : 5;
    };
    constexpr qsizetype largestHeader = 5;
    constexpr qsizetype largestCharacter = 3; // a surrogate pair becomes 4 bytes
    char *const header = m_output.room(largestHeader + text.size() * largestCharacter);
    const qsizetype foreseen = headerSize(text.size());
    const qsizetype size = toUtf8(text, header + foreseen);

    const qsizetype needed = headerSize(size);
    if (needed != foreseen)
        memmove(header + needed, header + foreseen, size_t(size));
    switch (needed) {
    case 1:
        header[0] = char(0xa0 | size);
        break;
    case 2:
        header[0] = '\xd9';
        header[1] = char(size);
        break;
    case 3:
        header[0] = '\xda';
        qToBigEndian(quint16(size), header + 1);
        break;
    default:
        header[0] = '\xdb';
        qToBigEndian(quint32(size), header + 1);
        break;
    }
    m_output.written(needed + size);
}

void Encoder::binary(const QByteArray &bytes)
{
    m_packer.pack_bin(quint32(bytes.size()));
    // What QByteArray::fromRawData() refers to may be gone before it is written.
    const bool isOwner = bytes.capacity() > 0;
    if (m_large && bytes.size() >= LargeValue::leastSize && isOwner) {
        m_large->push_back({m_output.size(), bytes});
        return;
    }
    m_packer.pack_bin_body(bytes.data(), quint32(bytes.size()));
}

void Encoder::extension(qint8 type, QByteArrayView data)
{
    m_packer.pack_ext(size_t(data.size()), type);
    m_packer.pack_ext_body(data.data(), quint32(data.size()));
}

} // namespace

bool appendFrame(QByteArray &out, const QVariantMap &message, const MessageLimits &limits,
                 QString *error, QList<LargeValue> *large)
{
    const qsizetype start = out.size();
    const auto fail = [&](const QString &reason) {
        out.truncate(start);
        if (large)
            large->clear();
        if (error)
            *error = reason;
        return false;
    };

    {
        Encoder encoder(out, limits, large);
        if (!encoder.frame(message))
            return fail(encoder.error());
    }
    qint64 size = out.size() - start - frameHeaderSize;
    if (large) {
        for (const LargeValue &value : *large)
            size += value.bytes.size();
    }
    if (size > std::min<qint64>(limits.frameSize, std::numeric_limits<quint32>::max())) {
        return fail(QStringLiteral("frame of %1 bytes is over the limit of %2")
                        .arg(size)
                        .arg(limits.frameSize));
    }
    qToBigEndian(quint32(size), out.data() + start);
    return true;
}

} // namespace QRepod
