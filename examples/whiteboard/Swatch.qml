// SPDX-License-Identifier: MIT
import QtQuick

//! A colour to choose.
Item {
    id: swatch

    required property Pen pen
    required property string name
    required property color ink

    readonly property bool chosen: Qt.colorEqual(pen.ink, ink)

    function choose() {
        pen.ink = ink;
    }

    width: 34
    height: width

    activeFocusOnTab: true
    Keys.onSpacePressed: choose()
    Accessible.role: Accessible.RadioButton
    Accessible.name: name
    Accessible.checked: chosen
    Accessible.onPressAction: choose()

    Rectangle { // the ring around the chosen colour
        anchors.fill: parent
        radius: width / 2
        color: "transparent"
        border { width: 2.5; color: swatch.chosen ? "#2f6fed" : "#a9c1f5" }
        visible: swatch.chosen || swatch.activeFocus
    }

    Rectangle {
        anchors { fill: parent; margins: area.containsMouse && !swatch.chosen ? 3.5 : 5 }
        radius: width / 2
        color: swatch.ink
        border { width: swatch.ink.hslLightness > 0.95 ? 1.5 : 0; color: "#b6bfcc" }
    }

    MouseArea {
        id: area

        anchors.fill: parent
        hoverEnabled: true
        onClicked: swatch.choose()
    }
}
