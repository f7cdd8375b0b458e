// SPDX-License-Identifier: MIT
// A scene in which things move: by messages, as many times by itself, or as a server's that it shares.

import QtQuick
import QRepod

Window {
    id: scene

    readonly property int players: 100
    required property int port
    required property int rate
    property string mover: "itself" // or "messages", "state"
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
        id: game

        function network_move(id: int, x: real, y: real) {
            scene.move(id, x, y);
        }

        port: scene.port
        active: scene.mover !== "itself"
    }

    ReplicaModel {
        id: things

        listener: game
        name: "things"
    }

    FrameAnimation {
        property real due: 0

        running: scene.mover === "itself"
        onTriggered: {
            due += frameTime * scene.rate;
            for (; due >= 1; --due)
                scene.move(scene.moves % scene.players, scene.moves % 788, scene.moves * 7 % 588);
        }
    }

    Repeater {
        id: players

        model: scene.mover === "state" ? 0 : scene.players

        Rectangle {
            width: 12
            height: 12
            color: "orange"
        }
    }

    Repeater {
        model: scene.mover === "state" ? things : null

        Rectangle {
            id: thing

            required property real wayX
            required property real wayY

            width: 12
            height: 12
            color: "limegreen"
            onXChanged: ++scene.moves

            Interpolator on x {
                value: thing.wayX
            }
            Interpolator on y {
                value: thing.wayY
            }
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
