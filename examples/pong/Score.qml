// SPDX-License-Identifier: MIT
import QtQuick

//! The points of one player, as a number and as marks on the way to the last one.
Column {
    id: view

    required property real unit
    required property color color
    required property int score
    required property int winScore
    required property string name
    readonly property string text: String(score)
    readonly property var marks: Array.from({ length: winScore },
                                            (_, i) => i < score ? color : "#2a3554")

    spacing: 6 * unit

    Text {
        anchors.horizontalCenter: parent.horizontalCenter
        text: view.text
        color: view.color
        font { pixelSize: Math.max(22, 60 * view.unit); bold: true }
    }

    Row {
        anchors.horizontalCenter: parent.horizontalCenter
        height: Math.max(4, 2 * Math.round(5 * view.unit))
        spacing: 6 * view.unit
        visible: view.winScore <= 11

        Repeater {
            model: view.marks

            Rectangle {
                required property color modelData

                width: height
                height: parent.height
                radius: height / 2
                color: modelData
            }
        }
    }

    Text { // plain text, as typed by the player
        objectName: view.objectName.replace("score", "name")
        anchors.horizontalCenter: parent.horizontalCenter
        text: view.name
        textFormat: Text.PlainText
        color: "#9aa5c6"
        font.pixelSize: Math.max(11, 17 * view.unit)
    }
}
