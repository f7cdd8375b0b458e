// SPDX-License-Identifier: MIT
import QtQuick
import QtQuick.Window
import LagTime

Window {
    id: window

    required property string host
    required property int port
    property bool hosting: false

    readonly property int gap: width >= 640 ? 20 : 12
    readonly property bool isWide: width >= 640

    function figure(milliseconds: real): string {
        return probe.count > 0 ? qsTr("%1 ms").arg(milliseconds.toFixed(milliseconds < 10 ? 3 : 1))
                               : "–";
    }

    width: 860
    height: 560
    minimumWidth: 340
    minimumHeight: 420
    visible: true
    title: qsTr("Lag time")
    color: "#10151f"

    LagProbe {
        id: probe

        property string errorText

        Component.onCompleted: probe.connect(window.host, window.port)
        onErrorOccurred: error => probe.errorText = error
        onConnected: probe.errorText = ""
        onMeasured: {
            line.values = probe.roundTrips;
            histogram.parts = probe.distribution;
        }
    }

    Text {
        id: title

        anchors { left: parent.left; top: parent.top; margins: window.gap }
        text: qsTr("Lag time")
        color: "#e8edf5"
        font { pixelSize: window.isWide ? 20 : 17; bold: true }
    }

    Text {
        objectName: "status"
        anchors {
            left: title.right
            leftMargin: 16
            right: parent.right
            rightMargin: window.gap
            baseline: title.baseline
        }
        elide: Text.ElideRight
        color: probe.errorText ? "#ff8f70" : "#8e9bb3"
        font.pixelSize: 14
        text: probe.errorText
              || (probe.state === LagProbe.Connected
                  ? qsTr("%1:%2, %3 round trips").arg(window.host).arg(window.port).arg(probe.count)
                  : qsTr("Connecting to %1:%2 …").arg(window.host).arg(window.port))
    }

    Row {
        id: figures

        anchors { left: parent.left; right: parent.right; top: title.bottom; margins: window.gap }

        Figure { width: figures.width / 4; label: qsTr("minimum"); value: window.figure(probe.minimum) }
        Figure { width: figures.width / 4; label: qsTr("median"); value: window.figure(probe.median) }
        Figure { width: figures.width / 4; label: qsTr("99 %"); value: window.figure(probe.p99) }
        Figure { width: figures.width / 4; label: qsTr("maximum"); value: window.figure(probe.maximum) }
    }

    LinePlot {
        id: line

        objectName: "line"
        anchors {
            left: parent.left
            right: window.isWide ? histogram.left : parent.right
            top: figures.bottom
            bottom: window.isWide ? parent.bottom : histogram.top
            margins: window.gap
        }
        axis: LogAxis {
            lowest: probe.lowest
            highest: probe.highest
        }
    }

    Distribution {
        id: histogram

        objectName: "distribution"
        width: window.isWide ? 220 : parent.width - 2 * window.gap
        height: window.isWide ? line.height : 110
        anchors { right: parent.right; bottom: parent.bottom; margins: window.gap }
        isLying: !window.isWide
    }
}
