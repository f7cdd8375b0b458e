// SPDX-License-Identifier: MIT
pragma ComponentBehavior: Bound
import QtQuick
import QRepod
import Arena

//! The lobby, or a match: scores, the arena, chat, and the shop.
GameWindow {
    id: window

    title: qsTr("Arena")

    ConnectionListener {
        id: network

        function network_chat(name: string, text: string) {
            lines.said = lines.said.concat(name + ": " + text).slice(-4);
        }

        function network_won(name: string) {
            news.tell(qsTr("%1 wins!").arg(name));
        }

        host: window.host
        port: window.port
        active: window.connectAtOnce
        reconnect: notice.wasConnected // do not retry a server that never answered
        handlers: [lobby]
    }

    Lobby {
        id: lobby

        anchors { top: parent.top; bottom: parent.bottom; horizontalCenter: parent.horizontalCenter; margins: 16 }
        width: Math.min(parent.width - 32, 420)
        visible: !match.visible && !notice.visible
        listener: network
        onSeatChanged: lines.said = []
    }

    Item {
        id: match

        anchors { fill: parent; margins: window.isWide ? 16 : 10 }
        visible: lobby.seat !== null
        enabled: !notice.visible

        Flow {
            id: header

            width: leaving.x - 16
            topPadding: 11
            spacing: 12

            Label {
                objectName: "room"
                text: qsTr("%1 · %2 gold").arg(lobby.seat?.room.replace("#", qsTr("Word: ")) ?? "").arg(space.gold)
                font.bold: true
            }

            Repeater {
                model: space.ships

                Label {
                    required property var model

                    objectName: "score" + model.number
                    text: model.name + "  " + model.score
                    color: space.inks[model.number - 1]
                    font { bold: true; underline: model.number === space.ship }
                }
            }
        }

        PushButton {
            id: leaving

            anchors.right: parent.right
            text: qsTr("Leave")
            onClicked: lobby.leave()
        }

        Steering { // extends below the arena, which is small on a phone
            id: controls

            readonly property var input: ({ x: course.x, y: course.y, fire: fires })

            objectName: "controls"
            anchors { fill: parent; topMargin: header.height + 16; bottomMargin: shop.height + 8 }
            focus: visible
            position: Qt.point(space.x + space.unit * space.place.x, space.unit * space.place.y)
            onInputChanged: {
                if (match.visible)
                    network.send("input", input);
            }
            Keys.onReturnPressed: chat.forceActiveFocus()

            Space {
                id: space

                anchors.horizontalCenter: parent.horizontalCenter
                unit: Math.min(parent.width / field.width, parent.height / field.height)
                listener: network
                ship: lobby.seat?.ship ?? 0
            }

            Label { // below the arena if there is room
                id: lines

                property var said: []

                objectName: "lines"
                x: space.x + 8
                y: Math.min(space.height + 8, parent.height - height - 8)
                width: space.width - 16
                text: [qsTr("Arrow keys fly, the space bar shoots, Return chats. Or hold a finger."),
                       qsTr("Gold buys repairs and a better ship. 50 points win."),
                       ...said].slice(-4).join("\n")
            }

            News {
                id: news

                anchors { horizontalCenter: parent.horizontalCenter; top: parent.top; topMargin: 12 }
            }
        }

        Flow {
            id: shop

            anchors.bottom: parent.bottom
            width: parent.width
            spacing: 8

            Repeater {
                model: [{ item: "repair", price: 3, label: qsTr("Repair (3)") },
                        { item: "engine", price: 5, label: qsTr("Engine (5)") },
                        { item: "cannon", price: 5, label: qsTr("Cannon (5)") }]

                PushButton {
                    required property var modelData

                    width: window.isWide ? 130 : (shop.width - 16) / 3
                    enabled: space.gold >= modelData.price
                    text: modelData.label
                    onClicked: network.request("buy", { item: modelData.item }).then(
                        () => {}, error => news.tell(error.message.replace("buy: ", "")))
                }
            }

            Field {
                id: chat

                width: window.isWide ? shop.width - 414 : shop.width
                label: qsTr("Say something")
                labelInside: true
                action: qsTr("Send")
                maximumLength: 200
                Keys.onEscapePressed: controls.forceActiveFocus()
                onAccepted: {
                    network.send("chat", { text: text });
                    text = "";
                    controls.forceActiveFocus();
                }
            }
        }
    }

    ConnectionNotice {
        id: notice

        listener: network
        asksName: false // the lobby does
    }
}
