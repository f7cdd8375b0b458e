// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qlist.h>
#include <QtQml/qqmlregistration.h>

namespace QRepod {

//! A list of objects as a model with one role.
class ObjectModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ANONYMOUS

    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)

public:
    ObjectModel(const QByteArray &role, QObject *parent);

    int count() const { return int(m_objects.size()); }

    void append(QObject *object);
    void remove(QObject *object);
    void clear();

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

Q_SIGNALS:
    void countChanged();

protected:
    QObject *at(int index) const { return m_objects.value(index); }

private:
    const QByteArray m_role;
    QList<QObject *> m_objects;
};

} // namespace QRepod
