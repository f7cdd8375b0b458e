// SPDX-License-Identifier: MIT
import QtQuick

//! A plot of successive values, the latest at the right.
Rectangle {
    id: plot

    required property LogAxis axis
    property var values: []
    property int capacity: 300

    //! The decades to label: as many as there is room for.
    readonly property var decades: {
        const step = Math.ceil(axis.decades * 24 / Math.max(canvas.height, 24));
        return Array.from({ length: Math.floor(axis.decades / step) + 1 }, (_, i) => i * step);
    }

    color: "#161d2b"
    border.color: "#263145"
    radius: 8

    onValuesChanged: canvas.requestPaint()
    onWidthChanged: canvas.requestPaint()
    onHeightChanged: canvas.requestPaint()

    Canvas {
        id: canvas

        readonly property int room: 58 // at the left, for the labels

        function heightOf(value: real): real {
            return height * (1 - plot.axis.part(value));
        }

        function drawMarks(context: var) {
            context.font = "12px sans-serif";
            context.fillStyle = "#a3afc5";
            context.strokeStyle = "#263145";
            context.lineWidth = 1;
            for (const decade of plot.decades) {
                const value = plot.axis.mark(decade);
                const y = heightOf(value);
                context.beginPath();
                context.moveTo(0, y);
                context.lineTo(width, y);
                context.stroke();
                context.fillText(qsTr("%1 ms").arg(value), 0, decade === plot.axis.decades ? y + 14 : y - 4);
            }
        }

        function drawValues(context: var) {
            const step = (width - room) / (plot.capacity - 1);
            const start = width - (plot.values.length - 1) * step;
            context.strokeStyle = "#5aa9ff";
            context.lineWidth = 1.5;
            context.lineJoin = "round";
            context.beginPath();
            for (let i = 0; i < plot.values.length; ++i) {
                const y = heightOf(plot.values[i]);
                if (i === 0)
                    context.moveTo(start, y);
                else
                    context.lineTo(start + i * step, y);
            }
            context.stroke();
        }

        anchors.fill: parent
        anchors.margins: 8

        onPaint: {
            const context = getContext("2d");
            context.clearRect(0, 0, width, height);
            drawMarks(context);
            drawValues(context);
        }
    }
}
