// SPDX-License-Identifier: MIT
import QtQuick
import QRepod
import Arena

GameWindow {
    id: window

    title: qsTr("Arena")
    onActiveChanged: match.release()

    ConnectionListener {
        id: network

        host: window.host
        port: window.port
        active: window.connectAtOnce
        reconnect: notice.wasConnected // a server that cannot be reached at first is not asked again
        handlers: [match]
        onConnected: {
            match.room = "";
            lobby.begin();
        }
        onResumed: match.release() // keys may have been released meanwhile
    }

    Lobby {
        id: lobby

        x: (parent.width - width) / 2
        y: 16
        width: Math.min(parent.width - 32, 420)
        height: parent.height - 32
        visible: match.room === "" && !notice.visible
        listener: network
        player: notice.name
        onJoined: (room, ship) => match.begin(room, ship)
    }

    Match {
        id: match

        anchors { fill: parent; margins: window.width >= 640 ? 16 : 10 }
        visible: room !== ""
        enabled: !notice.visible
        listener: network
        onLeave: lobby.wish = null
    }

    ConnectionNotice {
        id: notice

        anchors.fill: parent
        listener: network
        game: window.title

        ServerList {
            width: parent.width
            visible: notice.asks
            listener: network
        }
    }
}
