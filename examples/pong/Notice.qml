// SPDX-License-Identifier: MIT
import QtQuick

//! What there is to say when the game does not run: a title, a text, something to do.
Item {
    id: notice

    required property var content ///< {title, text, action}, or null for nothing
    required property real unit
    readonly property string title: content?.title ?? ""
    readonly property string text: content?.text ?? ""
    readonly property string action: content?.action ?? ""
    signal act

    objectName: "notice"
    visible: title !== ""

    Rectangle {
        anchors.fill: parent
        radius: 10 * notice.unit
        color: "#0b0f1c"
        opacity: 0.6
    }

    Column {
        anchors.centerIn: parent
        width: parent.width - 32
        spacing: Math.max(8, 14 * notice.unit)

        Text {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
            text: notice.title
            color: "white"
            font { pixelSize: Math.max(20, 44 * notice.unit); bold: true }
        }

        Text {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
            visible: text !== ""
            text: notice.text
            color: "#b6c0dd"
            font.pixelSize: Math.max(13, 20 * notice.unit)
        }

        Rectangle {
            objectName: "action"
            anchors.horizontalCenter: parent.horizontalCenter
            visible: notice.action !== ""
            width: label.implicitWidth + 40
            height: label.implicitHeight + 18
            radius: height / 2
            color: area.pressed ? "#e0c45a" : area.containsMouse ? "#fff0b0" : "#ffe27a"
            Accessible.role: Accessible.Button
            Accessible.name: notice.action
            Accessible.onPressAction: notice.act()

            Text {
                id: label

                anchors.centerIn: parent
                text: notice.action
                color: "#2b2405"
                font { pixelSize: Math.max(14, 18 * notice.unit); bold: true }
            }

            MouseArea {
                id: area

                anchors.fill: parent
                hoverEnabled: true
                onClicked: notice.act()
            }
        }
    }
}
