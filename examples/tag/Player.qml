// SPDX-License-Identifier: MIT
import QtQuick

//! A disc with the player's name. One's own has a white ring; the player who is it glows red.
Rectangle {
    id: player

    required property int number
    required property string name
    required property real centerX
    required property real centerY
    required property real size
    required property string ink
    required property bool isMe
    required property bool isIt

    readonly property real scaling: parent ? parent.scale : 1
    readonly property real roomX: parent ? parent.width : 0

    objectName: "player" + number
    x: centerX - width / 2
    y: centerY - height / 2
    width: size
    height: size
    radius: size / 2
    color: ink
    border { width: isMe ? 3 : 0; color: "white" }

    Rectangle {
        anchors { fill: parent; margins: -5 }
        z: -1
        radius: width / 2
        color: "#ff4d4d"
        opacity: 0.5
        visible: player.isIt
    }

    Text {
        objectName: "label"
        // Above the disc, but inside the arena.
        x: Math.max(4 - player.x, Math.min(player.roomX - player.x - width - 4,
                                           (player.width - width) / 2))
        y: player.y > height + 10 ? -height - 6 : player.height + 6
        text: {
            if (!player.isIt)
                return player.name;
            return player.isMe ? qsTr("You are it") : qsTr("%1 is it").arg(player.name);
        }
        textFormat: Text.PlainText // typed by the player
        color: player.isIt ? "#ff9a9a" : "#dbe2f0"
        font { pixelSize: Math.max(13, 11 / player.scaling); bold: player.isIt || player.isMe }
    }
}
