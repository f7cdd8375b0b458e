// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qhash.h>
#include <QtCore/qvariant.h>

#include <vector>

namespace QRepod {

class Channel;

//! Which user is logged in where, in the whole cluster. In the server's working thread.
///
/// If the same user logs in twice, the later login counts on every node. Logins are ordered by a
/// logical clock, which each node advances to the times it receives; the names of the nodes decide
/// between equal times.
class Users : public QAbstractListModel
{
    Q_OBJECT

public:
    enum Role { UserRole = Qt::UserRole + 1, NodeRole, DataRole };

    struct Login
    {
        QString user;
        QString node;
        QVariantMap data;
        quint64 time = 0;
        Channel *channel = nullptr; ///< on this node
        quint64 round = 0;          ///< the last complete list of its node that had this login
    };

    using QAbstractListModel::QAbstractListModel;

    //! The effect of set().
    struct Change
    {
        bool isTaken = false;         ///< an earlier login was replaced
        bool isRefused = false;       ///< a later login exists
        Channel *displaced = nullptr; ///< the channel of the replaced login, if on this node
    };
    Change set(const Login &login);

    //! Forgets the login of \a user on \a node, unless a later one has come.
    void remove(const QString &user, const QString &node, quint64 time);
    void removeNode(const QString &node);

    //! Forgets users of \a node that it has not listed since round \a round.
    void removeBefore(const QString &node, quint64 round);

    const Login *find(const QString &user) const;
    const Login *find(const Channel *channel) const;
    const std::vector<Login> &all() const { return m_logins; }

    //! Returns a time later than all known ones.
    quint64 nextTime() { return ++m_time; }

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = UserRole) const override;
    QHash<int, QByteArray> roleNames() const override;

private:
    template <class Predicate>
    void removeIf(Predicate predicate);
    void removeRow(size_t row);
    void replace(size_t row, const Login &login);

    std::vector<Login> m_logins;
    QHash<QString, size_t> m_rows;
    QHash<const Channel *, QString> m_channels; // channels of this node, with their users
    quint64 m_time = 0;
};

} // namespace QRepod
