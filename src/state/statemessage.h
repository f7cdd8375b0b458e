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

    //! Returns the change as it is on the wire.
    QVariantList toList() const;
};

//! A parsed message of the action `_state`.
struct StateMessage
{
    //! \return nothing if \a fields break the protocol. Rows are checked for their form, not for
    //!         whether they exist.
    static std::optional<StateMessage> read(const QVariantMap &fields);

    //! Appends \a part, the next part of the message that this one begins.
    void append(StateMessage part);

    QString name;
    qint64 time = 0;
    bool isFull = false;
    bool isEnd = false;
    bool isPart = false;                  ///< the next message with this name continues it
    std::optional<QVariantMap> set;       ///< of an object
    std::optional<QList<RowValues>> rows; ///< of a model, in the first message
    QStringList roles;                    ///< with `rows`
    QString key;                          ///< with `rows`: the role that identifies a row, if any
    std::vector<StateChange> changes;
};

} // namespace QRepod
