// SPDX-License-Identifier: MIT
import QtQuick
import QRepod
import Arena

//! Lets a player choose a room.
Column {
    id: lobby

    required property ConnectionListener listener
    property var wish: null ///< the requested room, if any
    property var seat: null ///< {room, ship} while playing
    property string problem

    //! Joins any room, or the public one of this name, or with a "#" before it a private one.
    function join(room: string) {
        wish = room;
        problem = "";
        listener.request("join", { name: pilot.text, room: room }).then(
            match => seat = match, error => problem = error.message.replace("join: ", ""));
    }

    function leave() {
        listener.send("leave");
        wish = seat = null;
    }

    function network_connected() {
        seat = null;
        if (wish !== null) // redirected to the server that has the room, or the session was lost
            join(wish);
    }

    spacing: 14

    Label {
        width: parent.width
        text: lobby.problem || (rooms.count > 0 ? qsTr("Choose a room") : qsTr("Nobody plays yet: be the first"))
        color: lobby.problem ? "#ff9a9a" : palette.windowText
        font { pixelSize: 20; bold: true }
    }

    Field {
        id: pilot

        width: parent.width
        focus: visible
        label: qsTr("Your name, if you like")
        maximumLength: 16
        onAccepted: lobby.join("")
    }

    PushButton {
        width: parent.width
        text: qsTr("Play now")
        onClicked: lobby.join("")
    }

    Field {
        width: parent.width
        label: qsTr("A room for friends: agree on a word")
        action: qsTr("Enter")
        maximumLength: 16
        onAccepted: lobby.join("#" + text)
    }

    ListView {
        id: rooms

        width: parent.width
        height: lobby.height - y
        clip: true
        spacing: 8
        model: ReplicaModel { listener: lobby.listener; name: "rooms" }
        delegate: PushButton {
            required property string name
            required property int players

            width: ListView.view.width
            enabled: players < 4
            text: qsTr("%1: %2 of 4 players").arg(name).arg(players)
            onClicked: (ListView.view.parent as Lobby).join(name)
        }
    }
}
