// SPDX-License-Identifier: MIT
#include "frontend.h"

#include <QtCore/QUrl>
#include <QtQuick/QQuickItem>
#include <QtQuick/QQuickWindow>
#include <QtTest/QTest>

namespace {

//! By its objectName, or by what a user reads on it. Delegates have no parent but the item around
//! them, so findChild() does not find them.
QQuickItem *find(QQuickItem *item, const QString &name)
{
    if (item->objectName() == name || item->property("text") == name
        || item->property("label") == name)
        return item;
    const QList<QQuickItem *> children = item->childItems();
    for (QQuickItem *child : children) {
        if (QQuickItem *found = find(child, name))
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

QQuickItem *Frontend::item(const QString &name) const
{
    QQuickItem *found = find(m_window->contentItem(), name);
    if (!found)
        qFatal("there is no item %s", qPrintable(name));
    return found;
}

bool Frontend::has(const QString &name) const
{
    return find(m_window->contentItem(), name);
}

QString Frontend::text(const QString &name) const
{
    return item(name)->property("text").toString();
}

QPoint Frontend::middleOf(const QString &name) const
{
    grab(); // positioners place their items no earlier than for a frame
    const QQuickItem *found = item(name);
    return found->mapToScene(found->boundingRect().center()).toPoint();
}

void Frontend::click(const QString &name) const
{
    QTest::mouseClick(m_window, Qt::LeftButton, {}, middleOf(name));
}

void Frontend::type(const QString &name, const QString &text) const
{
    m_window->requestActivate(); // only then has it an item with the active focus
    if (!QTest::qWaitForWindowActive(m_window))
        qFatal("the window does not become the active one");
    click(name);
    QQuickItem *input = m_window->activeFocusItem();
    if (!input || !item(name)->isAncestorOf(input))
        qFatal("%s does not take the focus", qPrintable(name));
    QMetaObject::invokeMethod(input, "selectAll");
    for (const QChar character : text) {
        QKeyEvent event(QEvent::KeyPress, 0, Qt::NoModifier, character);
        QCoreApplication::sendEvent(input, &event);
    }
}

void Frontend::press(const QString &name, Qt::Key key) const
{
    QKeyEvent event(QEvent::KeyPress, key, Qt::NoModifier);
    QCoreApplication::sendEvent(item(name), &event);
}

void Frontend::release(const QString &name, Qt::Key key) const
{
    QKeyEvent event(QEvent::KeyRelease, key, Qt::NoModifier);
    QCoreApplication::sendEvent(item(name), &event);
}

QImage Frontend::grab() const
{
    return m_window->grabWindow();
}

QImage Frontend::grab(const QString &name) const
{
    const QQuickItem *found = item(name);
    const double ratio = m_window->effectiveDevicePixelRatio();
    const QRectF rect = found->mapRectToScene(found->boundingRect());
    return grab().copy(QRectF(rect.topLeft() * ratio, rect.size() * ratio).toRect());
}
