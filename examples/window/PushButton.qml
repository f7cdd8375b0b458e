// SPDX-License-Identifier: MIT
import QtQuick

//! A button in the window's colours, for mouse, finger and keyboard.
Rectangle {
    id: button

    required property string text
    signal clicked

    implicitWidth: label.implicitWidth + 32
    implicitHeight: 40 // large enough for a finger
    radius: height / 2
    color: {
        if (!enabled)
            return "transparent";
        if (area.pressed)
            return Qt.darker(palette.button, 1.15);
        return area.containsMouse ? Qt.lighter(palette.button, 1.08) : palette.button;
    }
    border { width: !enabled ? 1 : activeFocus ? 2 : 0; color: enabled ? palette.windowText : palette.mid }

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
        width: Math.min(implicitWidth, button.width - 10)
        fontSizeMode: Text.HorizontalFit // smaller if necessary
        minimumPixelSize: 11
        elide: Text.ElideRight
        text: button.text
        textFormat: Text.PlainText
        color: button.enabled ? button.palette.buttonText : button.palette.windowText
        opacity: button.enabled ? 1 : 0.7
        font { pixelSize: 15; bold: true }
    }

    MouseArea {
        id: area

        anchors.fill: parent
        hoverEnabled: true
        onClicked: button.clicked()
    }
}
