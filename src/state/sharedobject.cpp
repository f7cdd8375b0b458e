// SPDX-License-Identifier: MIT
#include "state/sharedobject.h"

#include "state/statemessage.h"

#include <QtCore/qset.h>
#include <QtCore/qthread.h>

namespace QRepod {

SharedObject::SharedObject(const QString &name, QObject *object, QObject *parent)
    : StateSource(parent)
    , m_object(object)
    , m_filter(name)
{
    observe();
    QObject::connect(object, &QObject::destroyed, this, &StateSource::gone);
}

void SharedObject::observe()
{
    const QMetaObject *const type = m_object->metaObject();
    const int slot = staticMetaObject.indexOfSlot("mark()");
    QSet<int> signalIndexes; // one may tell of several properties
    for (int i = QObject::staticMetaObject.propertyCount(); i < type->propertyCount(); ++i) {
        const QMetaProperty property = type->property(i);
        if (!property.isReadable() || !property.hasNotifySignal())
            continue;
        m_properties.push_back({property, QString::fromUtf8(property.name()), {}});
        const int signalIndex = property.notifySignalIndex();
        if (!signalIndexes.contains(signalIndex)) {
            signalIndexes.insert(signalIndex);
            QMetaObject::connect(m_object, signalIndex, this, slot);
        }
    }
}

void SharedObject::mark()
{
    const int signalIndex = senderSignalIndex();
    for (Property &property : m_properties) {
        if (property.property.notifySignalIndex() == signalIndex)
            property.isMarked = true;
    }
    if (!std::exchange(m_isMarked, true))
        Q_EMIT marked();
}

void SharedObject::collect(const MessageLimits &limits)
{
    m_change.clear();
    if (!std::exchange(m_isMarked, false) || !m_object)
        return;
    m_filter.setLimits(limits);
    for (Property &property : m_properties) {
        if (!std::exchange(property.isMarked, false))
            continue;
        const QVariant value = sharedForm(property.property.read(m_object));
        if (property.isSendable && isSameValue(value, property.sent))
            continue;
        property.isSendable = m_filter.accepts(property.name, value);
        property.sent = value;
        if (property.isSendable)
            m_change.insert(property.name, value);
    }
}

QVariantMap SharedObject::whole(const Channel *)
{
    QVariantMap values;
    for (const Property &property : m_properties) {
        if (property.isSendable)
            values.insert(property.name, property.sent);
    }
    return {{StateField::full(), true}, {StateField::set(), values}};
}

QVariantMap SharedObject::change(const Channel *)
{
    return m_change.isEmpty() ? QVariantMap() : QVariantMap{{StateField::set(), m_change}};
}

bool SharedObject::isReachable() const
{
    return m_object && m_object->thread() == QThread::currentThread();
}

} // namespace QRepod
