// SPDX-License-Identifier: MIT
pragma ComponentBehavior: Bound
import QtQuick
import QRepod

//! The servers of a game that are announced on the local network.
Column {
    id: list

    required property string game
    readonly property ServerBrowser browser: ServerBrowser { running: list.visible }
    signal chosen(string host, int port)

    objectName: "servers"
    spacing: 8

    Repeater {
        model: list.browser

        PushButton {
            required property var model

            width: list.width
            visible: model.data.game === list.game
            text: qsTr("Play on %1").arg(model.title)
            onClicked: {
                const [, host, port] = model.address.match(/^(.*):(\d+)$/);
                list.chosen(host, Number(port));
            }
        }
    }
}
