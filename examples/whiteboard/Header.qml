// SPDX-License-Identifier: MIT
import QtQuick
import QRepod

//! The title, the state of the connection, and how many players are here.
Item {
    id: header

    required property ConnectionListener connection
    required property int players
    required property var names
    required property bool hosting
    required property bool compact

    readonly property bool isConnected: connection.state === ConnectionListener.Connected
    readonly property bool isConnecting: connection.state === ConnectionListener.Connecting
    readonly property string address: connection.host + ":" + connection.port

    implicitHeight: 32

    Text {
        id: name

        anchors.verticalCenter: parent.verticalCenter
        text: qsTr("Whiteboard")
        color: "#1d2733"
        font { pixelSize: header.compact ? 17 : 20; bold: true }
    }

    Rectangle {
        id: light

        anchors { left: name.right; leftMargin: header.compact ? 12 : 16; verticalCenter: parent.verticalCenter }
        width: 10
        height: 10
        radius: 5
        color: header.isConnected ? "#22a06b" : header.isConnecting ? "#e0a100" : "#d9483b"
    }

    Text {
        objectName: "status"
        anchors {
            left: light.right
            leftMargin: 8
            right: figures.visible ? figures.left : pill.visible ? pill.left : parent.right
            rightMargin: header.compact ? 4 : 12
            verticalCenter: parent.verticalCenter
        }
        elide: Text.ElideRight
        textFormat: Text.PlainText
        color: "#566273"
        font.pixelSize: header.compact ? 13 : 14
        text: {
            if (header.isConnected) {
                if (header.compact)
                    return header.hosting ? qsTr("Hosting") : qsTr("Connected");
                return header.hosting ? qsTr("Hosting on %1").arg(header.address)
                                      : qsTr("Connected to %1").arg(header.address);
            }
            if (header.isConnecting)
                return header.compact ? qsTr("Connecting …")
                                      : qsTr("Connecting to %1 …").arg(header.address);
            return qsTr("Not connected");
        }
    }

    Text {
        id: figures

        readonly property var values: header.connection.statistics

        objectName: "figures"
        anchors { right: pill.left; rightMargin: 16; verticalCenter: parent.verticalCenter }
        visible: pill.visible && header.width >= 760
        color: "#5f6b7c"
        font.pixelSize: 13
        text: {
            const figures = [qsTr("%1 received").arg(values.messagesReceived),
                             qsTr("%1 sent").arg(values.messagesSent)];
            if (values.roundTripTime >= 0)
                figures.unshift(qsTr("%1 ms there and back")
                                .arg((values.roundTripTime / 1000).toFixed(2)));
            return figures.join(" · ");
        }
    }

    Rectangle {
        id: pill

        anchors { right: parent.right; verticalCenter: parent.verticalCenter }
        visible: header.isConnected && header.players > 0
        width: count.width + 24
        height: 28
        radius: 14
        color: "#dfe6f5"

        Text {
            id: count

            objectName: "players"
            anchors.centerIn: parent
            width: Math.min(implicitWidth, header.width / 3)
            elide: Text.ElideRight
            textFormat: Text.PlainText // names were typed by players
            text: {
                const others = header.players - header.names.length;
                if (header.names.length === 0 || header.compact)
                    return header.players === 1 ? qsTr("1 player")
                                                : qsTr("%1 players").arg(header.players);
                return header.names.join(", ") + (others > 0 ? qsTr(" and %1 more").arg(others) : "");
            }
            color: "#2f4b8f"
            font { pixelSize: 13; bold: true }
        }
    }
}
