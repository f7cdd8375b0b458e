// SPDX-License-Identifier: MIT
import QtQuick

//! Where the player wants to go, by keys, or by holding the mouse or a finger down.
MouseArea {
    id: steering

    required property point position ///< the player's, in this item
    property int directions: 24      ///< directions that a held finger can tell apart
    property real tolerance: 20      ///< nearer to the finger than this, the player has arrived
    readonly property point course: {
        if (!pressed)
            return Qt.point(isHeld(Qt.Key_Right, Qt.Key_D) - isHeld(Qt.Key_Left, Qt.Key_A),
                            isHeld(Qt.Key_Down, Qt.Key_S) - isHeld(Qt.Key_Up, Qt.Key_W));
        const [x, y] = [mouseX - position.x, mouseY - position.y];
        const step = 2 * Math.PI / directions;
        const angle = Math.round(Math.atan2(y, x) / step) * step;
        return Math.hypot(x, y) > tolerance ? Qt.point(Math.cos(angle), Math.sin(angle)) : Qt.point(0, 0);
    }
    readonly property bool fires: pressed || down.includes(Qt.Key_Space)

    readonly property var keys: [Qt.Key_Left, Qt.Key_A, Qt.Key_Right, Qt.Key_D, Qt.Key_Up, Qt.Key_W,
                                 Qt.Key_Down, Qt.Key_S, Qt.Key_Space]
    property var down: [] ///< the keys that are down

    function isHeld(key: int, other: int): bool {
        return down.includes(key) || down.includes(other);
    }

    activeFocusOnTab: true
    onPressed: forceActiveFocus()
    onActiveFocusChanged: down = [] // the release of a key elsewhere is not seen
    Keys.onPressed: event => {
        event.accepted = keys.includes(event.key);
        if (event.accepted && !down.includes(event.key))
            down = down.concat(event.key);
    }
    Keys.onReleased: event => {
        event.accepted = keys.includes(event.key);
        if (event.accepted && !event.isAutoRepeat)
            down = down.filter(key => key !== event.key);
    }
}
