// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Replica>
#include <QRepod/ReplicaModel>

#include <QtCore/QObject>
#include <QtCore/QVariantMap>

//! Follows what a server shares under one name, an object or a model, after each of its ticks.
class Watch : public QObject
{
    Q_OBJECT

public:
    Watch(QRepod::ConnectionListener &listener, const QString &name);

signals:
    //! \a state has the `name`, the `time` on the server's clock, and the contents: `values` of an
    //! object, or `roles` and `rows` of a model; none of these once it is no longer shared.
    void changed(const QVariantMap &state);

private:
    QVariantMap state(qint64 time) const;

    QRepod::Replica m_object;
    QRepod::ReplicaModel m_model;
};
