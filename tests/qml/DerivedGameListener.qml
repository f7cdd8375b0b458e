// SPDX-License-Identifier: MIT
// Adds a handler to those of GameListener, and has another of the same name.

GameListener {
    id: derived

    function network_who() {
        derived.calls.push("derived");
    }
    function network_added(text: string) {
        derived.calls.push("added " + text);
    }
}
