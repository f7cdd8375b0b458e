// SPDX-License-Identifier: MIT
import QtQuick

//! The colours and the pens, in a column beside the board or in a row below it.
Rectangle {
    id: tools

    required property bool vertical

    readonly property color ink: swatches.colors[swatches.choice].value
    readonly property list<int> rgb: [ink.r, ink.g, ink.b].map(part => Math.round(part * 255))
    readonly property int thickness: pens.sizes[choice]
    property alias choice: pens.choice

    implicitWidth: vertical ? 100 : swatches.width + pens.width + 3 * 14
    implicitHeight: vertical ? swatches.height + pens.height + 14 + 25 + 14
                             : swatches.height + 2 * 12
    radius: 12
    color: "white"
    border.color: "#d9dee6"

    Grid {
        id: swatches

        readonly property var colors: [
            { name: qsTr("Ink"), value: "#1d2733" },
            { name: qsTr("White, the eraser"), value: "#ffffff" },
            { name: qsTr("Red"), value: "#e03e36" },
            { name: qsTr("Orange"), value: "#f28c28" },
            { name: qsTr("Yellow"), value: "#f5c518" },
            { name: qsTr("Green"), value: "#2e9e5b" },
            { name: qsTr("Teal"), value: "#14a3a8" },
            { name: qsTr("Blue"), value: "#2f6fed" },
            { name: qsTr("Purple"), value: "#8447d6" },
            { name: qsTr("Pink"), value: "#ec5f9d" },
            { name: qsTr("Brown"), value: "#8a5a35" },
            { name: qsTr("Grey"), value: "#8b95a3" }
        ]
        property int choice: 0

        x: tools.vertical ? Math.round((tools.width - width) / 2) : 14
        y: tools.vertical ? 14 : 12
        columns: tools.vertical ? 2 : 6
        spacing: tools.vertical ? 8 : 4

        Repeater {
            model: swatches.colors

            Swatch {
                required property var modelData
                required property int index

                objectName: "color" + index
                name: modelData.name
                ink: modelData.value
                chosen: swatches.choice === index
                onChoose: swatches.choice = index
            }
        }
    }

    Rectangle {
        visible: tools.vertical
        x: 16
        y: swatches.y + swatches.height + 12
        width: tools.width - 32
        height: 1
        color: "#e3e7ee"
    }

    Grid {
        id: pens

        readonly property list<int> sizes: [2, 5, 10]
        property int choice: 1

        x: tools.vertical ? Math.round((tools.width - width) / 2) : swatches.x + swatches.width + 14
        y: tools.vertical ? swatches.y + swatches.height + 25
                          : swatches.y + Math.round((swatches.height - height) / 2)
        columns: 1
        spacing: tools.vertical ? 6 : 3

        Repeater {
            model: [qsTr("Thin"), qsTr("Medium"), qsTr("Thick")]

            Rectangle {
                id: penButton

                required property string modelData
                required property int index
                readonly property bool chosen: pens.choice === index

                objectName: "pen" + index
                width: tools.vertical ? 72 : 58
                height: tools.vertical ? 34 : 20
                radius: 8
                color: chosen ? "#dfe8fd" : hover.containsMouse ? "#f1f4f9" : "transparent"
                border { width: chosen || activeFocus ? 1.5 : 0; color: "#2f6fed" }

                activeFocusOnTab: true
                Keys.onSpacePressed: pens.choice = index
                Accessible.role: Accessible.RadioButton
                Accessible.name: modelData
                Accessible.checked: chosen

                Rectangle { // as thick as it draws
                    anchors.centerIn: parent
                    width: parent.width - 24
                    height: pens.sizes[penButton.index]
                    radius: height / 2
                    color: tools.ink
                    border { width: tools.ink.hslLightness > 0.95 ? 1 : 0; color: "#b6bfcc" }
                }

                MouseArea {
                    id: hover

                    anchors.fill: parent
                    hoverEnabled: true
                    onClicked: pens.choice = penButton.index
                }
            }
        }
    }
}
