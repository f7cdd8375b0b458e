// SPDX-License-Identifier: MIT
import QtQuick

//! An input line in the window's colours, with its label above or inside.
FocusScope {
    id: field

    required property string label
    property bool labelInside: false ///< shown while the line is empty
    property string action: ""       ///< the text of a button beside it; then input is required
    property alias text: input.text
    property alias maximumLength: input.maximumLength
    property alias validator: input.validator
    signal accepted

    function accept() {
        if (action === "" || text.trim() !== "")
            accepted();
    }

    implicitHeight: frame.y + frame.height

    Text {
        id: above

        width: field.width
        visible: !field.labelInside
        elide: Text.ElideRight
        text: field.label
        color: field.palette.windowText
        font.pixelSize: 13
    }

    Rectangle {
        id: frame

        y: above.visible ? above.height + 3 : 0
        width: button.visible ? button.x - 8 : field.width
        height: 40
        radius: 6
        color: field.palette.base
        border {
            width: input.activeFocus ? 2 : 1
            color: input.activeFocus ? field.palette.highlight : field.palette.mid
        }

        TextInput {
            id: input

            anchors { fill: parent; leftMargin: 8; rightMargin: 8 }
            verticalAlignment: TextInput.AlignVCenter
            clip: true
            color: field.palette.text
            selectionColor: field.palette.highlight
            selectedTextColor: field.palette.highlightedText
            font.pixelSize: 15
            focus: true
            activeFocusOnTab: true
            selectByMouse: true
            onAccepted: field.accept()
            Accessible.role: Accessible.EditableText
            Accessible.name: field.label
        }

        Text {
            anchors.fill: input
            verticalAlignment: Text.AlignVCenter
            visible: field.labelInside && input.text === ""
            elide: Text.ElideRight
            text: field.label
            color: field.palette.windowText
            opacity: 0.6
            font.pixelSize: 15
        }
    }

    PushButton {
        id: button

        objectName: field.objectName + "Button"
        anchors { right: parent.right; verticalCenter: frame.verticalCenter }
        visible: field.action !== ""
        enabled: input.text.trim() !== ""
        text: field.action
        onClicked: field.accept()
    }
}
