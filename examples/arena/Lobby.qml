// SPDX-License-Identifier: MIT
import QtQuick
import QRepod
import Arena

//! Where a player chooses a room.
Item {
    id: lobby

    required property ConnectionListener listener
    property string error
    signal join(string room) ///< "": any; "#" and a word: a private one

    Column {
        anchors.horizontalCenter: parent.horizontalCenter
        width: Math.min(parent.width, 420)
        spacing: 14

        Label {
            text: qsTr("Choose a room")
            font { pixelSize: 24; bold: true }
        }

        PushButton {
            objectName: "play"
            width: parent.width
            text: qsTr("Play now")
            onClicked: lobby.join("")
        }

        Row {
            width: parent.width
            spacing: 8

            Field {
                id: word

                objectName: "code"
                width: parent.width - enter.width - 8
                label: qsTr("A room for friends: agree on a word")
                maximumLength: 16
                onAccepted: enter.clicked()
            }

            PushButton {
                id: enter

                objectName: "enter"
                anchors.bottom: parent.bottom
                enabled: word.text.trim() !== ""
                text: qsTr("Enter")
                onClicked: lobby.join("#" + word.text)
            }
        }

        Label {
            width: parent.width
            visible: text !== ""
            text: lobby.error
            color: "#ff9a9a"
        }

        Label {
            width: parent.width
            text: rooms.count > 0 ? qsTr("Open rooms") : qsTr("Nobody plays yet.")
        }

        RoomList {
            id: rooms

            objectName: "rooms"
            width: parent.width
            height: lobby.height - y
            listener: lobby.listener
            onChosen: room => lobby.join(room)
        }
    }
}
