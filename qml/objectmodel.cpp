// SPDX-License-Identifier: MIT
#include "objectmodel.h"

namespace QRepod {

namespace {

constexpr int objectRole = Qt::UserRole;

} // namespace

ObjectModel::ObjectModel(const QByteArray &role, QObject *parent)
    : QAbstractListModel(parent)
    , m_role(role)
{
}

void ObjectModel::append(QObject *object)
{
    beginInsertRows({}, count(), count());
    m_objects.append(object);
    endInsertRows();
    Q_EMIT countChanged();
}

void ObjectModel::remove(QObject *object)
{
    const int row = int(m_objects.indexOf(object));
    if (row < 0)
        return;
    beginRemoveRows({}, row, row);
    m_objects.removeAt(row);
    endRemoveRows();
    Q_EMIT countChanged();
}

void ObjectModel::clear()
{
    if (m_objects.isEmpty())
        return;
    beginResetModel();
    m_objects.clear();
    endResetModel();
    Q_EMIT countChanged();
}

int ObjectModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QVariant ObjectModel::data(const QModelIndex &index, int role) const
{
    if (role != objectRole || !checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    return QVariant::fromValue(m_objects.at(index.row()));
}

QHash<int, QByteArray> ObjectModel::roleNames() const
{
    return {{objectRole, m_role}};
}

} // namespace QRepod
