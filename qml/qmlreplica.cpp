// SPDX-License-Identifier: MIT
#include "qmlreplica.h"

namespace QRepod {

QmlReplica::QmlReplica(QObject *parent)
    : QQmlPropertyMap(this, parent)
{
}

void QmlReplica::setListener(ConnectionListener *listener)
{
    if (m_listener == listener)
        return;
    m_listener = listener;
    Q_EMIT listenerChanged();
    follow();
}

void QmlReplica::setName(const QString &name)
{
    if (m_name == name)
        return;
    m_name = name;
    Q_EMIT nameChanged();
    follow();
}

void QmlReplica::setTarget(QObject *target)
{
    if (m_target == target)
        return;
    m_target = target;
    if (m_replica)
        m_replica->setTarget(target);
    Q_EMIT targetChanged();
}

void QmlReplica::componentComplete()
{
    m_isComplete = true;
    follow();
}

//! Another listener or name: what was known is of no meaning.
void QmlReplica::follow()
{
    if (!m_isComplete)
        return;
    m_replica.reset();
    if (m_listener && !m_name.isEmpty()) {
        m_replica = std::make_unique<Replica>(m_listener, m_name);
        m_replica->setTarget(m_target);
        QObject::connect(m_replica.get(), &Replica::valuesChanged, this, &QmlReplica::takeValues);
        QObject::connect(m_replica.get(), &Replica::readyChanged, this, &QmlReplica::readyChanged);
        QObject::connect(m_replica.get(), &Replica::ready, this, &QmlReplica::ready);
    }
    takeValues();
    Q_EMIT readyChanged();
    if (isReady())
        Q_EMIT ready();
}

void QmlReplica::takeValues()
{
    const QVariantMap all = values();
    const QStringList known = keys();
    for (const QString &property : known) {
        if (!all.contains(property))
            clear(property);
    }
    QVariantHash changed;
    for (auto it = all.cbegin(); it != all.cend(); ++it) {
        if (value(it.key()) != it.value())
            changed.insert(it.key(), it.value());
    }
    insert(changed);
    Q_EMIT valuesChanged();
}

//! The server's values are not changed here.
QVariant QmlReplica::updateValue(const QString &key, const QVariant &)
{
    return value(key);
}

} // namespace QRepod
