// SPDX-License-Identifier: MIT
import QtQuick
import QtQuick.Window
import QRepod
import Arena

Window {
    id: window

    required property string host
    required property int port
    property bool hosting: false
    property bool connectAtOnce: true ///< or when the player says so

    width: 860
    height: 720
    minimumWidth: 340
    minimumHeight: 460
    visible: true
    title: qsTr("Arena")
    color: palette.window
    palette {
        window: "#0b0e1a"
        windowText: "#e6ebf8"
        base: "#141a2c"
        text: "white"
        mid: "#46527d"
        highlight: "#58a6ff"
        highlightedText: "#0b0e1a"
        button: "#ffd75e"
        buttonText: "#2b2405"
    }
    onActiveChanged: match.release()

    ConnectionListener {
        id: network

        property bool wasConnected: false
        property var wish: null ///< the room that was asked for, if one was
        property string room    ///< where one is; empty: in the lobby
        property int ship: 0    ///< the number of one's own

        function join(wish: string) {
            network.wish = wish;
            request("join", { name: notice.name, room: wish }).then(joined => {
                ship = joined.ship;
                room = joined.room;
                match.begin();
            }, error => lobby.error = error.message.replace("join: ", ""));
        }

        function leave() {
            send("leave");
            room = "";
            wish = null;
        }

        function network_chat(name: string, text: string) { match.say(name + ": " + text); }
        function network_won(name: string) { match.tell(qsTr("%1 wins!").arg(name)); }

        host: window.host
        port: window.port
        active: window.connectAtOnce
        reconnect: wasConnected // a server that cannot be reached at first is not asked again
        onConnected: {
            wasConnected = true;
            room = lobby.error = "";
            if (wish !== null) // this server has the room, not the one before; or the session was lost
                join(wish);
        }
        onResumed: match.release() // keys may have been released meanwhile
    }

    Lobby {
        id: lobby

        anchors { fill: parent; margins: 16 }
        visible: network.room === "" && !notice.visible
        listener: network
        onJoin: room => network.join(room)
    }

    Match {
        id: match

        anchors { fill: parent; margins: window.width >= 640 ? 16 : 10 }
        visible: network.room !== ""
        enabled: !notice.visible
        listener: network
        room: network.room
        ship: network.ship
        onLeave: network.leave()
    }

    Notice {
        id: notice

        anchors.fill: parent
        host: window.host
        port: window.port
        content: {
            if (network.isInterrupted)
                return { title: qsTr("The line is broken"), text: qsTr("Your ship waits for you …") };
            if (network.state === ConnectionListener.Connected)
                return null;
            if (network.state === ConnectionListener.Connecting)
                return { title: qsTr("Connecting …"), text: network.host + ":" + network.port };
            return {
                title: network.wasConnected ? qsTr("Not connected") : qsTr("Arena"),
                text: network.errorString,
                action: network.wasConnected ? qsTr("Reconnect") : qsTr("Connect"),
                asks: true
            };
        }
        onAct: network.connect(host, Number(port))

        ServerList {
            width: parent.width
            visible: notice.asks
            onChosen: (host, port) => network.connect(host, port)
        }
    }
}
