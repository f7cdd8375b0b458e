// SPDX-License-Identifier: MIT
import QtQuick

//! The ground of a game. Its children are placed in the game's units.
Rectangle {
    id: ground

    required property real unit            ///< the length of a unit on the screen
    property size field: Qt.size(800, 600) ///< in the game's units
    default property alias things: units.data

    width: Math.round(field.width * unit)
    height: Math.round(field.height * unit)
    radius: 8
    color: palette.base
    border { width: 1; color: palette.mid }
    clip: true

    Item {
        id: units

        width: ground.field.width
        height: ground.field.height
        scale: ground.unit
        transformOrigin: Item.TopLeft
    }
}
