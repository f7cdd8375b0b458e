// SPDX-License-Identifier: MIT
#include "qmlreplica.h"

#include <QtCore/qmetaobject.h>
#include <QtCore/qset.h>

namespace QRepod {

QmlReplica::QmlReplica(QObject *parent)
    : QQmlPropertyMap(this, parent)
{
    QObject::connect(this, &QmlReplica::listenerChanged, this, &QmlReplica::follow);
    QObject::connect(this, &QmlReplica::nameChanged, this, &QmlReplica::follow);
    QObject::connect(this, &QmlReplica::targetChanged, this, &QmlReplica::followTarget);
}

//! Forgets a target when it is destroyed.
void QmlReplica::followTarget()
{
    if (QObject *const target = m_target) {
        QObject::connect(target, &QObject::destroyed, this, [this, target] {
            if (m_target == target)
                m_target = nullptr;
        });
    }
    if (m_replica)
        m_replica->setTarget(m_target);
}

void QmlReplica::componentComplete()
{
    m_isComplete = true;
    follow();
}

//! Starts over for another listener or name.
void QmlReplica::follow()
{
    if (!m_isComplete)
        return;
    m_replica.reset();
    ConnectionListener *const listener = m_listener;
    if (listener && !name().isEmpty()) {
        QObject::connect(listener, &QObject::destroyed, this, [this, listener] {
            if (m_listener == listener)
                m_listener = nullptr;
        });
        m_replica = std::make_unique<Replica>(listener, m_name);
        m_replica->setTarget(m_target);
        QObject::connect(m_replica.get(), &Replica::valuesChanged, this, &QmlReplica::takeValues);
        QObject::connect(m_replica.get(), &Replica::valueChanged, this, &QmlReplica::valueChanged);
        QObject::connect(m_replica.get(), &Replica::readyChanged, this, &QmlReplica::readyChanged);
        QObject::connect(m_replica.get(), &Replica::ready, this, &QmlReplica::ready);
    }
    takeValues();
    Q_EMIT readyChanged();
    if (isReady())
        Q_EMIT ready();
}

//! Returns whether a shared \a property would hide a property or function of this type or its
//! bases.
bool QmlReplica::isTaken(const QString &property)
{
    static const QSet<QString> taken = [] {
        const QMetaObject &type = staticMetaObject;
        QSet<QString> names;
        for (int i = 0; i < type.propertyCount(); ++i)
            names.insert(QString::fromLatin1(type.property(i).name()));
        for (int i = 0; i < type.methodCount(); ++i)
            names.insert(QString::fromLatin1(type.method(i).name()));
        return names;
    }();
    return taken.contains(property);
}

void QmlReplica::takeValues()
{
    QVariantMap all = values().toMap();
    all.removeIf([](QVariantMap::iterator entry) { return isTaken(entry.key()); });
    // A binding that has asked for a property makes it one of the keys. Do not clear it: the
    // binding would not be notified when the value arrives.
    const QStringList known = keys();
    for (const QString &property : known) {
        if (!all.contains(property) && value(property).isValid())
            insert(property, QVariant());
    }
    for (auto it = all.cbegin(); it != all.cend(); ++it) {
        if (value(it.key()) != it.value())
            insert(it.key(), it.value());
    }
    Q_EMIT valuesChanged();
}

//! The server's values cannot be changed here.
QVariant QmlReplica::updateValue(const QString &key, const QVariant &)
{
    return value(key);
}

} // namespace QRepod
