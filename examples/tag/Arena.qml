// SPDX-License-Identifier: MIT
import QtQuick
import Tag

//! The ground with everything on it. `unit` is how long the game's unit is on the screen.
Rectangle {
    id: arena

    required property Players players
    required property real unit
    property size field: Qt.size(800, 600)
    property var obstacles: []

    width: Math.round(field.width * unit)
    height: Math.round(field.height * unit)
    radius: 8 * unit
    color: "#182030"
    border { width: Math.max(1, 2 * unit); color: "#33415f" }
    clip: true

    Item { // in the game's units
        width: arena.field.width
        height: arena.field.height
        scale: arena.unit
        transformOrigin: Item.TopLeft

        Repeater {
            model: arena.obstacles

            Rectangle {
                required property var modelData

                x: modelData.x
                y: modelData.y
                width: modelData.w
                height: modelData.h
                color: "#46547a"
            }
        }

        Repeater {
            model: arena.players

            Player { }
        }
    }
}
