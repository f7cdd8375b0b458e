// SPDX-License-Identifier: MIT
import QtQuick
import QRepod
import Arena

//! What the shop sells.
Row {
    id: offers

    required property ConnectionListener listener
    required property int gold ///< that there is
    signal refused(string reason)

    function buy(item: string) {
        listener.request("buy", { item: item })
            .then(() => {}, error => refused(error.message.replace("buy: ", "")));
    }

    spacing: 8

    Repeater {
        model: [
            { item: "repair", price: 3, text: qsTr("Repair (3)") },
            { item: "engine", price: 5, text: qsTr("Engine (5)") },
            { item: "cannon", price: 5, text: qsTr("Cannon (5)") }
        ]

        PushButton {
            required property var modelData
            readonly property Offers offers: parent as Offers

            objectName: modelData.item
            anchors.bottom: parent?.bottom
            width: ((offers?.width ?? 0) - 16) / 3
            enabled: offers?.gold >= modelData.price
            text: modelData.text
            onClicked: offers.buy(modelData.item)
        }
    }
}
