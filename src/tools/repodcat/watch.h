// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Replica>
#include <QRepod/ReplicaModel>

#include <QtCore/QObject>
#include <QtCore/QVariantMap>

//! What a server shares by one name, object or model, as it is after each of its ticks.
class Watch : public QObject
{
    Q_OBJECT

public:
    Watch(QRepod::ConnectionListener &listener, const QString &name);

signals:
    //! \a state has the `name`, the `time` on the server's clock, and what is shared: `values` of
    //! an object, or `roles` and `rows` of a model; nothing of these when it is shared no more.
    void changed(const QVariantMap &state);

private:
    QVariantMap state(qint64 time) const;

    QRepod::Replica m_object;
    QRepod::ReplicaModel m_model;
};
