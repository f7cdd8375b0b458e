// SPDX-License-Identifier: MIT
import QtQuick
import QRepod
import Arena

//! What flies about, in the game's units.
Item {
    id: space

    required property ConnectionListener listener
    property int ship: 0 ///< the number of one's own
    property point place ///< where that is
    property int gold: 0 ///< that it has
    readonly property ReplicaModel ships: ReplicaModel { listener: space.listener; name: "ships" }

    Repeater { // stars
        model: 60

        Rectangle {
            required property int index

            x: (index * 7919) % 957
            y: (index * index * 1009 + index * 53) % 597
            width: 1 + index % 3
            height: width
            color: "#5b6a99"
        }
    }

    Repeater {
        model: ReplicaModel { listener: space.listener; name: "gold" }

        Rectangle {
            required property var model

            x: model.x - 9
            y: model.y - 9
            width: 18
            height: 18
            rotation: 45
            radius: 4
            color: "#ffd75e"
            border { width: 3; color: "#b98a1d" }
        }
    }

    Repeater {
        model: ReplicaModel { listener: space.listener; name: "shots" }

        Rectangle {
            id: shot

            required property var model

            width: 10
            height: 10
            radius: 5
            color: "#ff8f8f"
            Interpolator on x { value: shot.model.x - 5; delay: -1 }
            Interpolator on y { value: shot.model.y - 5; delay: -1 }
        }
    }

    Repeater {
        model: space.ships

        Ship { }
    }
}
