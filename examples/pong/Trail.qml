// SPDX-License-Identifier: MIT
import QtQuick

//! The last positions of the ball, fading away.
Item {
    id: trail

    required property real thickness

    //! The ball was at \a x and \a y, from 0 to 1.
    function add(x: real, y: real) {
        const place = { across: x, down: y, thickness: thickness };
        if (places.count < 12) {
            places.insert(0, place);
        } else {
            places.move(places.count - 1, 0, 1);
            places.set(0, place);
        }
    }

    function clear() {
        places.clear();
    }

    ListModel { // the latest first
        id: places
    }

    Repeater {
        model: places

        Rectangle {
            required property int index
            required property real across
            required property real down
            required property real thickness

            width: 2 * Math.round(thickness * (1 - index / 16) / 2)
            height: width
            radius: width / 2
            x: across * parent.width - width / 2
            y: down * parent.height - height / 2
            color: "white"
            opacity: 0.3 * (1 - index / 12)
        }
    }
}
