// SPDX-License-Identifier: MIT
import QtQuick
import QRepod
import Arena

//! The open rooms, as buttons.
ListView {
    id: list

    required property ConnectionListener listener
    signal chosen(string room)

    clip: true
    spacing: 8
    model: ReplicaModel { listener: list.listener; name: "rooms" }
    delegate: PushButton {
        required property string name
        required property int players

        objectName: "join"
        width: ListView.view.width
        enabled: players < 4
        text: qsTr("%1: %2 of 4 players").arg(name).arg(players)
        onClicked: (ListView.view as RoomList).chosen(name)
    }
}
