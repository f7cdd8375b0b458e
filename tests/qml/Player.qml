// SPDX-License-Identifier: MIT
// A client that keeps what it gets.

import QtQml
import QRepod

ConnectionListener {
    id: player

    property var messages: []

    function network_received(data) {
        player.messages.push(data);
    }

    active: true
}
