// SPDX-License-Identifier: MIT
#pragma once

#include "state/rowchanges.h"

#include <QtCore/qlist.h>
#include <QtCore/qstringlist.h>
#include <QtCore/qvariant.h>

#include <optional>
#include <vector>

namespace QRepod {

//! The fields of a message with the action `_state`; see PROTOCOL.md.
namespace StateField {

inline QString name()
{
    return QStringLiteral("name");
}
inline QString time()
{
    return QStringLiteral("time");
}
inline QString full()
{
    return QStringLiteral("full");
}
inline QString end()
{
    return QStringLiteral("end");
}
inline QString more()
{
    return QStringLiteral("more");
}
inline QString set()
{
    return QStringLiteral("set");
}
inline QString roles()
{
    return QStringLiteral("roles");
}
inline QString key()
{
    return QStringLiteral("key");
}
inline QString rows()
{
    return QStringLiteral("rows");
}
inline QString changes()
{
    return QStringLiteral("changes");
}

} // namespace StateField

inline QString stateAction()
{
    return QStringLiteral("_state");
}

//! The values of a row, one per role.
using RowValues = QVariantList;

//! One entry of `changes`.
struct StateChange
{
    enum class Kind { Insert, Remove, Move, Set };

    Kind kind;
    int row;
    int count = 1;
    int to = 0;            ///< of a move; see RowChange
    QList<RowValues> rows; ///< of an insertion
    QVariantMap values;    ///< of `set`, by role

    //! For the wire.
    QVariantList toList() const;
};

//! A message of the action `_state`, taken apart.
struct StateMessage
{
    //! \return nothing if \a fields are not what the protocol says. Rows are checked for their
    //!         form, not for whether they exist.
    static std::optional<StateMessage> read(const QVariantMap &fields);

    //! Adds what is in \a part, the next message, of which this is the beginning.
    void append(StateMessage part);

    QString name;
    qint64 time = 0;
    bool isFull = false;
    bool isEnd = false;
    bool isPart = false;                  ///< the next message of this name goes on
    std::optional<QVariantMap> set;       ///< of an object
    std::optional<QList<RowValues>> rows; ///< of a model, with the first
    QStringList roles;                    ///< with `rows`
    QString key;                          ///< likewise: the role that rows are known by, if any
    std::vector<StateChange> changes;
};

} // namespace QRepod
