// SPDX-License-Identifier: MIT
#include "dispatch/geometry.h"

#include "dispatch/containers.h"
#include "dispatch/numbers.h"

#include <QtCore/qpoint.h>
#include <QtCore/qrect.h>
#include <QtCore/qsize.h>

#include <array>
#include <limits>
#include <optional>
#include <utility>

namespace QRepod {

namespace {

template <class Number, size_t count>
using Numbers = std::optional<std::array<Number, count>>;

//! Returns the fields of a map that have these \a names.
template <class Number, size_t count>
Numbers<Number, count> fields(const Value &value, const std::array<QString, count> &names)
{
    const QVariantMap *const map = mapOf(value);
    if (!map)
        return {};
    std::array<Number, count> numbers;
    for (size_t i = 0; i < count; ++i) {
        const auto field = map->constFind(names[i]);
        if (field == map->constEnd() || !toNumber<Number>(Value(*field), &numbers[i]))
            return {};
    }
    return numbers;
}

//! Returns the elements of a list as long as \a names, or the fields of a map.
template <class Number, size_t count>
Numbers<Number, count> elements(const Value &value, const std::array<QString, count> &names)
{
    const QVariantList *const list = listOf(value);
    if (!list)
        return fields<Number>(value, names);
    if (size_t(list->size()) != count)
        return {};
    std::array<Number, count> numbers;
    for (size_t i = 0; i < count; ++i) {
        if (!toNumber<Number>(Value(list->at(qsizetype(i))), &numbers[i]))
            return {};
    }
    return numbers;
}

//! Converts to a type that is made of two numbers.
template <class T, class Number>
bool toPair(const Value &value, const std::array<QString, 2> &names, void *target)
{
    const auto numbers = elements<Number>(value, names);
    if (numbers)
        *static_cast<T *>(target) = T((*numbers)[0], (*numbers)[1]);
    return numbers.has_value();
}

const std::array<QString, 2> &namesOfPoint()
{
    static const std::array names = {QStringLiteral("x"), QStringLiteral("y")};
    return names;
}

const std::array<QString, 2> &namesOfSize()
{
    static const std::array names = {QStringLiteral("width"), QStringLiteral("height")};
    return names;
}

const std::array<QString, 4> &namesOfRect()
{
    static const std::array names = {QStringLiteral("x"), QStringLiteral("y"),
                                     QStringLiteral("width"), QStringLiteral("height")};
    return names;
}

} // namespace

bool toPoint(const Value &value, void *target)
{
    return toPair<QPoint, int>(value, namesOfPoint(), target);
}

bool toPointF(const Value &value, void *target)
{
    return toPair<QPointF, qreal>(value, namesOfPoint(), target);
}

bool toSize(const Value &value, void *target)
{
    return toPair<QSize, int>(value, namesOfSize(), target);
}

bool toSizeF(const Value &value, void *target)
{
    return toPair<QSizeF, qreal>(value, namesOfSize(), target);
}

bool toRect(const Value &value, void *target)
{
    const auto numbers = fields<int>(value, namesOfRect());
    if (!numbers)
        return false;
    const auto [x, y, width, height] = *numbers;
    // A QRect stores its last column and row, and computes its size from them, all in int.
    const qint64 right = qint64(x) + width - 1;
    const qint64 bottom = qint64(y) + height - 1;
    constexpr int lowest = std::numeric_limits<int>::min();
    if (!std::in_range<int>(right) || !std::in_range<int>(bottom) || width == lowest
        || height == lowest)
        return false;
    *static_cast<QRect *>(target) = QRect(QPoint(x, y), QPoint(int(right), int(bottom)));
    return true;
}

bool toRectF(const Value &value, void *target)
{
    const auto numbers = fields<qreal>(value, namesOfRect());
    if (!numbers)
        return false;
    const auto [x, y, width, height] = *numbers;
    *static_cast<QRectF *>(target) = QRectF(x, y, width, height);
    return true;
}

} // namespace QRepod
