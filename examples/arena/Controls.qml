// SPDX-License-Identifier: MIT
import QtQuick

//! Where the player wants to fly, by keys, or by the mouse or a finger that is held down.
MouseArea {
    id: controls

    required property point position ///< of the ship, in this item

    property var down: [] ///< keys
    readonly property point way: Qt.point(mouseX - position.x, mouseY - position.y)
    readonly property real angle: Math.round(Math.atan2(way.y, way.x) * 12 / Math.PI) * Math.PI / 12
    readonly property int power: Math.hypot(way.x, way.y) > 20 ? 1 : 0
    readonly property real courseX: pressed ? power * Math.cos(angle)
                                            : held(Qt.Key_Right, Qt.Key_D) - held(Qt.Key_Left, Qt.Key_A)
    readonly property real courseY: pressed ? power * Math.sin(angle)
                                            : held(Qt.Key_Down, Qt.Key_S) - held(Qt.Key_Up, Qt.Key_W)
    readonly property bool fires: pressed || down.includes(Qt.Key_Space)
    readonly property var input: ({ x: courseX, y: courseY, fire: fires })

    function held(key: int, other: int): int {
        return down.includes(key) || down.includes(other) ? 1 : 0;
    }

    //! Forgets the keys, and tells the input anew.
    function release() {
        down = [];
        inputChanged();
    }

    onPressed: forceActiveFocus()
    onActiveFocusChanged: down = [] // a key that is released elsewhere is not seen
    Keys.onPressed: event => {
        if (!down.includes(event.key))
            down = down.concat(event.key);
    }
    Keys.onReleased: event => {
        if (!event.isAutoRepeat)
            down = down.filter(key => key !== event.key);
    }
}
