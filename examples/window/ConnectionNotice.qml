// SPDX-License-Identifier: MIT
import QtQuick
import QRepod

//! Shows the state of the connection over its parent, and asks for the server while there is none.
Notice {
    id: notice

    required property ConnectionListener listener
    readonly property string game: Window.window?.title ?? ""
    property bool wasConnected: false

    anchors.fill: parent
    host: listener.host
    port: listener.port
    content: {
        if (listener.isInterrupted)
            return { title: qsTr("The line is broken"), text: qsTr("Your place is kept …") };
        if (listener.state === ConnectionListener.Connected)
            return null;
        if (listener.state === ConnectionListener.Connecting)
            return { title: qsTr("Connecting …"), text: listener.host + ":" + listener.port };
        if (wasConnected)
            return {
                title: qsTr("Not connected"),
                text: listener.errorString || qsTr("The connection was closed."),
                action: qsTr("Reconnect"),
                asks: true
            };
        return { title: game, text: listener.errorString, action: qsTr("Connect"), asks: true };
    }
    onAct: listener.connect(host, Number(port))

    ServerList {
        width: parent.width
        visible: notice.asks
        game: notice.game
        onChosen: (host, port) => notice.listener.connect(host, port)
    }

    Connections {
        function onConnected() { notice.wasConnected = true; }

        target: notice.listener
    }
}
