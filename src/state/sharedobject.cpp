// SPDX-License-Identifier: MIT
#include "state/sharedobject.h"

#include "state/statemessage.h"

#include <QtCore/qthread.h>

#include <utility>

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
    for (int i = QObject::staticMetaObject.propertyCount(); i < type->propertyCount(); ++i) {
        const QMetaProperty property = type->property(i);
        if (!property.isReadable() || !property.hasNotifySignal())
            continue;
        const size_t place = m_properties.size();
        m_properties.push_back({property, QString::fromUtf8(property.name()), {}});
        mark(place);
        const int signalIndex = property.notifySignalIndex();
        std::vector<size_t> &others = m_bySignal[signalIndex];
        if (others.empty())
            QMetaObject::connect(m_object, signalIndex, this, slot);
        others.push_back(place);
    }
}

void SharedObject::mark()
{
    const auto properties = m_bySignal.find(senderSignalIndex());
    if (properties == m_bySignal.end())
        return;
    const bool isFirst = m_marked.empty();
    for (const size_t property : properties->second)
        mark(property);
    if (isFirst)
        Q_EMIT marked();
}

void SharedObject::mark(size_t property)
{
    if (!std::exchange(m_properties[property].isMarked, true))
        m_marked.push_back(property);
}

void SharedObject::collect(const MessageLimits &limits)
{
    m_change.clear();
    if (m_marked.empty() || !m_object)
        return;
    m_filter.setLimits(limits);
    const std::vector<size_t> marked = std::exchange(m_marked, {}); // reading may mark others
    for (const size_t place : marked) {
        Property &property = m_properties[place];
        property.isMarked = false;
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
