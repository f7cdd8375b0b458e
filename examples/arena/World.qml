// SPDX-License-Identifier: MIT
import QtQuick

//! What a ship knows of its surroundings.
Item {
    required property int ship ///< the number of one's own
    property point place       ///< where that is
    property int gold: 0       ///< that it has
}
