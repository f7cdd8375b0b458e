// SPDX-License-Identifier: MIT
#include "whiteboard/board.h"

#include <QtCore/QTimerEvent>
#include <QtGui/QPainter>
#include <QtGui/QPainterPath>
#include <QtQuick/QQuickWindow>

#include <algorithm>
#include <cmath>

namespace {

// A line is painted in pieces of this many segments. Complete pieces go into the image, and the
// piece that still grows is painted on top. A piece is one path, because a seam between two paths
// shows in the smooth edge. Where pieces begin does not depend on when points arrived, so everyone
// has the same picture.
constexpr qsizetype pieceSize = 64;

//! Returns where segment \a i of the line begins: between two points, or at the first point.
QPointF begin(const QList<QPointF> &points, qsizetype i)
{
    return i == 0 ? points[0] : (points[i - 1] + points[i]) / 2;
}

//! Returns the segments \a from up to \a to: parabolas from the middle between two points to the
//! next middle, drawn towards the point between them.
QPainterPath pathOf(const QList<QPointF> &points, qsizetype from, qsizetype to)
{
    QPainterPath path(begin(points, from));
    for (qsizetype i = from; i < to; ++i)
        path.quadTo(points[i], begin(points, i + 1));
    return path;
}

//! Returns the first segment that is not in a complete piece.
qsizetype endOf(const QList<QPointF> &points)
{
    return (points.size() - 1) / pieceSize * pieceSize;
}

QPen penOf(const Line &line)
{
    const auto [red, green, blue] = line.color;
    return QPen(QColor(red, green, blue), line.thickness, Qt::SolidLine, Qt::RoundCap,
                Qt::RoundJoin);
}

void paintPiece(QPainter *painter, const Line &line, qsizetype from, qsizetype to)
{
    painter->strokePath(pathOf(line.points, from, to), penOf(line));
}

//! Paints the segments from \a from on, and the way to the last point.
void paintEnd(QPainter *painter, const Line &line, qsizetype from)
{
    if (line.points.size() == 1) {
        painter->setPen(penOf(line));
        painter->drawPoint(line.points[0]);
        return;
    }
    QPainterPath path = pathOf(line.points, from, line.points.size() - 1);
    path.lineTo(line.points.last());
    painter->strokePath(path, penOf(line));
}

//! Makes \a painter, whose device is \a width wide, paint in the board's units.
void prepare(QPainter *painter, double width)
{
    painter->setRenderHint(QPainter::Antialiasing);
    painter->scale(width / Board::resolution().width(), width / Board::resolution().width());
}

//! Returns the rectangle around the points from \a from on, and the curve through them.
QRectF bounds(const QList<QPointF> &points, qsizetype from)
{
    return QPolygonF(points.sliced(std::max<qsizetype>(from, 0))).boundingRect();
}

//! Widens it by the reach of a pen of that \a thickness, including its soft edge.
QRectF widened(const QRectF &rect, double thickness)
{
    const double reach = thickness / 2 + 2;
    return rect.adjusted(-reach, -reach, reach, reach);
}

} // namespace

Board::Board(QQuickItem *parent)
    : QQuickPaintedItem(parent)
{
    setOpaquePainting(true);
}

QPointF Board::toBoard(QPointF position) const
{
    const auto toTenths = [](double value) { return std::round(value * 10) / 10; };
    const QPointF point = position / scaleToItem();
    return {toTenths(std::clamp<double>(point.x(), 0, resolution().width())),
            toTenths(std::clamp<double>(point.y(), 0, resolution().height()))};
}

void Board::press(QPointF point, const QVariantList &color, double thickness)
{
    m_pending.push_back({true, point, colorFrom(color).value_or(Line::Color()), thickness});
    m_stroke = {point};
    m_strokeThickness = thickness;
    repaint(bounds(m_stroke, 0), thickness);
}

void Board::move(QPointF point)
{
    m_pending.push_back({false, point});
    m_stroke = m_stroke.last(std::min<qsizetype>(m_stroke.size(), 2)) << point;
    repaint(bounds(m_stroke, 0), m_strokeThickness);
}

void Board::Network_initial(const QVariantMap &message)
{
    const QVariantMap lines = message["lines"].toMap();
    m_isImageValid = false; // so that nothing is painted meanwhile
    m_lines.clear();
    m_current.clear();
    m_pending.clear();
    m_id.clear();
    m_isTold = false;
    for (auto it = lines.cbegin(); it != lines.cend(); ++it) {
        const QVariantList ofPlayer = it.value().toMap()["lines"].toList();
        for (const QVariant &value : ofPlayer) {
            const std::optional<Line> line = lineFrom(value.toMap());
            if (!line)
                continue;
            Line &added = start(it.key(), {{line->points[0]}, line->color, line->thickness});
            for (const QPointF point : line->points)
                append(added, point);
        }
    }
    countOwnLines();
    renew();
}

void Board::Network_you(const QString &id)
{
    m_id = id;
    m_isTold = true;
    countOwnLines();
}

void Board::Network_undo(const QString &id)
{
    const auto last = std::find_if(m_lines.rbegin(), m_lines.rend(),
                                   [&id](const Drawn &drawn) { return drawn.id == id; });
    if (last == m_lines.rend())
        return;
    m_current.remove(id);
    m_lines.erase(std::next(last).base());
    countOwnLines();
    renew();
}

void Board::Network_clear(const QString &id)
{
    m_current.remove(id);
    m_lines.remove_if([&id](const Drawn &drawn) { return drawn.id == id; });
    countOwnLines();
    renew();
}

void Board::Network_startline(const QString &id, const QVariantList &point,
                              const QVariantList &color, double thickness)
{
    const std::optional<QPointF> first = pointFrom(point);
    const std::optional<Line::Color> lineColor = colorFrom(color);
    if (!first || !lineColor || !thicknessFrom(thickness))
        return;
    settle(id, {true, *first, *lineColor, thickness});
    start(id, {{*first}, *lineColor, thickness});
}

void Board::Network_drawpoint(const QString &id, const QVariantList &point)
{
    const std::optional<QPointF> next = pointFrom(point);
    if (!next)
        return;
    settle(id, {false, *next});
    if (Line *line = m_current.value(id))
        append(*line, *next);
    else
        start(id, Line{{*next}});
}

Line &Board::start(const QString &id, const Line &line)
{
    if (const Line *previous = m_current.value(id))
        keepEnd(*previous);
    m_lines.push_back({id, line});
    Line &started = m_lines.back().line;
    m_current[id] = &started;
    repaint(bounds(line.points, 0), line.thickness);
    if (id == m_id && ++m_ownLines == 1)
        emit canUndoChanged();
    return started;
}

void Board::countOwnLines()
{
    const auto isOwn = [this](const Drawn &drawn) { return drawn.id == m_id; };
    m_ownLines = int(std::count_if(m_lines.begin(), m_lines.end(), isOwn));
    emit canUndoChanged();
}

void Board::append(Line &line, QPointF point)
{
    if (point == line.points.last())
        return;
    line.points.append(point);
    const qsizetype stretches = line.points.size() - 1;
    if (stretches % pieceSize == 0)
        keep(line, stretches - pieceSize, stretches);
    repaint(bounds(line.points, line.points.size() - 3), line.thickness);
}

//! Removes from the pending points what has come back from the server.
void Board::settle(const QString &id, const Pending &arrived)
{
    // Not every server tells us which player we are, but the first line that comes back does.
    if (m_id.isEmpty() && arrived.startsLine && !m_pending.empty() && arrived == m_pending.front())
        m_id = id;
    if (id != m_id)
        return;
    const auto it = std::find(m_pending.begin(), m_pending.end(), arrived);
    if (it != m_pending.end())
        m_pending.erase(m_pending.begin(), it + 1);
}

//! Paints the segments \a from up to \a to into the image.
void Board::keep(const Line &line, qsizetype from, qsizetype to)
{
    if (!m_isImageValid)
        return;
    QPainter painter(&m_image);
    prepare(&painter, m_image.width());
    paintPiece(&painter, line, from, to);
    repaint(bounds(line.points, from - 1), line.thickness);
}

//! Paints into the image what it lacks of a line that will not grow any more.
void Board::keepEnd(const Line &line)
{
    if (!m_isImageValid)
        return;
    QPainter painter(&m_image);
    prepare(&painter, m_image.width());
    paintEnd(&painter, line, endOf(line.points));
    repaint(bounds(line.points, endOf(line.points) - 1), line.thickness);
}

void Board::paint(QPainter *painter)
{
    painter->setRenderHint(QPainter::SmoothPixmapTransform, m_image.size() != imageSize());
    painter->drawImage(QRectF({0, 0}, size()), m_image);

    prepare(painter, width());
    const QRectF visible =
        painter->hasClipping() ? painter->clipBoundingRect() : QRectF(QPointF(0, 0), resolution());
    for (auto it = m_current.cbegin(); it != m_current.cend(); ++it) {
        const Line &line = *it.value();
        if (it.key() == m_id) {
            paintOwn(painter);
            continue;
        }
        const qsizetype end = endOf(line.points);
        if (widened(bounds(line.points, end - 1), line.thickness).intersects(visible))
            paintEnd(painter, line, end);
    }
    if (!m_current.contains(m_id))
        paintOwn(painter);
}

//! Paints the end of our own line, and what was drawn since, as if it had come back already.
void Board::paintOwn(QPainter *painter) const
{
    Line line;
    qsizetype from = 0;
    if (const Line *current = m_current.value(m_id)) {
        const qsizetype end = endOf(current->points);
        from = end == 0 ? 0 : 1; // a segment begins between two points
        line = {current->points.sliced(end - from), current->color, current->thickness};
    }
    for (const Pending &pending : m_pending) {
        if (pending.startsLine) {
            if (!line.points.isEmpty())
                paintEnd(painter, line, from);
            line = {{pending.point}, pending.color, pending.thickness};
            from = 0;
        } else if (line.points.isEmpty() || line.points.last() != pending.point) {
            line.points.append(pending.point);
        }
    }
    if (!line.points.isEmpty())
        paintEnd(painter, line, from);
}

void Board::geometryChange(const QRectF &newGeometry, const QRectF &oldGeometry)
{
    QQuickPaintedItem::geometryChange(newGeometry, oldGeometry);
    if (newGeometry.size() == oldGeometry.size())
        return;
    // The first picture is due at once. While a window is being resized, the old one is stretched,
    // because painting everything ever drawn takes longer than a frame.
    if (m_image.isNull())
        renew();
    else
        m_resizing.start(100, this);
}

void Board::itemChange(ItemChange change, const ItemChangeData &data)
{
    QQuickPaintedItem::itemChange(change, data);
    if (change == ItemDevicePixelRatioHasChanged || change == ItemSceneChange)
        renew();
}

void Board::timerEvent(QTimerEvent *event)
{
    if (event->timerId() != m_resizing.timerId())
        return QQuickPaintedItem::timerEvent(event);
    m_resizing.stop();
    renew();
}

//! Paints the image again before the next frame.
void Board::renew()
{
    m_isImageValid = false;
    polish();
    update(boundingRect().toAlignedRect()); // after update(), an update of a part would replace it
}

void Board::updatePolish()
{
    if (m_isImageValid || imageSize().isEmpty())
        return;
    m_image = QImage(imageSize(), QImage::Format_RGB32);
    m_image.fill(Qt::white);
    QPainter painter(&m_image);
    prepare(&painter, m_image.width());
    for (const auto &[id, line] : m_lines) {
        const qsizetype end = endOf(line.points);
        for (qsizetype from = 0; from < end; from += pieceSize)
            paintPiece(&painter, line, from, from + pieceSize);
        if (!isCurrent(line))
            paintEnd(&painter, line, end);
    }
    m_isImageValid = true;
}

bool Board::isCurrent(const Line &line) const
{
    return std::find(m_current.begin(), m_current.end(), &line) != m_current.end();
}

//! Paints the part \a board of the board again, and as much around it as a pen of that \a thickness
//! reaches.
void Board::repaint(const QRectF &board, double thickness)
{
    const QRectF wide = widened(board, thickness);
    update(QRectF(wide.topLeft() * scaleToItem(), wide.size() * scaleToItem()).toAlignedRect());
}

double Board::scaleToItem() const
{
    return width() / resolution().width();
}

QSize Board::imageSize() const
{
    const double ratio = window() ? window()->effectiveDevicePixelRatio() : 1;
    return (size() * ratio).toSize();
}
