// SPDX-License-Identifier: MIT
#pragma once

#include "support/literals.h"

#include <QtCore/QByteArray>
#include <QtCore/QVariantMap>

inline constexpr qsizetype kibi = 1024;
inline constexpr qsizetype mebi = 1024 * kibi;

inline QVariantMap message(const QString &action, const QVariantMap &fields = {})
{
    QVariantMap message = fields;
    message.insert(u"action"_s, action);
    return message;
}

inline QVariantMap number(qint64 n)
{
    return message(u"number"_s, {{u"n"_s, n}});
}

//! Returns a message with a single field of \a size bytes.
inline QVariantMap bulky(qsizetype size, const QString &action = u"bulky"_s)
{
    return message(action, {{u"data"_s, QByteArray(size, 'x')}});
}
