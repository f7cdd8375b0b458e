// SPDX-License-Identifier: MIT
// A scene in which things move: by messages, or as many times by itself.

import QtQuick
import QRepod

Window {
    id: scene

    readonly property int players: 100
    required property int port
    required property int rate
    property bool traffic: false
    property int moves: 0

    function move(id: int, x: real, y: real) {
        const player = players.itemAt(id);
        player.x = x;
        player.y = y;
        ++scene.moves;
    }

    width: 800
    height: 600
    visible: true
    color: "black"

    ConnectionListener {
        function network_move(id: int, x: real, y: real) {
            scene.move(id, x, y);
        }

        port: scene.port
        active: scene.traffic
    }

    FrameAnimation {
        property real due: 0

        running: !scene.traffic
        onTriggered: {
            due += frameTime * scene.rate;
            for (; due >= 1; --due)
                scene.move(scene.moves % scene.players, scene.moves % 788, scene.moves * 7 % 588);
        }
    }

    Repeater {
        id: players

        model: scene.players

        Rectangle {
            width: 12
            height: 12
            color: "orange"
        }
    }

    Rectangle {
        width: 80
        height: 80
        color: "steelblue"

        NumberAnimation on x {
            from: 0
            to: scene.width - 80
            duration: 2000
            loops: Animation.Infinite
        }
        RotationAnimation on rotation {
            from: 0
            to: 360
            duration: 3000
            loops: Animation.Infinite
        }
    }

    Text {
        anchors.bottom: parent.bottom
        color: "white"
        text: scene.moves
    }
}
