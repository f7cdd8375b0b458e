// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

#include <optional>
#include <vector>

namespace QRepod {

//! What a row is known by, wherever it stands: never that of another row.
using RowId = quint64;

//! One step on the way from one order of rows to another.
struct RowChange
{
    enum class Kind {
        Insert, ///< `count` rows of the new order, from `row` on
        Remove, ///< `count` rows from `row` on
        Move,   ///< takes `count` rows from `row` on out, and inserts them again at `to`
    };

    Kind kind;
    int row;
    int count;
    int to = 0; ///< of a move; counted without the rows that move

    bool operator==(const RowChange &) const = default;
};

//! The steps from \a before to \a after, in which no row stands twice: first what is removed, then
//! what moves, then what is inserted. As few rows move as possible, and neighbours move together.
///
/// \return nothing if so many rows move that to send all of them anew is cheaper.
std::optional<std::vector<RowChange>> rowChanges(const std::vector<RowId> &before,
                                                 const std::vector<RowId> &after);

} // namespace QRepod
