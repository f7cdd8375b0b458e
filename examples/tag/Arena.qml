// SPDX-License-Identifier: MIT
import QtQuick
import Tag

//! The ground and everything on it.
Ground {
    id: arena

    required property Players players
    property var obstacles: []

    radius: 8 * unit
    border { width: Math.max(1, 2 * unit); color: "#33415f" }

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
