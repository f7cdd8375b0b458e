// SPDX-License-Identifier: MIT
#include "whiteboard/line.h"

#include <algorithm>
#include <cmath>

namespace {

constexpr double farthest = 10'000; // limit for a point's distance from the board's corner
constexpr double thickest = 100;

std::optional<double> numberFrom(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::Int:
    case QMetaType::LongLong:
    case QMetaType::ULongLong:
    case QMetaType::Float:
    case QMetaType::Double:
        return value.toDouble();
    default:
        return {};
    }
}

} // namespace

std::optional<QPointF> pointFrom(const QVariantList &point)
{
    if (point.size() != 2)
        return {};
    const std::optional<double> x = numberFrom(point[0]);
    const std::optional<double> y = numberFrom(point[1]);
    // Written so that NaN fails too.
    if (!x || !y || !(std::abs(*x) <= farthest) || !(std::abs(*y) <= farthest))
        return {};
    return QPointF(*x, *y);
}

std::optional<Line::Color> colorFrom(const QVariantList &color)
{
    Line::Color result;
    if (color.size() != qsizetype(result.size()))
        return {};
    for (size_t i = 0; i < result.size(); ++i) {
        const std::optional<double> part = numberFrom(color[qsizetype(i)]);
        if (!part || !(*part >= 0) || !(*part <= 255))
            return {};
        result[i] = int(*part);
    }
    return result;
}

std::optional<double> thicknessFrom(double thickness)
{
    if (!(thickness > 0) || !(thickness <= thickest))
        return {};
    return thickness;
}

std::optional<Line> lineFrom(const QVariantMap &line)
{
    const std::optional<Line::Color> color = colorFrom(line["color"].toList());
    const std::optional<double> thickness = thicknessFrom(line["thickness"].toDouble());
    if (!color || !thickness)
        return {};

    Line result = {{}, *color, *thickness};
    const QVariantList points = line["points"].toList();
    result.points.reserve(points.size());
    for (const QVariant &value : points) {
        if (const std::optional<QPointF> point = pointFrom(value.toList()))
            result.points.append(*point);
    }
    if (result.points.isEmpty())
        return {};
    return result;
}

QVariant toNumber(double number)
{
    if (number == std::trunc(number))
        return qint64(number);
    return number;
}

QVariantList toList(QPointF point)
{
    return {toNumber(point.x()), toNumber(point.y())};
}

QVariantList toList(const Line::Color &color)
{
    return {color[0], color[1], color[2]};
}

QVariantMap toMap(const Line &line)
{
    QVariantList points;
    points.reserve(line.points.size());
    for (const QPointF point : line.points)
        points.append(QVariant(toList(point)));
    return {
        {"points", points}, {"color", toList(line.color)}, {"thickness", toNumber(line.thickness)}};
}
