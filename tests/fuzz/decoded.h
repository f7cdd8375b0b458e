// SPDX-License-Identifier: MIT
#pragma once

#include "input.h"

#include <QRepod/extension.h>

#include <QtCore/qdatetime.h>
#include <QtCore/qvariant.h>

#include <cstring>

//! Returns whether both are the same value of the same type. Unlike with operator==, a NaN is the
//! same as itself and 0 is not -0.
inline bool isSame(const QVariant &a, const QVariant &b)
{
    if (a.metaType() != b.metaType())
        return false;
    switch (a.metaType().id()) {
    case QMetaType::Double:
        return memcmp(a.constData(), b.constData(), sizeof(double)) == 0;
    case QMetaType::QVariantList: {
        const auto &x = *static_cast<const QVariantList *>(a.constData());
        const auto &y = *static_cast<const QVariantList *>(b.constData());
        return std::equal(x.begin(), x.end(), y.begin(), y.end(), isSame);
    }
    case QMetaType::QVariantMap: {
        const auto &x = *static_cast<const QVariantMap *>(a.constData());
        const auto &y = *static_cast<const QVariantMap *>(b.constData());
        return x.keys() == y.keys() && std::equal(x.begin(), x.end(), y.begin(), y.end(), isSame);
    }
    default:
        return a == b;
    }
}

//! Expects text that UTF-8 can hold: without lone surrogates.
inline void expectText(const QString &text)
{
    expect(text.isValidUtf16(), "decoded text is valid");
}

//! Expects only types from PROTOCOL.md's table, nested no deeper than \a depth.
inline void expectDecoded(const QVariant &value, int depth)
{
    switch (value.metaType().id()) {
    case QMetaType::Nullptr:
    case QMetaType::Bool:
    case QMetaType::LongLong:
    case QMetaType::Double:
    case QMetaType::QByteArray:
        return;
    case QMetaType::ULongLong:
        return expect(value.toULongLong() > quint64(std::numeric_limits<qint64>::max()),
                      "quint64 only above the range of qint64");
    case QMetaType::QString:
        return expectText(value.toString());
    case QMetaType::QDateTime:
        return expect(value.toDateTime().isValid() && value.toDateTime().timeSpec() == Qt::UTC,
                      "a time is valid, and UTC");
    case QMetaType::QVariantList:
        expect(depth > 0, "nesting is limited");
        for (const QVariant &element : value.toList())
            expectDecoded(element, depth - 1);
        return;
    case QMetaType::QVariantMap: {
        expect(depth > 0, "nesting is limited");
        const QVariantMap map = value.toMap();
        for (auto it = map.begin(); it != map.end(); ++it) {
            expectText(it.key());
            expectDecoded(*it, depth - 1);
        }
        return;
    }
    default:
        expect(value.metaType() == QMetaType::fromType<QRepod::Extension>(), "a type of the table");
    }
}
