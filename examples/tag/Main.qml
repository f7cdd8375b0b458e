// SPDX-License-Identifier: MIT
import QtQuick
import QRepod
import Tag

GameWindow {
    id: window

    readonly property int gap: isWide ? 16 : 10
    readonly property bool isPlaying: network.state === ConnectionListener.Connected && everyone.me >= 0

    minimumHeight: 400
    title: qsTr("Tag")
    palette {
        window: "#0e131d"
        base: "#182030"
        mid: "#4a5787"
        highlightedText: "#0e131d"
        button: "#56d378"
        buttonText: "#08240f"
    }

    ConnectionListener {
        id: network

        host: window.host
        port: window.port
        active: window.connectAtOnce

        function network_setup(your_id: int, obstacles: var, arena: var, radius: real) {
            everyone.begin();
            everyone.me = your_id;
            ground.obstacles = obstacles;
            ground.field = Qt.size(arena.w, arena.h);
            everyone.radius = radius;
            controls.tell();
        }

        function network_state(it: int, players: var) {
            everyone.update(it, players);
        }

        function network_tagged(tagger: int, tagged: int) {
            if (tagger === everyone.me)
                news.tell(qsTr("You caught %1!").arg(everyone.nameOf(tagged)));
            else if (tagged === everyone.me)
                news.tell(qsTr("%1 caught you!").arg(everyone.nameOf(tagger)));
            else
                news.tell(qsTr("%1 caught %2").arg(everyone.nameOf(tagger)).arg(everyone.nameOf(tagged)));
        }

        // Not in repod's tag: a server that knows no names does not send them.
        function network_names(data: var) {
            everyone.names = data.players;
        }

        onConnected: {
            controls.forceActiveFocus();
            if (notice.name.trim())
                send("name", { name: notice.name });
        }
    }

    Players {
        id: everyone
    }

    Text {
        id: role

        objectName: "role"
        anchors { left: parent.left; top: parent.top; margins: window.gap }
        text: {
            if (!window.isPlaying)
                return qsTr("Tag");
            if (everyone.count < 2)
                return qsTr("Waiting for somebody to catch");
            return everyone.it === everyone.me ? qsTr("You are it: catch somebody!") : qsTr("Run!");
        }
        color: everyone.it === everyone.me && everyone.count > 1 ? "#ff8f8f" : window.palette.windowText
        font { pixelSize: window.isWide ? 20 : 16; bold: true }
    }

    Text {
        objectName: "count"
        anchors { right: parent.right; baseline: role.baseline; margins: window.gap }
        visible: window.isPlaying
        text: everyone.count === 1 ? qsTr("1 player") : qsTr("%1 players").arg(everyone.count)
        color: "#aab5cc"
        font.pixelSize: 14
    }

    Arena {
        id: ground

        readonly property real roomX: window.width - 2 * window.gap
        readonly property real roomY: hint.y - role.y - role.height - 2 * window.gap

        objectName: "arena"
        players: everyone
        unit: Math.max(0.1, Math.min(roomX / ground.field.width, roomY / ground.field.height))
        x: Math.round((window.width - width) / 2)
        y: Math.round(role.y + role.height + window.gap + (roomY - height) / 2)
    }

    Item { // on the ground, but in the window's units
        anchors.fill: ground

        Steering {
            id: controls

            readonly property int dx: Math.round(course.x)
            readonly property int dy: Math.round(course.y)

            objectName: "controls"
            anchors.fill: parent
            directions: 8
            tolerance: 6
            position: Qt.point(everyone.myPosition.x * ground.unit, everyone.myPosition.y * ground.unit)
            onDxChanged: tell()
            onDyChanged: tell()

            function tell() {
                network.send("input", { dx: dx, dy: dy });
            }
        }

        News {
            id: news

            anchors { horizontalCenter: parent.horizontalCenter; bottom: parent.bottom; bottomMargin: 12 }
        }

        ConnectionNotice {
            id: notice

            listener: network
        }
    }

    Text {
        id: hint

        anchors { left: parent.left; right: parent.right; bottom: parent.bottom; margins: window.gap }
        elide: Text.ElideRight
        text: window.isWide ? qsTr("Arrow keys or W A S D to run. Or hold the mouse, or a finger, where you want to go.")
                                  : qsTr("Arrows or W A S D to run, or hold a finger")
        color: "#aab5cc"
        font.pixelSize: window.isWide ? 14 : 12
    }
}
