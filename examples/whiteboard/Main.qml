// SPDX-License-Identifier: MIT
import QtQuick
import QtQuick.Window
import QRepod
import Whiteboard

Window {
    id: window

    required property string host
    required property int port
    property bool hosting: false
    property bool connectAtOnce: true ///< otherwise when the player says so

    readonly property bool isWide: width >= 640
    readonly property int gap: isWide ? 16 : 12

    property int players: 0
    property var names: [] ///< of the players who have given one

    width: 928 // fits a sheet of the board's own size
    height: 640
    minimumWidth: 340
    minimumHeight: 460
    visible: true
    title: qsTr("Whiteboard")
    color: palette.window
    palette {
        window: "#eef1f5"
        windowText: "#1d2733"
        base: "white"
        text: "#1d2733"
        mid: "#9aa6b8"
        highlight: "#2f6fed"
        highlightedText: "white"
        button: "#2f6fed"
        buttonText: "white"
    }

    ConnectionListener {
        id: network

        property bool wasConnected: false

        host: window.host
        port: window.port
        active: window.connectAtOnce
        handlers: [board] // the lines go there directly
        statisticsInterval: 1000

        function network_players(count: int) {
            window.players = count;
        }

        function network_names(data: var) {
            window.names = data.list;
        }

        onConnected: {
            wasConnected = true;
            if (notice.name.trim())
                send("name", { name: notice.name });
        }

        onStateChanged: {
            mouseArea.isDown = false; // a line does not continue in the next connection
            if (state !== ConnectionListener.Connected)
                window.players = 0;
            if (state !== ConnectionListener.Connected)
                window.names = [];
        }
    }

    Pen {
        id: pen
    }

    Header {
        id: header

        anchors { left: parent.left; right: parent.right; top: parent.top; margins: window.gap }
        connection: network
        players: window.players
        names: window.names
        hosting: window.hosting
        compact: !window.isWide
    }

    Tools {
        id: tools

        x: window.isWide ? window.gap : Math.round((window.width - width) / 2)
        y: window.isWide ? header.y + header.height + window.gap
                         : paper.y + paper.height + window.gap
        vertical: window.isWide
        pen: pen
        canUndo: board.canUndo && network.state === ConnectionListener.Connected
        dense: window.height < 580
        onUndo: network.send("undo")
        onClear: network.send("clear")
    }

    // The sheet: as large as fits beside or above the tools, in the board's proportions.
    Item {
        id: paper

        readonly property real startX: window.isWide ? tools.x + tools.width + window.gap : window.gap
        readonly property real startY: header.y + header.height + window.gap
        readonly property real roomX: window.width - startX - window.gap
        readonly property real roomY: window.height - startY - window.gap
                                      - (window.isWide ? 0 : tools.height + window.gap)
        readonly property real scaling: Math.max(0.1, Math.min(roomX / board.resolution.width,
                                                               roomY / board.resolution.height))

        width: Math.floor(board.resolution.width * scaling)
        height: Math.floor(board.resolution.height * scaling)
        x: Math.floor(startX + (roomX - width) / 2)
        y: Math.floor(window.isWide ? startY + (roomY - height) / 2 : startY)

        Repeater {
            model: 4

            Rectangle { // a soft shadow
                required property int index

                anchors { fill: parent; margins: -2 - index * 2; topMargin: -index }
                radius: 3 + index * 2
                color: "#0d1b2a40"
                opacity: 0.14
            }
        }

        Rectangle {
            anchors { fill: parent; margins: -1 }
            color: "#ccd3dd"
        }

        Board {
            id: board

            objectName: "board"
            anchors.fill: parent
        }

        MouseArea {
            id: mouseArea

            property bool isDown: false
            property point last

            // A mouse moves from pixel to pixel. Points that are not too close make a smooth line.
            function draw(mouse: MouseEvent, closest: real) {
                const point = board.toBoard(Qt.point(mouse.x, mouse.y));
                const distance = Math.hypot(point.x - last.x, point.y - last.y);
                if (!isDown || distance === 0 || distance < closest)
                    return;
                last = point;
                board.move(point);
                network.send("drawpoint", { point: [point.x, point.y] });
            }

            anchors.fill: parent
            acceptedButtons: Qt.LeftButton
            cursorShape: network.state === ConnectionListener.Connected ? Qt.CrossCursor
                                                                        : Qt.ForbiddenCursor

            onPressed: mouse => {
                if (network.state !== ConnectionListener.Connected)
                    return;
                isDown = true;
                last = board.toBoard(Qt.point(mouse.x, mouse.y));
                board.press(last, pen.rgb, pen.thickness);
                network.send("startline", {
                    point: [last.x, last.y],
                    color: pen.rgb,
                    thickness: pen.thickness
                });
            }
            onPositionChanged: mouse => draw(mouse, Math.max(3, 2.5 / paper.scaling))
            onReleased: mouse => {
                draw(mouse, 0);
                isDown = false;
            }
            onCanceled: isDown = false
        }

        Notice {
            id: notice

            anchors.fill: parent
            host: window.host
            port: window.port
            content: {
                if (network.state !== ConnectionListener.Disconnected)
                    return null;
                if (!network.wasConnected)
                    return {
                        title: qsTr("Draw together"),
                        text: network.errorString,
                        action: qsTr("Connect"),
                        asks: true
                    };
                return {
                    title: qsTr("Not connected"),
                    text: network.errorString || qsTr("The connection was closed."),
                    action: qsTr("Reconnect"),
                    asks: true
                };
            }
            onAct: network.connect(host, Number(port))
        }
    }

    // As in repod's whiteboard.
    Shortcut { sequence: "1"; onActivated: pen.thickness = 2 }
    Shortcut { sequence: "2"; onActivated: pen.thickness = 5 }
    Shortcut { sequence: "3"; onActivated: pen.thickness = 10 }

    Shortcut { sequence: "Ctrl+Z"; enabled: tools.canUndo; onActivated: tools.undo() }
}
