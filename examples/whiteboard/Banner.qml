// SPDX-License-Identifier: MIT
import QtQuick

//! Says over the picture why there is no connection, and offers to try again.
Rectangle {
    id: banner

    required property string text
    signal reconnect

    implicitHeight: Math.max(message.implicitHeight, button.height) + 20
    radius: 8
    color: "#fdf0ee"
    border.color: "#f0b9b2"

    Text {
        id: message

        anchors {
            left: parent.left
            leftMargin: 14
            right: button.left
            rightMargin: 12
            verticalCenter: parent.verticalCenter
        }
        text: banner.text
        wrapMode: Text.Wrap
        color: "#7a2018"
        font.pixelSize: 14
    }

    Rectangle {
        id: button

        objectName: "reconnect"
        anchors { right: parent.right; rightMargin: 10; verticalCenter: parent.verticalCenter }
        width: label.implicitWidth + 28
        height: 34
        radius: 6
        color: area.pressed ? "#a5352a" : area.containsMouse ? "#c9473b" : "#b83d31"
        border { width: activeFocus ? 2 : 0; color: "#3a0d08" }

        activeFocusOnTab: true
        Keys.onReturnPressed: banner.reconnect()
        Keys.onSpacePressed: banner.reconnect()
        Accessible.role: Accessible.Button
        Accessible.name: label.text
        Accessible.onPressAction: banner.reconnect()

        Text {
            id: label

            anchors.centerIn: parent
            text: qsTr("Reconnect")
            color: "white"
            font { pixelSize: 14; bold: true }
        }

        MouseArea {
            id: area

            anchors.fill: parent
            hoverEnabled: true
            onClicked: banner.reconnect()
        }
    }
}
