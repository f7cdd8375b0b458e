// SPDX-License-Identifier: MIT
import QtQuick

//! What to show over the game while nobody plays: a title, a text, and a button for what can be
//! done about it. Without a connection there are fields for the server's address and the player's
//! name.
Item {
    id: notice

    required property var content ///< {title, text, action, asks}, or null for nothing
    readonly property string title: content?.title ?? ""
    readonly property string text: content?.text ?? ""
    readonly property string action: content?.action ?? ""
    readonly property bool asks: content?.asks ?? false
    property bool asksName: true
    signal act

    property alias host: hostField.text
    property alias port: portField.text
    property alias name: nameField.text
    default property alias more: column.data ///< below the button

    objectName: "notice"
    visible: title !== ""

    Rectangle {
        anchors.fill: parent
        color: notice.palette.window
        opacity: notice.asks ? 0.85 : 0.6
    }

    MouseArea { // keeps the mouse from what is below
        anchors.fill: parent
    }

    Column {
        id: column

        anchors.centerIn: parent
        width: Math.min(parent.width - 24, notice.asks ? 360 : 720)
        spacing: notice.height < 300 ? 6 : 12

        Text {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
            text: notice.title
            textFormat: Text.PlainText
            color: notice.palette.windowText
            font { pixelSize: Math.max(18, Math.min(notice.asks ? 28 : 40, notice.height / 12)); bold: true }
        }

        Text {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
            visible: text !== ""
            text: notice.text
            textFormat: Text.PlainText
            color: notice.palette.windowText
            font.pixelSize: notice.height < 300 ? 13 : 16
        }

        Row {
            width: parent.width
            spacing: 8
            visible: notice.asks

            Field {
                id: hostField

                objectName: "host"
                focus: notice.asks && !notice.asksName
                width: parent.width - portField.width - parent.spacing
                label: qsTr("Server")
                onAccepted: notice.act()
            }

            Field {
                id: portField

                objectName: "port"
                width: 76
                label: qsTr("Port")
                maximumLength: 5
                validator: IntValidator { bottom: 1; top: 65535 }
                onAccepted: notice.act()
            }
        }

        Field {
            id: nameField

            objectName: "name"
            focus: visible
            width: parent.width
            visible: notice.asks && notice.asksName
            label: qsTr("Your name, if you like")
            maximumLength: 16
            onAccepted: notice.act()
        }

        PushButton {
            objectName: "action"
            anchors.horizontalCenter: parent.horizontalCenter
            visible: notice.action !== ""
            text: notice.action
            onClicked: notice.act()
        }
    }
}
