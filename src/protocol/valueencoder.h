// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/encoder.h"
#include "protocol/frame.h"
#include "protocol/messagepackwriter.h"

#include <QtCore/qnamespace.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

QT_BEGIN_NAMESPACE
class QAssociativeIterable;
class QDateTime;
class QSequentialIterable;
QT_END_NAMESPACE

namespace QRepod {

struct NumberFields;

//! Writes values one after another. On failure, the path to the value is put together on the way
//! back up, so success does not pay for it.
class ValueEncoder
{
public:
    ValueEncoder(QByteArray &out, const MessageLimits &limits, QList<LargeValue> *large)
        : m_writer(out)
        , m_limits(limits)
        , m_large(large)
    {
    }

    //! Writes \a message as a frame, with room for the header.
    bool frame(const QVariantMap &message)
    {
        m_writer.raw(QByteArrayView("\0\0\0\0", frameHeaderSize));
        return entries(message);
    }

    QString error() const
    {
        return m_path.isEmpty() ? m_error : m_path + QLatin1String(": ") + m_error;
    }

    /// \name For values that encode themselves, see StreamedList
    /// Each function returns whether the value can be sent.
    /// @{
    bool value(const QVariant &variant);

    bool integer(qint64 value)
    {
        m_writer.integer(value);
        return true;
    }

    bool text(QStringView text)
    {
        m_writer.text(text);
        return true;
    }

    //! Begins a list; \a count elements come next.
    bool beginList(qsizetype count)
    {
        if (!enter(count))
            return false;
        m_writer.list(count);
        return true;
    }

    //! Begins a map; \a count keys come next, each with its value.
    bool beginMap(qsizetype count)
    {
        if (!enter(count))
            return false;
        m_writer.map(count);
        return true;
    }

    //! Ends a list or map.
    bool end()
    {
        --m_depth;
        return true;
    }

    //! Notes for the error which element of a list or map could not be written.
    bool failedAt(const QString &key)
    {
        if (!m_path.isEmpty() && !m_path.startsWith(u'['))
            m_path.prepend(u'.');
        m_path.prepend(key);
        return false;
    }

    bool failedAt(qsizetype index) { return failedAt(QStringLiteral("[%1]").arg(index)); }
    /// @}

private:
    bool custom(const QVariant &variant);
    bool numbers(const NumberFields &numbers);
    bool color(const QVariant &color);
    bool list(const QVariantList &list);
    bool strings(const QStringList &list);
    bool sequence(const QSequentialIterable &sequence);
    bool association(const QAssociativeIterable &association);
    bool gadget(const QMetaObject *type, const void *gadget);
    bool time(const QDateTime &time);
    bool key(const QVariant &key);
    bool binary(const QByteArray &bytes);

    bool number(quint64 value)
    {
        m_writer.number(value);
        return true;
    }

    template <class Time>
    bool isoText(const Time &time, const char *type, Qt::DateFormat format)
    {
        if (!time.isValid())
            return fail(QStringLiteral("the %1 is not valid").arg(QLatin1String(type)));
        return text(time.toString(format));
    }

    template <class Map>
    bool entries(const Map &map)
    {
        if (!beginMap(map.size()))
            return false;
        for (auto it = map.cbegin(); it != map.cend(); ++it) {
            text(it.key());
            if (!value(it.value()))
                return failedAt(it.key());
        }
        return end();
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

    bool noForm(const char *type)
    {
        return fail(QStringLiteral("%1 has no MessagePack form").arg(QLatin1String(type)));
    }

    bool fail(const QString &error)
    {
        m_error = error;
        return false;
    }

    MessagePackWriter m_writer;
    const MessageLimits &m_limits;
    QList<LargeValue> *const m_large; // nullptr: everything goes into the output
    qint64 m_values = 0;
    int m_depth = 0;
    QString m_error;
    QString m_path;
};

} // namespace QRepod
