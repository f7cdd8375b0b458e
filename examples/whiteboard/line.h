// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QList>
#include <QtCore/QPointF>
#include <QtCore/QVariant>

#include <array>
#include <optional>

//! One line on the board: drawn from one press of the pen to the next.
///
/// Coordinates and thickness are in units of the board, which is 780 wide and 560 high.
struct Line
{
    using Color = std::array<int, 3>; ///< red, green, blue, each 0 to 255

    QList<QPointF> points;
    Color color = {0, 0, 0};
    double thickness = 3;
};

/// \name To and from the wire
/// A peer may send anything. An invalid point, colour or thickness returns nothing.
/// @{
std::optional<QPointF> pointFrom(const QVariantList &point);
std::optional<Line::Color> colorFrom(const QVariantList &color);
std::optional<double> thicknessFrom(double thickness);
std::optional<Line> lineFrom(const QVariantMap &line);

//! Whole numbers become integers: these are shorter, and repod's own client sends them too.
QVariant toNumber(double number);
QVariantList toList(QPointF point);
QVariantList toList(const Line::Color &color);
QVariantMap toMap(const Line &line);
/// @}
