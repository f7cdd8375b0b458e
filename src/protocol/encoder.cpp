// SPDX-License-Identifier: MIT
#include "protocol/encoder.h"

#include "protocol/frame.h"
#include "protocol/messagepackwriter.h"
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
#include <QtCore/qurl.h>
#include <QtCore/quuid.h>

#include <algorithm>
#include <limits>

namespace QRepod {

namespace {

//! What \a variant holds, which is a T.
template <class T>
const T &as(const QVariant &variant)
{
    return *static_cast<const T *>(variant.constData());
}

//! Writes one value after the other. Where it fails, the path to the value is put together on the
//! way back up, so that success never pays for it.
class Encoder
{
public:
    Encoder(QByteArray &out, const MessageLimits &limits, QList<LargeValue> *large)
        : m_writer(out)
        , m_limits(limits)
        , m_large(large)
    {
    }

    //! \a message behind room for the header.
    bool frame(const QVariantMap &message)
    {
        m_writer.raw(QByteArrayView("\0\0\0\0", frameHeaderSize));
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
    bool binary(const QByteArray &bytes);

    bool integer(qint64 value)
    {
        m_writer.integer(value);
        return true;
    }

    bool number(quint64 value)
    {
        m_writer.number(value);
        return true;
    }

    bool text(QStringView text)
    {
        m_writer.text(text);
        return true;
    }

    template <class Map>
    bool entries(const Map &map)
    {
        if (!enter(map.size()))
            return false;
        m_writer.map(map.size());
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

    MessagePackWriter m_writer;
    const MessageLimits &m_limits;
    QList<LargeValue> *const m_large; // nullptr: everything goes to the output
    qint64 m_values = 0;
    int m_depth = 0;
    QString m_error;
    QString m_path;
};

bool Encoder::value(const QVariant &variant)
{
    if (variant.isNull()) { // with a type, too, as QSqlQuery gives them
        m_writer.nil();
        return true;
    }
    switch (variant.metaType().id()) {
    case QMetaType::Bool:
        m_writer.boolean(as<bool>(variant));
        return true;
    case QMetaType::Char: // whether it is signed is the platform's choice
        return integer(as<qint8>(variant));
    case QMetaType::SChar:
        return integer(as<signed char>(variant));
    case QMetaType::UChar:
        return integer(as<uchar>(variant));
    case QMetaType::Short:
        return integer(as<short>(variant));
    case QMetaType::UShort:
        return integer(as<ushort>(variant));
    case QMetaType::Int:
        return integer(as<int>(variant));
    case QMetaType::UInt:
        return integer(as<uint>(variant));
    case QMetaType::Long:
        return integer(as<long>(variant));
    case QMetaType::ULong:
        return number(as<ulong>(variant));
    case QMetaType::LongLong:
        return integer(as<qint64>(variant));
    case QMetaType::ULongLong:
        return number(as<quint64>(variant));
    case QMetaType::Float:
        m_writer.real(as<float>(variant));
        return true;
    case QMetaType::Double:
        m_writer.real(as<double>(variant));
        return true;
    case QMetaType::QString:
        return text(as<QString>(variant));
    case QMetaType::QChar:
        return text(QStringView(&as<QChar>(variant), 1));
    case QMetaType::QUrl:
        return text(as<QUrl>(variant).toString(QUrl::FullyEncoded));
    case QMetaType::QUuid:
        return text(as<QUuid>(variant).toString(QUuid::WithoutBraces));
    case QMetaType::QByteArray:
        return binary(as<QByteArray>(variant));
    case QMetaType::QDateTime:
        return time(as<QDateTime>(variant));
    case QMetaType::QVariantList:
        return list(as<QVariantList>(variant));
    case QMetaType::QStringList:
        return strings(as<QStringList>(variant));
    case QMetaType::QVariantMap:
        return entries(as<QVariantMap>(variant));
    case QMetaType::QVariantHash:
        return entries(as<QVariantHash>(variant));
    case QMetaType::QJsonValue:
        return value(as<QJsonValue>(variant).toVariant());
    case QMetaType::QJsonObject:
        return entries(as<QJsonObject>(variant).toVariantMap());
    case QMetaType::QJsonArray:
        return list(as<QJsonArray>(variant).toVariantList());
    case QMetaType::QJsonDocument:
        return value(as<QJsonDocument>(variant).toVariant());
    default:
        return custom(variant);
    }
}

//! Types that are recognised by what they can do.
bool Encoder::custom(const QVariant &variant)
{
    const QMetaType type = variant.metaType();
    if (type == QMetaType::fromType<Extension>()) {
        const auto &extension = as<Extension>(variant);
        m_writer.extension(extension.type, extension.data);
        return true;
    }
    if (type.flags() & QMetaType::IsUnsignedEnumeration)
        return number(variant.toULongLong());
    if (type.flags() & QMetaType::IsEnumeration)
        return integer(variant.toLongLong());
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
    m_writer.list(list.size());
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
    m_writer.list(list.size());
    for (const QString &string : list)
        text(string);
    return leave();
}

bool Encoder::sequence(const QSequentialIterable &sequence)
{
    if (!enter(sequence.size()))
        return false;
    m_writer.list(sequence.size());
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
    m_writer.map(association.size());
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
    m_writer.map(count);
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
    m_writer.extension(Timestamp::extensionType, Timestamp::encode(time));
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

bool Encoder::binary(const QByteArray &bytes)
{
    m_writer.binaryHeader(bytes.size());
    // What QByteArray::fromRawData() refers to may be gone before it is written.
    const bool isOwner = bytes.capacity() > 0;
    if (m_large && bytes.size() >= LargeValue::leastSize && isOwner)
        m_large->push_back({m_writer.size(), bytes});
    else
        m_writer.raw(bytes);
    return true;
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
