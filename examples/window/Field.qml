// SPDX-License-Identifier: MIT
import QtQuick

//! A line to fill in, in the window's colours, with its label above.
Column {
    id: field

    required property string label
    property alias text: input.text
    property alias maximumLength: input.maximumLength
    property alias validator: input.validator
    signal accepted

    spacing: 3

    Text {
        width: field.width
        elide: Text.ElideRight
        text: field.label
        color: field.palette.windowText
        font.pixelSize: 12
    }

    Rectangle {
        width: field.width
        height: 32
        radius: 6
        color: field.palette.base
        border { width: input.activeFocus ? 2 : 1; color: input.activeFocus ? field.palette.highlight : field.palette.mid }

        TextInput {
            id: input

            anchors { fill: parent; leftMargin: 8; rightMargin: 8 }
            verticalAlignment: TextInput.AlignVCenter
            clip: true
            color: field.palette.text
            selectionColor: field.palette.highlight
            selectedTextColor: field.palette.highlightedText
            font.pixelSize: 15
            activeFocusOnTab: true
            selectByMouse: true
            onAccepted: field.accepted()
            Accessible.role: Accessible.EditableText
            Accessible.name: field.label
        }
    }
}
