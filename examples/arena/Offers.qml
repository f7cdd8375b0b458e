// SPDX-License-Identifier: MIT
import QtQuick
import QRepod
import Arena

//! What the shop sells.
Row {
    id: offers

    required property ConnectionListener listener
    required property int gold ///< that there is
    readonly property real third: (width - 2 * spacing) / 3
    signal refused(string reason)

    function buy(item: string) {
        listener.request("buy", { item: item })
            .then(() => {}, error => refused(error.message.replace("buy: ", "")));
    }

    spacing: 8

    PushButton {
        objectName: "repair"
        width: offers.third
        enabled: offers.gold >= 3
        text: qsTr("Repair (3)")
        onClicked: offers.buy("repair")
    }

    PushButton {
        objectName: "engine"
        width: offers.third
        enabled: offers.gold >= 5
        text: qsTr("Engine (5)")
        onClicked: offers.buy("engine")
    }

    PushButton {
        objectName: "cannon"
        width: offers.third
        enabled: offers.gold >= 5
        text: qsTr("Cannon (5)")
        onClicked: offers.buy("cannon")
    }
}
