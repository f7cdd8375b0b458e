// SPDX-License-Identifier: MIT
#pragma once

#include "state/rowchanges.h"
#include "state/statechanges.h"
#include "state/statemessage.h"
#include "state/statesource.h"
#include "state/valuefilter.h"

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qpointer.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace QRepod {

//! Shares a model: its rows on the top level, with their roles.
///
/// It keeps what was sent of each row, and follows where that row goes. So it does not matter in
/// how many steps the model has changed: clients get the difference.
class SharedModel final : public StateSource
{
    Q_OBJECT

public:
    //! Whether a viewer may know a row.
    using IsVisible = std::function<bool(const Channel *viewer, int row)>;

    //! \a name is that of the share, for warnings. \a key is the role that names a row, if one
    //! does.
    SharedModel(const QString &name, QAbstractItemModel *model, const QString &key,
                QObject *parent = nullptr);

    //! Everybody gets everything again, as far as \a isVisible lets them; all of it without.
    void setVisible(IsVisible isVisible);

    void collect(const MessageLimits &limits) override;
    QVariantMap whole(const Channel *viewer) override;
    QVariantMap change(const Channel *viewer) override;
    bool isForAll() const override { return !m_isVisible; }
    void forget(const Channel *viewer) override;
    bool isReachable() const override;

private:
    using Order = std::vector<RowId>;
    using Roles = quint64; // a bit for each; the last one stands for all that follow
    static Roles bitOf(qsizetype role) { return Roles(1) << std::min<qsizetype>(role, 63); }

    struct Row
    {
        RowId id;
        RowValues values; ///< as sent
        Roles marks = 0;
        bool isNew = true; ///< not sent yet
    };

    void observe();
    void insertRows(const QModelIndex &parent, int first, int last);
    void removeRows(const QModelIndex &parent, int first, int last);
    void moveRows(const QModelIndex &from, int first, int last, const QModelIndex &target, int to);
    void markData(const QModelIndex &first, const QModelIndex &last, const QList<int> &roles);
    void rememberLayout();
    void restoreLayout();
    void reset();
    void matchKeys(const std::vector<Row> &before);
    void keepRemoved(std::vector<Row>::iterator first, std::vector<Row>::iterator last);
    void noteMarked();
    void noteMoved();
    Row newRow() { return {++m_latestId, {}}; }
    bool isTop(const QModelIndex &parent) const { return !parent.isValid(); }

    bool readRoles();
    QVariant value(const QModelIndex &row, qsizetype role);
    void collectRow(int row);
    void collectAll();
    std::vector<int> visibleRows(const Channel *viewer) const;
    QVariantMap wholeOf(const QList<RowValues> &rows) const;
    QVariantMap difference(const Order &before, const Order &after, const std::vector<int> &rows,
                           bool hasMoved) const;
    void appendChangedRows(StateChanges &changes, const std::vector<int> &rows,
                           const std::vector<RowChange> &steps) const;

    const QPointer<QAbstractItemModel> m_model;
    const QString m_key;
    ValueFilter m_filter;
    IsVisible m_isVisible; // none: everybody knows every row
    QStringList m_roles;
    QList<int> m_roleNumbers;  // of these, in the model
    bool m_hasOwnRoles = true; // not those that every model has

    std::vector<Row> m_rows;  // as the model has them
    std::vector<int> m_dirty; // those that are marked, unless rows have come, gone or moved since
    std::unordered_map<RowId, RowValues> m_gone; // rows that were sent and have gone since
    RowId m_latestId = 0;
    std::vector<QPersistentModelIndex> m_layout; // of the rows, while the model sorts them
    bool m_isMarked = true;
    bool m_hasMoved = true; // rows have come, gone or moved since the latest collect()
    bool m_isAnew = true;   // everything is to be sent again

    // What the latest collect() has found.
    Order m_before;
    Order m_after;
    std::shared_ptr<ChangedValues> m_changed = std::make_shared<ChangedValues>();
    bool m_movedNow = false;
    bool m_anewNow = false;
    std::unordered_map<const Channel *, Order> m_views; // what each viewer knows, if not all
};

} // namespace QRepod
