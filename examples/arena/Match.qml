// SPDX-License-Identifier: MIT
import QtQuick
import QRepod
import Arena

//! The room that one plays in: scores, the arena, what is said, and the shop.
Item {
    id: match

    required property ConnectionListener listener
    required property string room
    required property int ship
    signal leave

    function begin() {
        lines.clear();
        say(qsTr("Fly with the arrow keys and shoot with the space bar, or hold a finger."));
        say(qsTr("Collect gold. It buys repairs and a better ship. 50 points win."));
        controls.forceActiveFocus();
    }

    function say(line: string) {
        lines.append({ line: line });
        if (lines.count > 4)
            lines.remove(0);
    }

    function tell(what: string) {
        news.tell(what);
    }

    function release() {
        controls.down = [];
        controls.tell();
    }

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
        onClicked: match.leave()
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

        readonly property real upper: scores.y + scores.height + 8
        readonly property real unit: Math.max(0.1, Math.min(match.width / 960, (shop.y - 8 - upper) / 600))

        objectName: "field"
        x: Math.round((match.width - width) / 2)
        y: upper
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
            ship: match.ship
        }

        Controls {
            id: controls

            objectName: "controls"
            anchors.fill: parent
            position: Qt.point(space.place.x * field.unit, space.place.y * field.unit)
            onSteered: (x, y, fire) => {
                if (match.room)
                    match.listener.send("input", { x: x, y: y, fire: fire });
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
            model: ListModel { id: lines }

            Label {
                required property int index
                required property string line

                objectName: "line" + index
                width: parent?.width ?? 0
                elide: Text.ElideNone
                wrapMode: Text.Wrap
                text: line
                font.pixelSize: 13
            }
        }
    }

    Flow {
        id: shop

        anchors.bottom: parent.bottom
        width: parent.width
        spacing: 8

        Row {
            id: offers

            readonly property real part: Math.min(130, (shop.width - 16) / 3)

            height: chat.height
            spacing: 8

            Offer {
                anchors.bottom: parent.bottom
                width: offers.part
                listener: match.listener
                item: "repair"
                price: 3
                gold: space.gold
                text: qsTr("Repair (3)")
                onRefused: reason => news.tell(reason)
            }

            Offer {
                anchors.bottom: parent.bottom
                width: offers.part
                listener: match.listener
                item: "engine"
                price: 5
                gold: space.gold
                text: qsTr("Engine (5)")
                onRefused: reason => news.tell(reason)
            }

            Offer {
                anchors.bottom: parent.bottom
                width: offers.part
                listener: match.listener
                item: "cannon"
                price: 5
                gold: space.gold
                text: qsTr("Cannon (5)")
                onRefused: reason => news.tell(reason)
            }
        }

        Field {
            id: chat

            objectName: "chat"
            width: shop.width > 720 ? shop.width - 3 * 138 : shop.width
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
