// SPDX-License-Identifier: MIT
#include "frontend.h"

#include <QtCore/QUrl>
#include <QtQuick/QQuickItem>
#include <QtQuick/QQuickWindow>
#include <QtTest/QTest>

namespace {

//! Delegates have no parent but the item around them, so findChild() does not find them.
QQuickItem *find(QQuickItem *item, const QString &objectName)
{
    if (item->objectName() == objectName)
        return item;
    const QList<QQuickItem *> children = item->childItems();
    for (QQuickItem *child : children) {
        if (QQuickItem *found = find(child, objectName))
            return found;
    }
    return nullptr;
}

} // namespace

Frontend::Frontend(const QString &uri, quint16 port, QSize size, bool hosting, bool connectAtOnce)
{
    m_engine.addImportPath(QREPOD_QML_IMPORT_PATH);
    m_engine.setInitialProperties({{"host", "127.0.0.1"},
                                   {"port", port},
                                   {"hosting", hosting},
                                   {"connectAtOnce", connectAtOnce}});
    m_engine.load(QUrl("qrc:/qt/qml/" + uri + "/Main.qml"));
    m_window = qobject_cast<QQuickWindow *>(m_engine.rootObjects().value(0));
    if (!m_window)
        qFatal("%s has no window", qPrintable(uri));
    if (size.isValid())
        m_window->resize(size);
    if (!QTest::qWaitForWindowExposed(m_window))
        qFatal("the window of %s does not show", qPrintable(uri));
}

QQuickItem *Frontend::item(const QString &objectName) const
{
    QQuickItem *found = find(m_window->contentItem(), objectName);
    if (!found)
        qFatal("there is no item %s", qPrintable(objectName));
    return found;
}

bool Frontend::has(const QString &objectName) const
{
    return find(m_window->contentItem(), objectName);
}

QString Frontend::text(const QString &objectName) const
{
    return item(objectName)->property("text").toString();
}

QPoint Frontend::middleOf(const QString &objectName) const
{
    grab(); // positioners place their items no earlier than for a frame
    const QQuickItem *found = item(objectName);
    return found->mapToScene(found->boundingRect().center()).toPoint();
}

void Frontend::click(const QString &objectName) const
{
    QTest::mouseClick(m_window, Qt::LeftButton, {}, middleOf(objectName));
}

void Frontend::type(const QString &objectName, const QString &text) const
{
    m_window->requestActivate(); // only then has it an item with the active focus
    if (!QTest::qWaitForWindowActive(m_window))
        qFatal("the window does not become the active one");
    click(objectName);
    QQuickItem *input = m_window->activeFocusItem();
    if (!input || !item(objectName)->isAncestorOf(input))
        qFatal("%s does not take the focus", qPrintable(objectName));
    QMetaObject::invokeMethod(input, "selectAll");
    for (const QChar character : text) {
        QKeyEvent event(QEvent::KeyPress, 0, Qt::NoModifier, character);
        QCoreApplication::sendEvent(input, &event);
    }
}

void Frontend::press(const QString &objectName, Qt::Key key) const
{
    QKeyEvent event(QEvent::KeyPress, key, Qt::NoModifier);
    QCoreApplication::sendEvent(item(objectName), &event);
}

void Frontend::release(const QString &objectName, Qt::Key key) const
{
    QKeyEvent event(QEvent::KeyRelease, key, Qt::NoModifier);
    QCoreApplication::sendEvent(item(objectName), &event);
}

QImage Frontend::grab() const
{
    return m_window->grabWindow();
}

QImage Frontend::grab(const QString &objectName) const
{
    const QQuickItem *found = item(objectName);
    const double ratio = m_window->effectiveDevicePixelRatio();
    const QRectF rect = found->mapRectToScene(found->boundingRect());
    return grab().copy(QRectF(rect.topLeft() * ratio, rect.size() * ratio).toRect());
}
