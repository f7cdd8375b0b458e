// SPDX-License-Identifier: MIT
#include "cluster/users.h"

#include <algorithm>
#include <tuple>

namespace QRepod {

Users::Change Users::set(const Login &login)
{
    m_time = std::max(m_time, login.time);
    const auto place = m_rows.constFind(login.user);
    if (place == m_rows.cend()) {
        const int row = int(m_logins.size());
        beginInsertRows({}, row, row);
        m_rows.insert(login.user, size_t(row));
        m_logins.push_back(login);
        if (login.channel)
            m_channels.insert(login.channel, login.user);
        endInsertRows();
        return {};
    }
    const Login before = m_logins[*place];
    if (std::tie(login.time, login.node) < std::tie(before.time, before.node))
        return {false, true, nullptr};
    replace(*place, login);
    const bool isOther = before.node != login.node || before.channel != login.channel;
    return {isOther, false, isOther ? before.channel : nullptr};
}

void Users::replace(size_t row, const Login &login)
{
    Login &present = m_logins[row];
    if (present.channel)
        m_channels.remove(present.channel);
    if (login.channel)
        m_channels.insert(login.channel, login.user);
    const bool isSame = present.node == login.node && present.data == login.data;
    present = login;
    if (!isSame)
        Q_EMIT dataChanged(index(int(row)), index(int(row)));
}

//! Moves the last row into its place: a list of 100,000 must not be moved for one.
void Users::removeRow(size_t row)
{
    const size_t last = m_logins.size() - 1;
    if (m_logins[row].channel)
        m_channels.remove(m_logins[row].channel);
    m_rows.remove(m_logins[row].user);
    if (row != last) {
        m_rows[m_logins[last].user] = row;
        m_logins[row] = m_logins[last];
        Q_EMIT dataChanged(index(int(row)), index(int(row)));
    }
    beginRemoveRows({}, int(last), int(last));
    m_logins.pop_back();
    endRemoveRows();
}

template <class Predicate>
void Users::removeIf(Predicate predicate)
{
    for (size_t row = m_logins.size(); row-- > 0;) {
        if (predicate(m_logins[row]))
            removeRow(row);
    }
}

void Users::remove(const QString &user, const QString &node, quint64 time)
{
    m_time = std::max(m_time, time);
    const auto place = m_rows.constFind(user);
    if (place == m_rows.cend())
        return;
    const Login &login = m_logins[*place];
    if (login.node == node && login.time <= time)
        removeRow(*place);
}

void Users::removeNode(const QString &node)
{
    removeIf([&](const Login &login) { return login.node == node; });
}

void Users::removeBefore(const QString &node, quint64 round)
{
    removeIf([&](const Login &login) { return login.node == node && login.round < round; });
}

const Users::Login *Users::find(const QString &user) const
{
    const auto place = m_rows.constFind(user);
    return place == m_rows.cend() ? nullptr : &m_logins[*place];
}

const Users::Login *Users::find(const Channel *channel) const
{
    const auto place = m_channels.constFind(channel);
    return place == m_channels.cend() ? nullptr : find(*place);
}

int Users::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_logins.size());
}

QVariant Users::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || size_t(index.row()) >= m_logins.size())
        return {};
    const Login &login = m_logins[size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
    case UserRole:
        return login.user;
    case NodeRole:
        return login.node;
    case DataRole:
        return login.data;
    default:
        return {};
    }
}

QHash<int, QByteArray> Users::roleNames() const
{
    return {{UserRole, "user"}, {NodeRole, "node"}, {DataRole, "data"}};
}

} // namespace QRepod
