// SPDX-License-Identifier: MIT
import QtQuick
import QRepod
import Arena

//! Where a player chooses a room.
Column {
    id: lobby

    required property ConnectionListener listener
    required property string player
    property var wish: null ///< the room that was asked for, if one was
    signal joined(string room, int ship)

    //! Any room, or the public one of this name, or, with a "#" before it, one for friends.
    function join(room: string) {
        wish = room;
        listener.request("join", { name: player, room: room }).then(
            match => joined(match.room, match.ship),
            error => problem.text = error.message.replace("join: ", ""));
    }

    function begin() {
        problem.text = "";
        if (wish !== null) // this server has the room, not the one before; or the session was lost
            join(wish);
    }

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
        id: problem

        width: parent.width
        visible: text !== ""
        color: "#ff9a9a"
    }

    Label {
        text: rooms.count > 0 ? qsTr("Open rooms") : qsTr("Nobody plays yet.")
    }

    ListView {
        id: rooms

        objectName: "rooms"
        width: parent.width
        height: lobby.height - y
        clip: true
        spacing: 8
        model: ReplicaModel { listener: lobby.listener; name: "rooms" }
        delegate: PushButton {
            required property string name
            required property int players

            objectName: "join"
            width: ListView.view.width
            enabled: players < 4
            text: qsTr("%1: %2 of 4 players").arg(name).arg(players)
            onClicked: (ListView.view.parent as Lobby).join(name)
        }
    }
}
