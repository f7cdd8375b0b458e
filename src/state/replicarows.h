// SPDX-License-Identifier: MIT
#pragma once

#include "state/observers.h"
#include "state/statemessage.h"

#include <vector>

namespace QRepod {

//! Is told of each change to ReplicaRows, before and after it. It may be destroyed in between.
class RowsObserver
{
public:
    virtual void beginInsert(int first, int last) = 0;
    virtual void endInsert() = 0;
    virtual void beginRemove(int first, int last) = 0;
    virtual void endRemove() = 0;
    //! \a to is the row they go before, counted as in Qt: with the moving rows still in place.
    virtual void beginMove(int first, int last, int to) = 0;
    virtual void endMove() = 0;
    virtual void beginReset() = 0;
    virtual void endReset() = 0;
    virtual void changed(int row, const QList<int> &roles) = 0; ///< roles by index

protected:
    ~RowsObserver() = default;
};

//! The rows of a shared model, as received so far.
///
/// Observers may run any code, but must not change the rows.
class ReplicaRows
{
public:
    ReplicaRows() = default;
    Q_DISABLE_COPY_MOVE(ReplicaRows)

    const QStringList &roles() const { return m_roles; }
    int count() const { return int(m_rows.size()); }
    QVariant value(int row, int role) const { return m_rows[size_t(row)].value(role); }

    QList<RowValues> all() const { return QList<RowValues>(m_rows.begin(), m_rows.end()); }

    Observers<RowsObserver> observers;

    //! Replaces everything. If \a roles and \a key are the same as before, and \a key is one of the
    //! roles, rows are matched by their key: observers are told only of the differences.
    void replace(const QStringList &roles, const QString &key, const QList<RowValues> &rows);

    //! \return false if a change refers to a row that does not exist. The changes before it have
    //!         been made.
    bool apply(const std::vector<StateChange> &changes);

private:
    bool apply(const StateChange &change);
    void insert(int row, const QList<RowValues> &rows);
    void remove(int row, int count);
    void move(int row, int count, int to);
    void set(int row, const QVariantMap &values);
    void assign(int row, const RowValues &values);
    bool replaceByKey(const QString &key, const QList<RowValues> &rows);
    QStringList keysOf(const QList<RowValues> &rows, const QString &key) const;
    RowValues padded(RowValues values) const;

    template <class Begin, class Change, class End>
    void notify(Begin begin, Change change, End end);

    QStringList m_roles;
    QString m_key;
    std::vector<RowValues> m_rows;
};

} // namespace QRepod
