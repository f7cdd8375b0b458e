// SPDX-License-Identifier: MIT
import QtQuick

//! A thickness to choose, shown as it draws.
Rectangle {
    id: choice

    required property Pen pen
    required property string name
    required property int thickness

    readonly property bool chosen: pen.thickness === thickness

    function choose() {
        pen.thickness = thickness;
    }

    radius: 8
    color: chosen ? "#dfe8fd" : area.containsMouse ? "#f1f4f9" : "transparent"
    border { width: chosen || activeFocus ? 2 : 0; color: chosen ? "#2f6fed" : "#a9c1f5" }

    activeFocusOnTab: true
    Keys.onSpacePressed: choose()
    Accessible.role: Accessible.RadioButton
    Accessible.name: name
    Accessible.checked: chosen
    Accessible.onPressAction: choose()

    Rectangle {
        anchors.centerIn: parent
        width: parent.width - 24
        height: choice.thickness
        radius: height / 2
        color: choice.pen.ink
        border { width: choice.pen.ink.hslLightness > 0.95 ? 1 : 0; color: "#b6bfcc" }
    }

    MouseArea {
        id: area

        anchors.fill: parent
        hoverEnabled: true
        onClicked: choice.choose()
    }
}
