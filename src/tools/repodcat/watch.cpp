// SPDX-License-Identifier: MIT
#include "repodcat/watch.h"

#include <QRepod/ConnectionListener>

#include <algorithm>

Watch::Watch(QRepod::ConnectionListener &listener, const QString &name)
    : m_object(&listener, name)
    , m_model(&listener, name)
{
    connect(&listener, &QRepod::ConnectionListener::stateReceived, this,
            [this](const QString &received, qint64 time) {
                if (received == m_object.name())
                    emit changed(state(time));
            });
}

QVariantMap Watch::state(qint64 time) const
{
    QVariantMap state = {{"name", m_object.name()}, {"time", time}};
    if (m_object.isReady()) {
        state.insert("values", m_object.values());
    } else if (m_model.isReady()) {
        const QHash<int, QByteArray> names = m_model.roleNames();
        QList<int> numbers = names.keys();
        std::sort(numbers.begin(), numbers.end());
        QVariantList roles;
        for (const int number : std::as_const(numbers))
            roles.append(QString::fromUtf8(names[number]));
        QVariantList rows;
        for (int row = 0; row < m_model.count(); ++row)
            rows.append(m_model.get(row));
        state.insert("roles", roles);
        state.insert("rows", rows);
    }
    return state;
}
