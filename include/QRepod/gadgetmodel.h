// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qbytearray.h>
#include <QtCore/qlist.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qvariant.h>

#include <algorithm>

namespace QRepod {

//! A list of gadgets as a model, with a row for each gadget and a role for each property.
///
/// Use it to share players or other things that a game keeps as plain values:
///
/// \code
/// struct Ship
/// {
///     Q_GADGET
///     Q_PROPERTY(int id MEMBER id)
///     Q_PROPERTY(float x MEMBER x)
///
/// public:
///     int id = 0;
///     float x = 0;
/// };
///
/// QRepod::GadgetModel<Ship> ships("id");
/// room->share("ships", &ships, "id");
/// ships.setRows(game.ships()); // at each step of the game
/// \endcode
///
/// setRows() reports only the differences, so that views animate and clients get no more than that.
/// Like any model, it is for the thread that it lives in.
template <class Gadget>
class GadgetModel : public QAbstractListModel
{
public:
    //! \a key is the property that identifies a row in setRows(); it differs from row to row.
    explicit GadgetModel(const char *key, QObject *parent = nullptr)
        : QAbstractListModel(parent)
        , m_key(property(Gadget::staticMetaObject.indexOfProperty(key)))
    {
        Q_ASSERT_X(m_key.isValid(), "GadgetModel", "the gadget has no property of the key's name");
    }

    const QList<Gadget> &rows() const { return m_rows; }

    //! Replaces the rows by \a rows, with as few changes as their order allows.
    ///
    /// Rows whose key is gone are removed. Other rows are inserted, moved, or changed in the
    /// properties that differ.
    void setRows(const QList<Gadget> &rows)
    {
        removeAllBut(rows);
        for (int row = 0; row < int(rows.size()); ++row) {
            const int from = find(m_rows, rows[row], row);
            if (from < 0)
                insert(row, rows[row]);
            else if (from > row)
                move(from, row);
            change(row, rows[row]);
        }
        if (m_rows.size() > rows.size()) // a key was there twice
            remove(int(rows.size()), int(m_rows.size()) - 1);
    }

    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : int(m_rows.size());
    }

    QVariant data(const QModelIndex &index, int role) const override
    {
        if (!index.isValid() || index.row() >= m_rows.size())
            return {};
        return property(role - firstRole).readOnGadget(&m_rows[index.row()]);
    }

    QHash<int, QByteArray> roleNames() const override
    {
        QHash<int, QByteArray> names;
        for (int i = 0; i < Gadget::staticMetaObject.propertyCount(); ++i)
            names[firstRole + i] = property(i).name();
        return names;
    }

private:
    static constexpr int firstRole = Qt::UserRole + 1;

    static QMetaProperty property(int index) { return Gadget::staticMetaObject.property(index); }

    bool isSame(const Gadget &one, const Gadget &other) const
    {
        return m_key.readOnGadget(&one) == m_key.readOnGadget(&other);
    }

    //! Returns where \a rows, searched from \a first, has the key of \a wanted; -1: nowhere.
    int find(const QList<Gadget> &rows, const Gadget &wanted, int first) const
    {
        const auto found = std::find_if(rows.begin() + first, rows.end(),
                                        [&](const Gadget &row) { return isSame(row, wanted); });
        return found == rows.end() ? -1 : int(found - rows.begin());
    }

    void removeAllBut(const QList<Gadget> &rows)
    {
        for (int row = int(m_rows.size()) - 1; row >= 0; --row) {
            const bool isInItsPlace = row < rows.size() && isSame(rows[row], m_rows[row]);
            if (!isInItsPlace && find(rows, m_rows[row], 0) < 0)
                remove(row, row);
        }
    }

    void insert(int row, const Gadget &gadget)
    {
        beginInsertRows({}, row, row);
        m_rows.insert(row, gadget);
        endInsertRows();
    }

    void remove(int first, int last)
    {
        beginRemoveRows({}, first, last);
        m_rows.remove(first, last - first + 1);
        endRemoveRows();
    }

    void move(int from, int to)
    {
        beginMoveRows({}, from, from, {}, to);
        m_rows.move(from, to);
        endMoveRows();
    }

    void change(int row, const Gadget &gadget)
    {
        QList<int> roles;
        for (int i = 0; i < Gadget::staticMetaObject.propertyCount(); ++i) {
            const QMetaProperty role = property(i);
            if (role.readOnGadget(&m_rows[row]) != role.readOnGadget(&gadget))
                roles.append(firstRole + i);
        }
        m_rows[row] = gadget;
        if (!roles.isEmpty())
            Q_EMIT dataChanged(index(row), index(row), roles);
    }

    const QMetaProperty m_key;
    QList<Gadget> m_rows;
};

} // namespace QRepod
