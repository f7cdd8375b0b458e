// SPDX-License-Identifier: MIT
import QtQuick

//! A button, in the window's colours. It takes the mouse, a finger, and the keyboard.
Rectangle {
    id: button

    required property string text
    signal clicked

    implicitWidth: label.implicitWidth + 32
    implicitHeight: label.implicitHeight + 16
    radius: height / 2
    color: area.pressed ? Qt.darker(palette.button, 1.15)
                        : area.containsMouse ? Qt.lighter(palette.button, 1.08) : palette.button
    border { width: activeFocus ? 2 : 0; color: palette.windowText }
    opacity: enabled ? 1 : 0.4

    activeFocusOnTab: true
    Keys.onReturnPressed: clicked()
    Keys.onEnterPressed: clicked()
    Keys.onSpacePressed: clicked()
    Accessible.role: Accessible.Button
    Accessible.name: text
    Accessible.onPressAction: clicked()

    Text {
        id: label

        anchors.centerIn: parent
        text: button.text
        textFormat: Text.PlainText
        color: button.palette.buttonText
        font { pixelSize: 15; bold: true }
    }

    MouseArea {
        id: area

        anchors.fill: parent
        hoverEnabled: true
        onClicked: button.clicked()
    }
}
