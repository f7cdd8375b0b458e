// SPDX-License-Identifier: MIT
import QtQuick

//! The state of the game as last sent by the server.
QtObject {
    property int slot: -1 ///< ours: 0 on the left, 1 on the right
    property size field: Qt.size(800, 600)
    property size paddle: Qt.size(12, 90)
    property real margin: 30
    property real ballSize: 10
    property int winScore: 5

    property var paddles: [300, 300]
    property var scores: [0, 0]
    property var names: ["", ""] ///< of the players who have given one
    property string state: "waiting"
    property int winner: -1
    property bool opponentHasLeft: false
    property bool isFull: false

    function begin() {
        slot = -1;
        paddles = [field.height / 2, field.height / 2];
        scores = [0, 0];
        names = ["", ""];
        state = "waiting";
        winner = -1;
        isFull = false;
    }
}
