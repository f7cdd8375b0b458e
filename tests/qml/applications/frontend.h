// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QSize>
#include <QtGui/QImage>
#include <QtQml/QQmlApplicationEngine>

class QQuickItem;
class QQuickWindow;

//! The window of one of the applications, as its program opens it.
class Frontend
{
public:
    //! \a uri is Whiteboard, Pong, Tag, Arena or LagTime. The port is that of a server on this
    //! machine.
    Frontend(const QString &uri, quint16 port, QSize size = {}, bool hosting = false,
             bool connectAtOnce = true);

    QQuickWindow *window() const { return m_window; }

    //! The item with this objectName, text or label; the window must have it.
    QQuickItem *item(const QString &name) const;

    //! Whether there is one, of a row that may not have come yet.
    bool has(const QString &name) const;

    //! What its property `text` says.
    QString text(const QString &name) const;

    //! Where the middle of an item is, in the window, once everything has found its place.
    QPoint middleOf(const QString &name) const;

    void click(const QString &name) const;

    //! Clicks into a field and replaces what stands there.
    void type(const QString &name, const QString &text) const;

    //! A key goes to the item that has the focus whenever this is the active window. There is one
    //! active window, but here several players press keys at the same time.
    void press(const QString &name, Qt::Key key) const;
    void release(const QString &name, Qt::Key key) const;

    QImage grab() const;

    //! The part of the window that the item covers.
    QImage grab(const QString &name) const;

private:
    QQmlApplicationEngine m_engine;
    QQuickWindow *m_window = nullptr;
};
