// SPDX-License-Identifier: MIT
import QtQuick

//! The keys, and which player this is.
Item {
    id: footer

    required property string text

    implicitHeight: 28

    Row {
        id: hint

        anchors.verticalCenter: parent.verticalCenter
        spacing: 5

        Repeater {
            model: ["\u2191", "\u2193", "W", "S"]

            Rectangle {
                required property string modelData

                width: 26
                height: 26
                radius: 5
                color: "#182038"
                border.color: "#34406a"

                Text {
                    anchors.centerIn: parent
                    text: parent.modelData
                    color: "#c8d1ee"
                    font.pixelSize: 13
                }
            }
        }

        Text {
            anchors.verticalCenter: parent.verticalCenter
            leftPadding: 6
            visible: footer.width >= 560
            text: qsTr("to move")
            color: "#9aa5c6"
            font.pixelSize: 14
        }
    }

    Text {
        objectName: "status"
        anchors {
            left: hint.right
            leftMargin: 12
            right: parent.right
            verticalCenter: parent.verticalCenter
        }
        horizontalAlignment: Text.AlignRight
        wrapMode: Text.Wrap
        text: footer.text
        textFormat: Text.PlainText
        color: "#9aa5c6"
        font.pixelSize: footer.width >= 560 ? 14 : 12
    }
}
