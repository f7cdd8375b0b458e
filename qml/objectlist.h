// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qlist.h>
#include <QtCore/qobject.h>
#include <QtQml/qqmllist.h>

namespace QRepod {

//! The objects of a QML list property. Destroyed objects leave the list.
class ObjectList : public QObject
{
    Q_OBJECT

public:
    //! Returns the value for the property's READ function.
    QQmlListProperty<QObject> property();

Q_SIGNALS:
    void added(QObject *object);
    void removed(QObject *object);

    //! Emitted after each of these, and when an object has been destroyed.
    void changed();

private:
    using Property = QQmlListProperty<QObject>;

    static ObjectList &list(Property *property);
    static void append(Property *property, QObject *object);
    static qsizetype count(Property *property);
    static QObject *at(Property *property, qsizetype index);
    static void clear(Property *property);

    void forget(QObject *destroyed);

    QList<QObject *> m_objects;
};

} // namespace QRepod
