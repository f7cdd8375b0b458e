// SPDX-License-Identifier: MIT
import QtQuick
import QtQuick.Window
import LagTime

Window {
    id: window

    required property string host
    required property int port
    property bool hosting: false
    property bool connectAtOnce: true ///< otherwise when the player says so

    readonly property int gap: width >= 640 ? 20 : 12
    readonly property bool isWide: width >= 640

    function figure(milliseconds: real): string {
        if (probe.count === 0)
            return "–";
        const decimals = milliseconds < 10 ? 2 : milliseconds < 100 ? 1 : 0;
        return qsTr("%1 ms").arg(milliseconds.toFixed(decimals));
    }

    width: 860
    height: 560
    minimumWidth: 340
    minimumHeight: 420
    visible: true
    title: qsTr("Lag time")
    color: palette.window
    palette {
        window: "#10151f"
        windowText: "#e8edf5"
        base: "#161d2b"
        text: "white"
        mid: "#4a5a78"
        highlight: "#5aa9ff"
        highlightedText: "#10151f"
        button: "#5aa9ff"
        buttonText: "#0a1422"
    }

    LagProbe {
        id: probe

        property string host: window.host
        property int port: window.port
        property string errorText
        property bool wasConnected: false

        function join(host: string, port: int) {
            probe.host = host;
            probe.port = port;
            probe.errorText = "";
            probe.connect(host, port);
        }

        Component.onCompleted: {
            if (window.connectAtOnce)
                probe.join(window.host, window.port);
        }
        onErrorOccurred: error => probe.errorText = error
        onConnected: {
            probe.errorText = "";
            probe.wasConnected = true;
        }
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
        textFormat: Text.PlainText
        color: "#a3afc5"
        font.pixelSize: 14
        text: {
            if (probe.state === LagProbe.Connected && !window.isWide)
                return qsTr("%1 times there and back").arg(probe.count);
            if (probe.state === LagProbe.Connected)
                return qsTr("%1 times to %2:%3 and back").arg(probe.count).arg(probe.host).arg(probe.port);
            if (probe.state === LagProbe.Connecting)
                return qsTr("Connecting to %1:%2 …").arg(probe.host).arg(probe.port);
            return qsTr("Not connected");
        }
    }

    Row {
        id: figures

        anchors { left: parent.left; right: parent.right; top: title.bottom; margins: window.gap }

        Figure { width: figures.width / 4; label: qsTr("fastest"); value: window.figure(probe.minimum) }
        Figure { width: figures.width / 4; label: qsTr("typical"); value: window.figure(probe.median) }
        Figure { width: figures.width / 4; label: qsTr("99 % within"); value: window.figure(probe.p99) }
        Figure { width: figures.width / 4; label: qsTr("slowest"); value: window.figure(probe.maximum) }
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

    Notice {
        anchors { left: parent.left; right: parent.right; top: line.top; bottom: parent.bottom }
        asksName: false
        host: window.host
        port: window.port
        content: {
            if (probe.state === LagProbe.Connected || probe.state === LagProbe.Connecting)
                return null;
            if (!probe.wasConnected)
                return {
                    title: qsTr("How far is the server?"),
                    text: probe.errorText,
                    action: qsTr("Connect"),
                    asks: true
                };
            return {
                title: qsTr("Not connected"),
                text: probe.errorText || qsTr("The connection was closed."),
                action: qsTr("Reconnect"),
                asks: true
            };
        }
        onAct: probe.join(host, Number(port))
    }
}
