// SPDX-License-Identifier: MIT
import QtQuick
import QRepod
import Arena

//! The servers that announce themselves on the local network.
Column {
    id: list

    required property ConnectionListener listener

    spacing: 8

    Repeater {
        model: ServerBrowser { running: list.visible }

        PushButton {
            required property string title
            required property string address

            objectName: "server"
            width: parent?.width ?? 0
            text: title
            onClicked: {
                const [, host, port] = address.match(/^(.*):(\d+)$/);
                (parent as ServerList).listener.connect(host, Number(port));
            }
        }
    }
}
