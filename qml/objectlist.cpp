// SPDX-License-Identifier: MIT
#include "objectlist.h"

#include <utility>

namespace QRepod {

QQmlListProperty<QObject> ObjectList::property()
{
    return {this, nullptr, &append, &count, &at, &clear};
}

ObjectList &ObjectList::list(Property *property)
{
    return *static_cast<ObjectList *>(property->object);
}

void ObjectList::append(Property *property, QObject *object)
{
    ObjectList &self = list(property);
    if (!object || self.m_objects.contains(object))
        return;
    self.m_objects.append(object);
    QObject::connect(object, &QObject::destroyed, &self, &ObjectList::forget);
    Q_EMIT self.added(object);
    Q_EMIT self.changed();
}

qsizetype ObjectList::count(Property *property)
{
    return list(property).m_objects.size();
}

QObject *ObjectList::at(Property *property, qsizetype index)
{
    return list(property).m_objects.at(index);
}

void ObjectList::clear(Property *property)
{
    ObjectList &self = list(property);
    const QList<QObject *> objects = std::exchange(self.m_objects, {});
    for (QObject *object : objects) {
        QObject::disconnect(object, nullptr, &self, nullptr);
        Q_EMIT self.removed(object);
    }
    if (!objects.isEmpty())
        Q_EMIT self.changed();
}

void ObjectList::forget(QObject *destroyed)
{
    if (m_objects.removeOne(destroyed))
        Q_EMIT changed();
}

} // namespace QRepod
