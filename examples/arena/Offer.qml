// SPDX-License-Identifier: MIT
import QtQuick
import QRepod
import Arena

//! Something that the shop sells.
PushButton {
    id: offer

    required property ConnectionListener listener
    required property string item
    required property int price
    required property int gold ///< that there is
    signal refused(string reason)

    objectName: item
    enabled: gold >= price
    onClicked: listener.request("buy", { item: item })
        .then(() => {}, error => refused(error.message.replace("buy: ", "")))
}
