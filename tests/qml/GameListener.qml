// SPDX-License-Identifier: MIT
// A listener with handlers of its own, as an application writes one.

import QRepod

ConnectionListener {
    id: game

    property var calls: []

    signal network_signal(name: string)

    function network_nothing() {
        game.calls.push("nothing");
    }
    function network_whole(data) {
        game.calls.push(data);
    }
    function network_typed(id: int, x: real, name: string, on: bool, when: date, list: var): int {
        game.calls.push([id, x, name, on, when, list]);
        return 1;
    }
    function network_untyped(id, name) {
        game.calls.push([id, name]);
    }
    function network_one(text: string) {
        game.calls.push(text);
    }
    function network_who() {
        game.calls.push("base");
    }
    function network_throws() {
        throw new Error("deliberate");
    }
    function network_received(data) {
        game.calls.push("received " + data.action);
    }

    onNetwork_signal: name => game.calls.push("signal " + name)
}
