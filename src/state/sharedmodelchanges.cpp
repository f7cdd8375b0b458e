// SPDX-License-Identifier: MIT
//! The part of SharedModel that turns changes of its rows into messages.
#include "state/sharedmodel.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace QRepod {

QVariant SharedModel::value(const QModelIndex &row, qsizetype role)
{
    QVariant value = sharedForm(row.data(m_roleNumbers[role]));
    if (!m_filter.accepts(m_roles[role], value))
        return {};
    return value;
}

void SharedModel::collectRow(int row)
{
    Row &current = m_rows[size_t(row)];
    const Roles marks = std::exchange(current.marks, 0);
    if (!current.isNew && marks == 0)
        return;
    const QModelIndex index = m_model->index(row, 0);
    if (std::exchange(current.isNew, false)) {
        current.values.clear();
        for (qsizetype role = 0; role < m_roles.size(); ++role)
            current.values.append(value(index, role));
        return;
    }
    std::vector<ChangedValues::Value> &changed = m_changed->values;
    const size_t begin = changed.size();
    for (qsizetype role = 0; role < m_roles.size(); ++role) {
        if ((marks & bitOf(role)) == 0)
            continue;
        QVariant now = value(index, role);
        if (!isSameValue(now, current.values.at(role))) {
            changed.push_back({role, now});
            current.values[role] = std::move(now);
        }
    }
    if (changed.size() > begin)
        m_changed->rows.push_back({row, begin, changed.size()});
}

void SharedModel::collectAll()
{
    for (int row = 0; size_t(row) < m_rows.size(); ++row) {
        if (m_sendsFullState)
            m_rows[size_t(row)].isNew = true;
        collectRow(row);
    }
    m_before = std::exchange(m_after, {});
    m_after.reserve(m_rows.size());
    for (const Row &row : m_rows)
        m_after.push_back(row.id);
    m_removed.clear();
}

void SharedModel::collect(const MessageLimits &limits)
{
    m_changed = std::make_shared<ChangedValues>(); // messages may still refer to the old values
    m_sendsOrder = m_sendsFullState = false;
    if (!m_isMarked || !m_model)
        return;
    m_filter.setLimits(limits);
    if (size_t(m_model->rowCount()) != m_rows.size()) // it did not signal a change
        reset();
    m_sendsFullState = readRoles() || std::exchange(m_needsFullState, false);
    m_needsFullState = false;
    m_sendsOrder = std::exchange(m_hasMoved, false) || m_sendsFullState;
    m_changed->roles = m_roles;
    if (m_sendsOrder) {
        collectAll();
    } else {
        std::sort(m_dirty.begin(), m_dirty.end());
        for (const int row : m_dirty)
            collectRow(row);
    }
    m_dirty.clear();
    m_isMarked = false;
}

//! Returns the collected rows that \a viewer may know.
std::vector<int> SharedModel::visibleRows(const Channel *viewer) const
{
    std::vector<int> rows;
    for (int row = 0; size_t(row) < m_rows.size(); ++row) {
        if (!m_rows[size_t(row)].isNew && m_isVisible(viewer, row))
            rows.push_back(row);
    }
    return rows;
}

QVariantMap SharedModel::wholeOf(const QList<RowValues> &rows) const
{
    QVariantList list;
    list.reserve(rows.size());
    for (const RowValues &values : rows)
        list.append(QVariant(values));
    QVariantMap fields = {
        {StateField::full(), true}, {StateField::roles(), m_roles}, {StateField::rows(), list}};
    if (m_roles.contains(m_key))
        fields.insert(StateField::key(), m_key);
    return fields;
}

QVariantMap SharedModel::whole(const Channel *viewer)
{
    QList<RowValues> rows;
    if (m_isVisible) {
        Order view;
        for (const int row : visibleRows(viewer)) {
            view.push_back(m_rows[size_t(row)].id);
            rows.append(m_rows[size_t(row)].values);
        }
        m_views[viewer] = std::move(view);
        return wholeOf(rows);
    }
    std::unordered_map<RowId, const RowValues *> values;
    for (const Row &row : m_rows)
        values.emplace(row.id, &row.values);
    for (const auto &[id, sent] : m_removed)
        values.emplace(id, &sent);
    for (const RowId id : m_after)
        rows.append(*values.at(id));
    return wholeOf(rows);
}

QVariantMap SharedModel::change(const Channel *viewer)
{
    if (m_sendsFullState)
        return whole(viewer);
    if (!m_isVisible) {
        if (!m_sendsOrder && m_changed->rows.empty())
            return {};
        std::vector<int> rows(m_after.size());
        std::iota(rows.begin(), rows.end(), 0);
        return difference(m_before, m_after, rows, m_sendsOrder);
    }
    const auto view = m_views.find(viewer);
    if (view == m_views.end())
        return whole(viewer);
    const std::vector<int> rows = visibleRows(viewer);
    Order order;
    order.reserve(rows.size());
    for (const int row : rows)
        order.push_back(m_rows[size_t(row)].id);
    const Order before = std::exchange(view->second, std::move(order));
    return difference(before, view->second, rows, true);
}

//! Returns the changes that turn \a before, which somebody has, into \a after, whose rows are at
//! \a rows in the model.
QVariantMap SharedModel::difference(const Order &before, const Order &after,
                                    const std::vector<int> &rows, bool hasMoved) const
{
    using Kind = StateChange::Kind;
    const auto valuesOf = [&](int first, int count) {
        QList<RowValues> values;
        for (int row = first; row < first + count; ++row)
            values.append(m_rows[size_t(rows[size_t(row)])].values);
        return values;
    };
    const auto steps = hasMoved ? rowChanges(before, after) : std::vector<RowChange>();
    if (!steps)
        return wholeOf(valuesOf(0, int(rows.size())));
    const auto changes = std::make_shared<StateChanges>(m_changed);
    for (const RowChange &step : *steps) {
        StateChange change{Kind::Insert, step.row, step.count, step.to, {}, {}};
        if (step.kind == RowChange::Kind::Insert)
            change.rows = valuesOf(step.row, step.count);
        else
            change.kind = step.kind == RowChange::Kind::Remove ? Kind::Remove : Kind::Move;
        changes->append(change);
    }
    appendChangedRows(*changes, rows, *steps);
    if (changes->isEmpty())
        return {};
    return {{StateField::changes(), QVariant::fromValue<StreamedList::Pointer>(changes)}};
}

//! Appends the values that have changed in rows that the \a steps do not insert.
void SharedModel::appendChangedRows(StateChanges &changes, const std::vector<int> &rows,
                                    const std::vector<RowChange> &steps) const
{
    auto step = std::find_if(steps.begin(), steps.end(), [](const RowChange &change) {
        return change.kind == RowChange::Kind::Insert; // insertions come last, in order
    });
    for (const ChangedValues::Row &changed : m_changed->rows) {
        const auto place = std::lower_bound(rows.begin(), rows.end(), changed.row);
        if (place == rows.end() || *place != changed.row)
            continue;
        const int row = int(place - rows.begin());
        while (step != steps.end() && row >= step->row + step->count)
            ++step;
        if (step != steps.end() && row >= step->row)
            continue;
        changes.append(row, changed);
    }
}

} // namespace QRepod
