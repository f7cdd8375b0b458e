// SPDX-License-Identifier: MIT
// A scene in which things move: some by messages, or as many by itself; or many in each frame, by
// itself or as rows that a server shares.

import QtQuick
import QRepod

Window {
    id: scene

    readonly property int players: 100
    required property int port
    required property int rate
    required property int things
    property string mover: "itself" // or "messages"; of many: "frames", "state"
    property int moves: 0

    function move(id: int, x: real, y: real) {
        const player = players.itemAt(id);
        if (!player)
            return; // it was on its way when others began to move
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
        active: scene.mover === "messages" || scene.mover === "state"
    }

    ReplicaModel {
        id: shared

        listener: game
        name: "things"
        onDataChanged: ++scene.moves
    }

    FrameAnimation {
        running: scene.mover === "frames"
        onTriggered: {
            for (let i = 0; i < many.count; ++i) {
                const thing = many.itemAt(i);
                const radius = 40 + i % 240;
                thing.x = 400 + radius * Math.cos(elapsedTime + i);
                thing.y = 300 + radius * Math.sin(elapsedTime + i);
            }
            scene.moves += many.count;
        }
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

        model: scene.mover === "itself" || scene.mover === "messages" ? scene.players : 0

        Rectangle {
            width: 12
            height: 12
            color: "orange"
        }
    }

    Repeater {
        model: scene.mover === "state" ? shared : null

        Rectangle {
            id: thing

            required property real wayX
            required property real wayY

            width: 12
            height: 12
            color: "limegreen"

            Interpolator on x {
                value: thing.wayX
            }
            Interpolator on y {
                value: thing.wayY
            }
        }
    }

    Repeater {
        id: many

        model: scene.mover === "frames" ? scene.things : 0

        Rectangle {
            width: 12
            height: 12
            color: "limegreen"
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
