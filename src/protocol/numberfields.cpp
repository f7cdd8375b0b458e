// SPDX-License-Identifier: MIT
#include "protocol/numberfields.h"

#include <QtCore/qpoint.h>
#include <QtCore/qrect.h>
#include <QtCore/qsize.h>

#include <type_traits>

namespace QRepod {

namespace {

template <class Point>
NumberFields pointFields(const QVariant &variant)
{
    const auto &point = *static_cast<const Point *>(variant.constData());
    return {{{{u"x", point.x()}, {u"y", point.y()}}}, 2, std::is_same_v<Point, QPoint>};
}

template <class Size>
NumberFields sizeFields(const QVariant &variant)
{
    const auto &size = *static_cast<const Size *>(variant.constData());
    return {
        {{{u"width", size.width()}, {u"height", size.height()}}}, 2, std::is_same_v<Size, QSize>};
}

template <class Rect>
NumberFields rectFields(const QVariant &variant)
{
    const auto &rect = *static_cast<const Rect *>(variant.constData());
    return {{{{u"x", rect.x()},
              {u"y", rect.y()},
              {u"width", rect.width()},
              {u"height", rect.height()}}},
            4,
            std::is_same_v<Rect, QRect>};
}

} // namespace

NumberFields numberFields(const QVariant &variant)
{
    switch (variant.metaType().id()) {
    case QMetaType::QPoint:
        return pointFields<QPoint>(variant);
    case QMetaType::QPointF:
        return pointFields<QPointF>(variant);
    case QMetaType::QSize:
        return sizeFields<QSize>(variant);
    case QMetaType::QSizeF:
        return sizeFields<QSizeF>(variant);
    case QMetaType::QRect:
        return rectFields<QRect>(variant);
    case QMetaType::QRectF:
        return rectFields<QRectF>(variant);
    default:
        return {};
    }
}

} // namespace QRepod
