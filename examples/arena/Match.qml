// SPDX-License-Identifier: MIT
import QtQuick
import QRepod
import Arena

//! The room that one plays in: scores, the arena, what is said, and the shop.
Item {
    id: match

    required property ConnectionListener listener
    property string room   ///< empty: in the lobby
    property var lines: [] ///< what was said
    signal leave

    function begin(room: string, ship: int) {
        match.room = room;
        space.ship = ship;
        lines = [qsTr("Fly with the arrow keys and shoot with the space bar, or hold a finger."),
                 qsTr("Collect gold. It buys repairs and a better ship. 50 points win.")];
        controls.forceActiveFocus();
    }

    function say(line: string) { lines = lines.concat(line).slice(-4); }
    function release() { controls.release(); }
    function network_chat(name: string, text: string) { say(name + ": " + text); }
    function network_won(name: string) { news.tell(qsTr("%1 wins!").arg(name)); }

    Label {
        objectName: "room"
        width: purse.x - 16
        anchors.verticalCenter: leaving.verticalCenter
        text: match.room.startsWith("#") ? qsTr("Word: %1").arg(match.room.slice(1)) : match.room
        font { pixelSize: 20; bold: true }
    }

    Label {
        id: purse

        objectName: "gold"
        anchors { right: leaving.left; rightMargin: 16; verticalCenter: leaving.verticalCenter }
        text: qsTr("%1 gold").arg(space.gold)
        color: match.palette.button
        font { pixelSize: 18; bold: true }
    }

    PushButton {
        id: leaving

        objectName: "leave"
        anchors.right: parent.right
        text: qsTr("Leave")
        onClicked: {
            match.listener.send("leave");
            match.room = "";
            match.leave();
        }
    }

    Flow {
        id: scores

        anchors { top: leaving.bottom; topMargin: 8 }
        width: parent.width
        spacing: 16

        Repeater {
            model: space.ships

            Label {
                required property var model

                objectName: "score" + model.number
                text: model.name + "  " + model.score
                color: ["#58a6ff", "#56d378", "#ffa657", "#d2a8ff"][(model.number - 1) % 4]
                font.bold: true
            }
        }
    }

    Rectangle {
        id: field

        readonly property real unit: Math.max(0.1, Math.min(match.width / 960, (shop.y - 8 - y) / 600))

        objectName: "field"
        anchors { top: scores.bottom; topMargin: 8; horizontalCenter: parent.horizontalCenter }
        width: Math.round(960 * unit)
        height: Math.round(600 * unit)
        radius: 8
        color: match.palette.base
        border { width: 1; color: match.palette.mid }
        clip: true

        Space {
            id: space

            scale: field.unit
            listener: match.listener
        }

        Controls {
            id: controls

            objectName: "controls"
            anchors.fill: parent
            position: Qt.point(space.place.x * field.unit, space.place.y * field.unit)
            onInputChanged: {
                if (match.room)
                    match.listener.send("input", input);
            }
            Keys.onReturnPressed: chat.forceActiveFocus()
        }

        News {
            id: news

            anchors { horizontalCenter: parent.horizontalCenter; top: parent.top; topMargin: 12 }
        }
    }

    Column { // what was said, below the arena if there is room
        x: field.x + 8
        width: field.width - 16
        y: Math.min(field.y + field.height + 8, shop.y - height - 12)

        Repeater {
            model: match.lines

            Label {
                required property int index
                required property string modelData

                objectName: "line" + index
                width: parent?.width ?? 0
                elide: Text.ElideNone
                wrapMode: Text.Wrap
                text: modelData
                font.pixelSize: 13
            }
        }
    }

    Flow {
        id: shop

        anchors.bottom: parent.bottom
        width: parent.width
        spacing: 8

        Offers {
            width: Math.min(406, parent.width)
            height: chat.height
            listener: match.listener
            gold: space.gold
            onRefused: reason => news.tell(reason)
        }

        Field {
            id: chat

            objectName: "chat"
            width: shop.width > 720 ? shop.width - 414 : shop.width
            label: qsTr("Say something")
            maximumLength: 200
            onAccepted: {
                match.listener.send("chat", { text: text });
                text = "";
                controls.forceActiveFocus();
            }
        }
    }
}
