// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/extension.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qdatetime.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qlist.h>
#include <QtCore/qmetatype.h>
#include <QtCore/qrect.h>
#include <QtCore/qurl.h>
#include <QtCore/quuid.h>
#include <QtCore/qvariant.h>

#include <type_traits>

namespace QRepod {

//! Calls \a function with a `std::type_identity` of each type whose std::optional works without
//! registration, until it returns true. Qt cannot look into a std::optional that it knows only by
//! name.
///
/// \return whether one call returned true.
template <class Function>
bool anyOptionalType(Function &&function)
{
    const auto any = [&function]<class... T>() {
        return (function(std::type_identity<T>()) || ...);
    };
    return any.template operator()<bool, signed char, uchar, short, ushort, int, uint, long, ulong,
                                   qint64, quint64, float, double>()
        || any.template
           operator()<QString, QUrl, QUuid, QChar, QByteArray, QDate, QTime, QDateTime, Extension>()
        || any.template operator()<QVariantList, QStringList, QVariantMap, QVariantHash, QJsonArray,
                                   QJsonObject>()
        || any.template operator()<QPoint, QPointF, QSize, QSizeF, QRect, QRectF>();
}

} // namespace QRepod
