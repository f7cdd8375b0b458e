// SPDX-License-Identifier: MIT
import QtQuick

//! A paddle. The player's own shines.
Rectangle {
    id: paddle

    required property bool shines

    radius: width / 2

    Rectangle {
        anchors { fill: parent; margins: -Math.max(2, Math.round(paddle.width / 3)) }
        z: -1
        radius: width / 2
        color: paddle.color
        opacity: 0.25
        visible: paddle.shines
    }
}
