// SPDX-License-Identifier: MIT
import QtQuick

//! Where the player wants to go, by keys, or by the mouse or a finger that is held down.
MouseArea {
    id: controls

    required property point position ///< of the player, in this item

    readonly property int dx: pressed ? towards(mouseX - position.x, mouseY - position.y)
                                      : Number(rightKey) - Number(leftKey)
    readonly property int dy: pressed ? towards(mouseY - position.y, mouseX - position.x)
                                      : Number(downKey) - Number(upKey)

    property bool leftKey: false
    property bool rightKey: false
    property bool upKey: false
    property bool downKey: false

    //! One of eight directions: the way \a along an axis counts if it is not much less than the one
    //! \a across. Near the player there is nowhere to go.
    function towards(along: real, across: real): int {
        const isNear = Math.hypot(along, across) < 6;
        return isNear || Math.abs(along) < 0.4 * Math.abs(across) ? 0 : Math.sign(along);
    }

    function set(key: int, isDown: bool): bool {
        switch (key) {
        case Qt.Key_Left: case Qt.Key_A: leftKey = isDown; return true;
        case Qt.Key_Right: case Qt.Key_D: rightKey = isDown; return true;
        case Qt.Key_Up: case Qt.Key_W: upKey = isDown; return true;
        case Qt.Key_Down: case Qt.Key_S: downKey = isDown; return true;
        }
        return false;
    }

    function release() {
        leftKey = rightKey = upKey = downKey = false;
    }

    focus: true
    Keys.onPressed: event => event.accepted = set(event.key, true)
    Keys.onReleased: event => event.accepted = event.isAutoRepeat || set(event.key, false)
    onActiveFocusChanged: release() // a key that is released elsewhere is not seen
}
