// SPDX-License-Identifier: MIT
import QtQuick

//! Shows how many values are in each part of the axis of a LinePlot, at most 1: beside it, or below
//! it.
Rectangle {
    id: distribution

    property var parts: []
    property bool isLying: false

    color: "#161d2b"
    border.color: "#263145"
    radius: 8

    onPartsChanged: canvas.requestPaint()
    onWidthChanged: canvas.requestPaint()
    onHeightChanged: canvas.requestPaint()

    Text {
        anchors { right: parent.right; top: parent.top; margins: 8 }
        text: qsTr("how often")
        color: "#a3afc5"
        font.pixelSize: 12
    }

    Canvas {
        id: canvas

        anchors.fill: parent
        anchors.margins: 8

        onPaint: {
            const context = getContext("2d");
            context.clearRect(0, 0, width, height);
            context.fillStyle = "#5aa9ff";
            const lying = distribution.isLying;
            const step = (lying ? width : height) / distribution.parts.length;
            for (let i = 0; i < distribution.parts.length; ++i) {
                const length = distribution.parts[i] * (lying ? height : width);
                if (lying)
                    context.fillRect(i * step, height - length, step - 1, length);
                else
                    context.fillRect(0, height - (i + 1) * step, length, step - 1);
            }
        }
    }
}
