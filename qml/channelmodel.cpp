// SPDX-License-Identifier: MIT
#include "channelmodel.h"

namespace QRepod {

QmlChannel *ChannelModel::get(int index) const
{
    return m_channels.value(index);
}

void ChannelModel::append(QmlChannel *channel)
{
    beginInsertRows({}, count(), count());
    m_channels.append(channel);
    endInsertRows();
    Q_EMIT countChanged();
}

void ChannelModel::remove(QmlChannel *channel)
{
    const int row = int(m_channels.indexOf(channel));
    if (row < 0)
        return;
    beginRemoveRows({}, row, row);
    m_channels.removeAt(row);
    endRemoveRows();
    Q_EMIT countChanged();
}

void ChannelModel::clear()
{
    if (m_channels.isEmpty())
        return;
    beginResetModel();
    m_channels.clear();
    endResetModel();
    Q_EMIT countChanged();
}

int ChannelModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QVariant ChannelModel::data(const QModelIndex &index, int role) const
{
    if (role != ChannelRole || !checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    return QVariant::fromValue(m_channels.at(index.row()));
}

QHash<int, QByteArray> ChannelModel::roleNames() const
{
    return {{ChannelRole, "channel"}};
}

} // namespace QRepod
