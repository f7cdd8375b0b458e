// SPDX-License-Identifier: MIT
import QtQuick

//! The field with all that moves on it. `unit` is how long the field's unit is on the screen.
Rectangle {
    id: court

    required property Game game
    required property real unit

    readonly property list<color> colors: ["#4fb3ff", "#ff8f5e"]
    property point ball: Qt.point(game.field.width / 2, game.field.height / 2)
    readonly property int trailLength: 12
    property var trail: [] // where the ball was before, the latest first

    function moveBall(x: real, y: real) {
        if (Math.abs(x - ball.x) > 4 * game.ballSize)
            trail = []; // it was put back
        else if (x !== ball.x || y !== ball.y)
            trail = [Qt.point(ball.x, ball.y)].concat(trail).slice(0, trailLength);
        ball = Qt.point(x, y);
    }

    //! A length on the screen whose half is whole, for what is to be round.
    function even(length: real): int {
        return Math.max(4, 2 * Math.round(length * unit / 2));
    }

    function startRound() {
        trail = [];
        flash.restart();
    }

    width: Math.round(game.field.width * unit)
    height: Math.round(game.field.height * unit)
    radius: 10 * unit
    color: "#131a2d"
    border { width: Math.max(1, 2 * unit); color: "#2a3554" }
    clip: true

    // The net.
    Repeater {
        model: 19

        Rectangle {
            required property int index

            width: Math.max(2, 4 * court.unit)
            height: 16 * court.unit
            radius: width / 2
            x: Math.round((court.width - width) / 2)
            y: (index + 0.5) * court.height / 19 - height / 2
            color: "#2a3554"
        }
    }

    Repeater {
        model: 2

        Score {
            required property int index

            objectName: "score" + index
            unit: court.unit
            color: court.colors[index]
            score: court.game.scores[index]
            winScore: court.game.winScore
            name: court.game.slot < 0 ? "" : court.game.slot === index ? qsTr("You")
                                                                       : qsTr("Opponent")
            x: Math.round(court.width * (index === 0 ? 0.25 : 0.75) - width / 2)
            y: 22 * court.unit
        }
    }

    Repeater {
        model: court.trailLength

        Rectangle {
            required property int index
            readonly property point place: court.trail[index] ?? court.ball

            width: court.even(court.game.ballSize * (1 - index / 16))
            height: width
            radius: width / 2
            x: place.x * court.unit - width / 2
            y: place.y * court.unit - height / 2
            color: "white"
            opacity: 0.3 * (1 - index / court.trailLength)
            visible: ballItem.visible && index < court.trail.length
        }
    }

    Rectangle {
        id: ballItem

        objectName: "ball"
        width: court.even(court.game.ballSize)
        height: width
        radius: width / 2
        x: court.ball.x * court.unit - width / 2
        y: court.ball.y * court.unit - height / 2
        color: "white"
        visible: court.game.state === "playing" || court.game.state === "scored"
    }

    Repeater {
        model: 2

        Rectangle {
            required property int index

            objectName: "paddle" + index
            width: court.even(court.game.paddle.width)
            height: court.game.paddle.height * court.unit
            radius: width / 2
            x: (index === 0 ? court.game.margin : court.game.field.width - court.game.margin)
               * court.unit - width / 2
            y: court.game.paddles[index] * court.unit - height / 2
            color: court.colors[index]

            Rectangle { // one's own shines
                anchors { fill: parent; margins: -Math.max(2, Math.round(4 * court.unit)) }
                z: -1
                radius: width / 2
                color: parent.color
                opacity: 0.25
                visible: court.game.slot === parent.index
            }
        }
    }

    Text {
        id: go

        anchors.centerIn: parent
        text: qsTr("Go!")
        color: "#ffe27a"
        opacity: 0
        font { pixelSize: Math.max(20, 64 * court.unit); bold: true }

        SequentialAnimation {
            id: flash

            PropertyAction { target: go; property: "opacity"; value: 1 }
            PauseAnimation { duration: 350 }
            NumberAnimation { target: go; property: "opacity"; to: 0; duration: 350 }
        }
    }
}
