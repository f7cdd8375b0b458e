// SPDX-License-Identifier: MIT
#pragma once

#include "whiteboard/line.h"

#include <QtCore/QBasicTimer>
#include <QtCore/QMap>
#include <QtGui/QImage>
#include <QtQuick/QQuickPaintedItem>

#include <deque>
#include <list>

//! The picture: what everybody has drawn, in the order in which it arrived.
///
/// It is a handler of the connection: `initial`, `startline` and `drawpoint` come here directly.
/// The cost of a point does not depend on how much is on the board or how long its line is: the
/// picture is kept as an image, and only the ends of lines are painted.
///
/// The pen does not wait for the server, which sends all lines back to everyone: press() and move()
/// show a line at once, until its points come back and take their place in the picture.
class Board : public QQuickPaintedItem
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QSize resolution READ resolution CONSTANT)

    //! Whether we have drawn something that the server can remove again.
    Q_PROPERTY(bool canUndo READ canUndo NOTIFY canUndoChanged)

public:
    explicit Board(QQuickItem *parent = nullptr);

    //! The size of every board, in its own units: that of repod's whiteboard.
    static QSize resolution() { return {780, 560}; }

    bool canUndo() const { return m_isTold && m_ownLines > 0; }

    //! Returns the point of the board at \a position, which is in the item's coordinates, or the
    //! nearest point if that is outside. Exact to a tenth.
    Q_INVOKABLE QPointF toBoard(QPointF position) const;

    //! Shows what the pen draws. Points are in the board's units.
    Q_INVOKABLE void press(QPointF point, const QVariantList &color, double thickness);
    Q_INVOKABLE void move(QPointF point);

    void paint(QPainter *painter) override;

public slots:
    void Network_initial(const QVariantMap &message);
    void Network_startline(const QString &id, const QVariantList &point,
                           const QVariantList &color = {0, 0, 0}, double thickness = 3);
    void Network_drawpoint(const QString &id, const QVariantList &point);
    void Network_you(const QString &id);
    void Network_undo(const QString &id);
    void Network_clear(const QString &id);

signals:
    void canUndoChanged();

protected:
    void geometryChange(const QRectF &newGeometry, const QRectF &oldGeometry) override;
    void itemChange(ItemChange change, const ItemChangeData &data) override;
    void updatePolish() override;
    void timerEvent(QTimerEvent *event) override;

private:
    //! What was drawn and has not come back yet: the next point, or the first point of a line.
    struct Pending
    {
        bool startsLine = false;
        QPointF point;
        Line::Color color = {};
        double thickness = 0;

        bool operator==(const Pending &) const = default;
    };

    struct Drawn
    {
        QString id; // the player's
        Line line;
    };

    Line &start(const QString &id, const Line &line);
    void append(Line &line, QPointF point);
    void settle(const QString &id, const Pending &arrived);
    void countOwnLines();
    void keep(const Line &line, qsizetype from, qsizetype to);
    void keepEnd(const Line &line);
    void paintOwn(QPainter *painter) const;
    void renew();
    bool isCurrent(const Line &line) const;
    void repaint(const QRectF &board, double thickness);
    double scaleToItem() const;
    QSize imageSize() const;

    std::list<Drawn> m_lines;        // in the order in which they were started
    QMap<QString, Line *> m_current; // each player's latest line
    int m_ownLines = 0;
    QImage m_image; // everything but the ends of the current lines
    bool m_isImageValid = false;
    QBasicTimer m_resizing;

    std::deque<Pending> m_pending;
    QString m_id;            // our own: the server has sent it, or a line of ours has come back
    bool m_isTold = false;   // the server has sent it
    QList<QPointF> m_stroke; // the last points of the pen, to know what to repaint
    double m_strokeThickness = 0;
};
