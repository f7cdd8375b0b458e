// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qhash.h>
#include <QtCore/qvariant.h>

#include <vector>

namespace QRepod {

class Channel;

//! Who is logged in where, in all of the cluster. In the server's working thread.
///
/// Of two logins as the same user the later one counts, on every node: by a clock that each node
/// puts forward to what it hears, and between equals by the name of the node.
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
        quint64 round = 0;          ///< of its node's latest complete list that it was in
    };

    using QAbstractListModel::QAbstractListModel;

    //! What set() has done.
    struct Change
    {
        bool isTaken = false;         ///< an earlier login has given way
        bool isRefused = false;       ///< a later one is there
        Channel *displaced = nullptr; ///< whose login it was, if it was one of this node
    };
    Change set(const Login &login);

    //! Forgets the login of \a user on \a node, unless a later one has come.
    void remove(const QString &user, const QString &node, quint64 time);
    void removeNode(const QString &node);

    //! Forgets what \a node has not said since round \a round.
    void removeBefore(const QString &node, quint64 round);

    const Login *find(const QString &user) const;
    const Login *find(const Channel *channel) const;
    const std::vector<Login> &all() const { return m_logins; }

    //! A time later than all that are known.
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
    QHash<const Channel *, QString> m_channels; // of this node
    quint64 m_time = 0;
};

} // namespace QRepod
