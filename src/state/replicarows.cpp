// SPDX-License-Identifier: MIT
#include "state/replicarows.h"

#include "state/valuefilter.h"

#include <QtCore/qhash.h>
#include <QtCore/qset.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace QRepod {

//! Observers that are told of the beginning are told of the end, unless they are gone by then.
template <class Begin, class Change, class End>
void ReplicaRows::notify(Begin begin, Change change, End end)
{
    const std::vector<RowsObserver *> notified = observers.notify(begin);
    change();
    observers.notify(notified, end);
}

//! Returns \a values with exactly one value for each role.
RowValues ReplicaRows::padded(RowValues values) const
{
    while (values.size() < m_roles.size())
        values.append(QVariant());
    values.resize(m_roles.size());
    return values;
}

void ReplicaRows::insert(int row, const QList<RowValues> &rows)
{
    if (rows.isEmpty())
        return;
    const int last = row + int(rows.size()) - 1;
    notify([=](RowsObserver *observer) { observer->beginInsert(row, last); },
           [&] {
               std::vector<RowValues> inserted;
               for (const RowValues &values : rows)
                   inserted.push_back(padded(values));
               m_rows.insert(m_rows.begin() + row, std::make_move_iterator(inserted.begin()),
                             std::make_move_iterator(inserted.end()));
           },
           [](RowsObserver *observer) { observer->endInsert(); });
}

void ReplicaRows::remove(int row, int count)
{
    if (count == 0)
        return;
    notify([=](RowsObserver *observer) { observer->beginRemove(row, row + count - 1); },
           [&] { m_rows.erase(m_rows.begin() + row, m_rows.begin() + row + count); },
           [](RowsObserver *observer) { observer->endRemove(); });
}

void ReplicaRows::move(int row, int count, int to)
{
    if (count == 0 || row == to)
        return;
    const int target = to > row ? to + count : to;
    const auto at = [this](int place) { return m_rows.begin() + place; };
    notify([=](RowsObserver *observer) { observer->beginMove(row, row + count - 1, target); },
           [&] {
               if (to > row)
                   std::rotate(at(row), at(row + count), at(target));
               else
                   std::rotate(at(to), at(row), at(row + count));
           },
           [](RowsObserver *observer) { observer->endMove(); });
}

//! Sets \a values in \a row. Unknown roles are ignored.
void ReplicaRows::set(int row, const QVariantMap &values)
{
    RowValues now = m_rows[size_t(row)];
    for (auto it = values.cbegin(); it != values.cend(); ++it) {
        if (const qsizetype role = m_roles.indexOf(it.key()); role >= 0)
            now[role] = it.value();
    }
    assign(row, now);
}

void ReplicaRows::assign(int row, const RowValues &values)
{
    RowValues &known = m_rows[size_t(row)];
    QList<int> roles;
    for (qsizetype role = 0; role < values.size(); ++role) {
        if (!isSameValue(known[role], values[role]))
            roles.append(int(role));
    }
    if (roles.isEmpty())
        return;
    known = values;
    observers.notify([&](RowsObserver *observer) { observer->changed(row, roles); });
}

void ReplicaRows::replace(const QStringList &roles, const QString &key,
                          const QList<RowValues> &rows)
{
    const bool isKnown = m_roles == roles && m_key == key && roles.contains(key);
    if (isKnown && replaceByKey(key, rows))
        return;
    // Qt reads the names of the roles again after a reset, and no observer reads them before it.
    notify([](RowsObserver *observer) { observer->beginReset(); },
           [&] {
               m_roles = roles;
               m_key = key;
               m_rows.clear();
               for (const RowValues &values : rows)
                   m_rows.push_back(padded(values));
           },
           [](RowsObserver *observer) { observer->endReset(); });
}

//! Returns the keys of \a rows; nothing if two rows have the same key.
QStringList ReplicaRows::keysOf(const QList<RowValues> &rows, const QString &key) const
{
    const qsizetype role = m_roles.indexOf(key);
    QStringList keys;
    QSet<QString> different;
    for (const RowValues &values : rows) {
        keys.append(values.value(role).toString());
        different.insert(keys.constLast());
    }
    return different.size() == keys.size() ? keys : QStringList();
}

//! \return false if that is impossible: two keys are equal, or too much has changed.
bool ReplicaRows::replaceByKey(const QString &key, const QList<RowValues> &rows)
{
    const QStringList before = keysOf(all(), key);
    const QStringList after = keysOf(rows, key);
    if (before.size() != count() || after.size() != rows.size())
        return false;
    QHash<QString, RowId> ids;
    const auto idsOf = [&ids](const QStringList &keys) {
        std::vector<RowId> list;
        for (const QString &text : keys) {
            if (!ids.contains(text))
                ids.insert(text, RowId(ids.size()));
            list.push_back(ids.value(text));
        }
        return list;
    };
    const std::vector<RowId> from = idsOf(before);
    const auto steps = rowChanges(from, idsOf(after));
    if (!steps)
        return false;
    for (const RowChange &step : *steps) {
        if (step.kind == RowChange::Kind::Insert)
            insert(step.row, rows.mid(step.row, step.count));
        else if (step.kind == RowChange::Kind::Remove)
            remove(step.row, step.count);
        else
            move(step.row, step.count, step.to);
    }
    for (int row = 0; row < int(rows.size()); ++row)
        assign(row, padded(rows[row]));
    return true;
}

bool ReplicaRows::apply(const std::vector<StateChange> &changes)
{
    return std::all_of(changes.begin(), changes.end(),
                       [this](const StateChange &change) { return apply(change); });
}

bool ReplicaRows::apply(const StateChange &change)
{
    const auto [kind, row, rowCount, to, rows, values] = change;
    switch (kind) {
    case StateChange::Kind::Insert:
        if (row > count())
            return false;
        insert(row, rows);
        return true;
    case StateChange::Kind::Remove:
        if (row > count() || rowCount > count() - row)
            return false;
        remove(row, rowCount);
        return true;
    case StateChange::Kind::Move:
        if (row > count() || rowCount > count() - row || to > count() - rowCount)
            return false;
        move(row, rowCount, to);
        return true;
    case StateChange::Kind::Set:
        break;
    }
    if (row >= count())
        return false;
    set(row, values);
    return true;
}

} // namespace QRepod
