// SPDX-License-Identifier: MIT
#include "state/sharedmodel.h"

#include <QtCore/qhash.h>
#include <QtCore/qthread.h>

#include <algorithm>
#include <utility>

namespace QRepod {

namespace {

constexpr quint64 allRoles = ~quint64(0);

//! The roles that a model has that names none of its own.
const QHash<int, QByteArray> &defaultRoles()
{
    class Plain final : public QAbstractListModel
    {
        int rowCount(const QModelIndex &) const override { return 0; }
        QVariant data(const QModelIndex &, int) const override { return {}; }
    };
    static const QHash<int, QByteArray> roles = Plain().roleNames();
    return roles;
}

} // namespace

SharedModel::SharedModel(const QString &name, QAbstractItemModel *model, const QString &key,
                         QObject *parent)
    : StateSource(parent)
    , m_model(model)
    , m_key(key)
    , m_filter(name)
{
    observe();
    reset();
}

void SharedModel::observe()
{
    using Model = QAbstractItemModel;
    QObject::connect(m_model, &Model::rowsInserted, this, &SharedModel::insertRows);
    QObject::connect(m_model, &Model::rowsRemoved, this, &SharedModel::removeRows);
    QObject::connect(m_model, &Model::rowsMoved, this, &SharedModel::moveRows);
    QObject::connect(m_model, &Model::dataChanged, this, &SharedModel::markData);
    QObject::connect(m_model, &Model::layoutAboutToBeChanged, this, &SharedModel::rememberLayout);
    QObject::connect(m_model, &Model::layoutChanged, this, &SharedModel::restoreLayout);
    QObject::connect(m_model, &Model::modelReset, this, &SharedModel::reset);
    QObject::connect(m_model, &QObject::destroyed, this, &StateSource::gone);
}

void SharedModel::setVisible(IsVisible isVisible)
{
    m_isVisible = std::move(isVisible);
    m_views.clear();
    m_isAnew = true;
    noteMoved();
}

void SharedModel::noteMarked()
{
    if (!std::exchange(m_isMarked, true))
        Q_EMIT marked();
}

void SharedModel::noteMoved()
{
    m_hasMoved = true;
    noteMarked();
}

//! Keeps what was sent of rows that go: who joins before the next collect() still gets them.
void SharedModel::keepRemoved(std::vector<Row>::iterator first, std::vector<Row>::iterator last)
{
    for (; first != last; ++first) {
        if (!first->isNew)
            m_gone.emplace(first->id, std::move(first->values));
    }
}

void SharedModel::insertRows(const QModelIndex &parent, int first, int last)
{
    if (!isTop(parent))
        return;
    std::vector<Row> rows;
    for (int row = first; row <= last; ++row)
        rows.push_back(newRow());
    m_rows.insert(m_rows.begin() + first, std::make_move_iterator(rows.begin()),
                  std::make_move_iterator(rows.end()));
    noteMoved();
}

void SharedModel::removeRows(const QModelIndex &parent, int first, int last)
{
    if (!isTop(parent))
        return;
    keepRemoved(m_rows.begin() + first, m_rows.begin() + last + 1);
    m_rows.erase(m_rows.begin() + first, m_rows.begin() + last + 1);
    noteMoved();
}

void SharedModel::moveRows(const QModelIndex &from, int first, int last, const QModelIndex &target,
                           int to)
{
    if (isTop(from) && isTop(target)) {
        const auto at = [this](int row) { return m_rows.begin() + row; };
        if (to > last)
            std::rotate(at(first), at(last + 1), at(to));
        else
            std::rotate(at(to), at(first), at(last + 1));
        noteMoved();
    } else if (isTop(from)) {
        removeRows(from, first, last);
    } else {
        insertRows(target, to, to + last - first);
    }
}

void SharedModel::markData(const QModelIndex &first, const QModelIndex &last,
                           const QList<int> &roles)
{
    const bool isKnown = last.isValid() && size_t(last.row()) < m_rows.size();
    if (!isKnown || !isTop(first.parent()) || first.column() > 0)
        return;
    Roles marks = roles.isEmpty() || !m_hasOwnRoles ? allRoles : 0;
    for (const int number : roles) {
        if (const qsizetype role = m_roleNumbers.indexOf(number); role >= 0)
            marks |= bitOf(role);
    }
    for (int row = first.row(); marks != 0 && row <= last.row(); ++row) {
        Row &changed = m_rows[size_t(row)];
        if (std::exchange(changed.marks, changed.marks | marks) == 0)
            m_dirty.push_back(row);
    }
    noteMarked(); // an unknown role, too: the model may have got it just now
}

void SharedModel::rememberLayout()
{
    m_layout.clear();
    for (int row = 0; size_t(row) < m_rows.size(); ++row)
        m_layout.emplace_back(m_model->index(row, 0));
}

void SharedModel::restoreLayout()
{
    const std::vector<QPersistentModelIndex> layout = std::exchange(m_layout, {});
    std::vector<Row> before = std::exchange(m_rows, {});
    m_rows.resize(size_t(m_model->rowCount()));
    std::vector<bool> isTaken(m_rows.size());
    for (size_t i = 0; i < before.size(); ++i) {
        const QPersistentModelIndex index = i < layout.size() ? layout[i] : QPersistentModelIndex();
        if (index.isValid() && isTop(index.parent()) && !isTaken[size_t(index.row())]) {
            isTaken[size_t(index.row())] = true;
            m_rows[size_t(index.row())] = std::move(before[i]);
        } else {
            keepRemoved(before.begin() + std::ptrdiff_t(i), before.begin() + std::ptrdiff_t(i) + 1);
        }
    }
    for (size_t row = 0; row < m_rows.size(); ++row) {
        if (!isTaken[row])
            m_rows[row] = newRow();
    }
    noteMoved();
}

//! Which row is which is unknown, unless they have keys.
void SharedModel::reset()
{
    std::vector<Row> before = std::exchange(m_rows, {});
    const int count = m_model->rowCount();
    for (int row = 0; row < count; ++row)
        m_rows.push_back(newRow());
    if (m_key.isEmpty() || readRoles() || !m_roles.contains(m_key))
        m_isAnew = true;
    else
        matchKeys(before);
    keepRemoved(before.begin(), before.end());
    noteMoved();
}

//! The rows that have the key of one \a before are that one.
void SharedModel::matchKeys(const std::vector<Row> &before)
{
    const qsizetype role = m_roles.indexOf(m_key);
    QHash<QString, const Row *> byKey;
    for (const Row &row : before) {
        if (!row.isNew)
            byKey.insert(row.values.value(role).toString(), &row);
    }
    for (int i = 0; size_t(i) < m_rows.size(); ++i) {
        if (const Row *const known = byKey.take(value(m_model->index(i, 0), role).toString())) {
            Row &row = m_rows[size_t(i)];
            row = *known;
            row.marks = allRoles;
        }
    }
}

//! \return whether they are others than before.
bool SharedModel::readRoles()
{
    const QHash<int, QByteArray> names = m_model->roleNames();
    m_hasOwnRoles = names != defaultRoles();
    QList<int> numbers = m_hasOwnRoles ? names.keys() : QList<int>{Qt::DisplayRole};
    std::sort(numbers.begin(), numbers.end());
    QStringList roles;
    for (const int number : std::as_const(numbers))
        roles.append(QString::fromUtf8(names.value(number)));
    m_roleNumbers = numbers;
    return std::exchange(m_roles, roles) != roles;
}

void SharedModel::forget(const Channel *viewer)
{
    m_views.erase(viewer);
}

bool SharedModel::isReachable() const
{
    return m_model && m_model->thread() == QThread::currentThread();
}

} // namespace QRepod
