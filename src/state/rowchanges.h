// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

#include <optional>
#include <vector>

namespace QRepod {

//! Identifies a row, wherever it is. No two rows have the same.
using RowId = quint64;

//! One step from one order of rows to another.
struct RowChange
{
    enum class Kind {
        Insert, ///< `count` rows of the new order, from `row` on
        Remove, ///< `count` rows from `row` on
        Move,   ///< takes out `count` rows from `row` on, and inserts them at `to`
    };

    Kind kind;
    int row;
    int count;
    int to = 0; ///< of a move; counted without the moving rows

    bool operator==(const RowChange &) const = default;
};

//! Returns the steps from \a before to \a after, neither of which contains a row twice: removals
//! first, then moves, then insertions. As few rows move as possible, and neighbours move together.
///
/// \return nothing if so many rows move that sending all of them again is cheaper.
std::optional<std::vector<RowChange>> rowChanges(const std::vector<RowId> &before,
                                                 const std::vector<RowId> &after);

} // namespace QRepod
