// SPDX-License-Identifier: MIT
import QtQuick
import Whiteboard

//! The colours, the thicknesses, undo and clear, in a column beside the board or below it.
Rectangle {
    id: tools

    required property bool vertical
    required property bool dense ///< little height is available
    required property Pen pen
    required property bool canUndo
    readonly property int swatch: vertical && dense ? 26 : 34
    signal undo
    signal clear

    implicitWidth: vertical ? 100 : colors.width + thicknesses.width + 3 * 14
    implicitHeight: back.y + back.height + (vertical ? 14 : 12)
    palette { button: "#e3e9f3"; buttonText: "#1d2733" }
    radius: 12
    color: "white"
    border.color: "#d9dee6"

    Grid {
        id: colors

        x: tools.vertical ? Math.round((tools.width - width) / 2) : 14
        y: tools.vertical ? 14 : 12
        columns: tools.vertical ? 2 : 6
        spacing: tools.vertical && !tools.dense ? 8 : 4

        Swatch { objectName: "color0"; width: tools.swatch; pen: tools.pen; name: qsTr("Ink"); ink: "#1d2733" }
        Swatch { objectName: "color1"; width: tools.swatch; pen: tools.pen; name: qsTr("White, the eraser"); ink: "#ffffff" }
        Swatch { objectName: "color2"; width: tools.swatch; pen: tools.pen; name: qsTr("Red"); ink: "#e03e36" }
        Swatch { objectName: "color3"; width: tools.swatch; pen: tools.pen; name: qsTr("Orange"); ink: "#f28c28" }
        Swatch { objectName: "color4"; width: tools.swatch; pen: tools.pen; name: qsTr("Yellow"); ink: "#f5c518" }
        Swatch { objectName: "color5"; width: tools.swatch; pen: tools.pen; name: qsTr("Green"); ink: "#2e9e5b" }
        Swatch { objectName: "color6"; width: tools.swatch; pen: tools.pen; name: qsTr("Teal"); ink: "#14a3a8" }
        Swatch { objectName: "color7"; width: tools.swatch; pen: tools.pen; name: qsTr("Blue"); ink: "#2f6fed" }
        Swatch { objectName: "color8"; width: tools.swatch; pen: tools.pen; name: qsTr("Purple"); ink: "#8447d6" }
        Swatch { objectName: "color9"; width: tools.swatch; pen: tools.pen; name: qsTr("Pink"); ink: "#ec5f9d" }
        Swatch { objectName: "color10"; width: tools.swatch; pen: tools.pen; name: qsTr("Brown"); ink: "#8a5a35" }
        Swatch { objectName: "color11"; width: tools.swatch; pen: tools.pen; name: qsTr("Grey"); ink: "#8b95a3" }
    }

    Rectangle {
        visible: tools.vertical
        x: 16
        y: colors.y + colors.height + 12
        width: tools.width - 32
        height: 1
        color: "#e3e7ee"
    }

    Column {
        id: thicknesses

        x: tools.vertical ? Math.round((tools.width - width) / 2) : colors.x + colors.width + 14
        y: tools.vertical ? colors.y + colors.height + 25
                          : colors.y + Math.round((colors.height - height) / 2)
        spacing: tools.vertical && !tools.dense ? 6 : 3

        Thickness {
            objectName: "pen0"
            pen: tools.pen
            name: qsTr("Thin")
            thickness: 2
            width: tools.vertical ? 72 : 58
            height: !tools.vertical ? 20 : tools.dense ? 22 : 34
        }

        Thickness {
            objectName: "pen1"
            pen: tools.pen
            name: qsTr("Medium")
            thickness: 5
            width: tools.vertical ? 72 : 58
            height: !tools.vertical ? 20 : tools.dense ? 22 : 34
        }

        Thickness {
            objectName: "pen2"
            pen: tools.pen
            name: qsTr("Thick")
            thickness: 10
            width: tools.vertical ? 72 : 58
            height: !tools.vertical ? 20 : tools.dense ? 22 : 34
        }
    }

    Grid {
        id: back

        x: Math.round((tools.width - width) / 2)
        y: tools.vertical ? thicknesses.y + thicknesses.height + 14 : colors.y + colors.height + 10
        columns: tools.vertical ? 1 : 2
        spacing: 6

        PushButton {
            objectName: "undo"
            height: tools.vertical && tools.dense ? 28 : implicitHeight
            width: tools.vertical ? 76 : 140
            text: qsTr("Undo")
            enabled: tools.canUndo
            onClicked: tools.undo()
        }

        PushButton {
            objectName: "clear"
            height: tools.vertical && tools.dense ? 28 : implicitHeight
            width: tools.vertical ? 76 : 140
            text: tools.vertical ? qsTr("Clear") : qsTr("Clear my lines")
            enabled: tools.canUndo
            onClicked: tools.clear()
            Accessible.description: qsTr("Takes everything off the board that you have drawn.")
        }
    }
}
