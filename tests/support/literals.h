// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QString>

// Qt has these since 6.4.

inline QString operator""_s(const char16_t *text, size_t size)
{
    return QString(reinterpret_cast<const QChar *>(text), qsizetype(size));
}

inline QByteArray operator""_ba(const char *bytes, size_t size)
{
    return QByteArray(bytes, qsizetype(size));
}
