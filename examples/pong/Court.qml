// SPDX-License-Identifier: MIT
import QtQuick

//! The field and everything that moves on it. `unit` is the length of the field's unit on the
//! screen.
Rectangle {
    id: court

    required property Game game
    required property real unit
    required property bool running ///< whether the ball is visible

    readonly property color leftColor: "#4fb3ff"
    readonly property color rightColor: "#ff8f5e"
    property point ball: Qt.point(game.field.width / 2, game.field.height / 2)

    function moveBall(x: real, y: real) {
        if (Math.abs(x - ball.x) > 4 * game.ballSize)
            trail.clear(); // it was reset
        else if (x !== ball.x || y !== ball.y)
            trail.add(ball.x / game.field.width, ball.y / game.field.height);
        ball = Qt.point(x, y);
    }

    function nameOf(slot: int): string {
        if (game.slot < 0)
            return "";
        if (game.slot === slot)
            return game.names[slot] ? qsTr("%1 (you)").arg(game.names[slot]) : qsTr("You");
        return game.names[slot] || qsTr("Opponent");
    }

    //! A length on the screen with an integral half, for round things.
    function even(length: real): int {
        return Math.max(4, 2 * Math.round(length * unit / 2));
    }

    function startRound() {
        trail.clear();
        flash.restart();
    }

    width: Math.round(game.field.width * unit)
    height: Math.round(game.field.height * unit)
    radius: 10 * unit
    color: "#131a2d"
    border { width: Math.max(1, 2 * unit); color: "#2a3554" }
    clip: true

    Item {
        id: net

        width: 2 * Math.max(1, Math.round(2 * court.unit))
        height: court.height
        x: Math.round((court.width - width) / 2)

        Repeater {
            model: 19

            Rectangle {
                required property int index

                width: parent.width
                height: parent.height / 36
                radius: width / 2
                y: (index + 0.5) * parent.height / 19 - height / 2
                color: "#2a3554"
            }
        }
    }

    Score {
        objectName: "score0"
        x: Math.round(court.width * 0.25 - width / 2)
        y: 22 * court.unit
        unit: court.unit
        color: court.leftColor
        score: court.game.scores[0]
        winScore: court.game.winScore
        name: court.nameOf(0)
    }

    Score {
        objectName: "score1"
        x: Math.round(court.width * 0.75 - width / 2)
        y: 22 * court.unit
        unit: court.unit
        color: court.rightColor
        score: court.game.scores[1]
        winScore: court.game.winScore
        name: court.nameOf(1)
    }

    Trail {
        id: trail

        anchors.fill: parent
        visible: ballItem.visible
        thickness: ballItem.width
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
        visible: court.running
                 && (court.game.state === "playing" || court.game.state === "scored")
    }

    Paddle {
        objectName: "paddle0"
        width: court.even(court.game.paddle.width)
        height: court.game.paddle.height * court.unit
        x: court.game.margin * court.unit - width / 2
        y: court.game.paddles[0] * court.unit - height / 2
        color: court.leftColor
        shines: court.game.slot === 0
    }

    Paddle {
        objectName: "paddle1"
        width: court.even(court.game.paddle.width)
        height: court.game.paddle.height * court.unit
        x: (court.game.field.width - court.game.margin) * court.unit - width / 2
        y: court.game.paddles[1] * court.unit - height / 2
        color: court.rightColor
        shines: court.game.slot === 1
    }

    Text {
        id: go

        anchors.centerIn: parent
        text: qsTr("Go!")
        visible: court.running
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
