// SPDX-License-Identifier: MIT
pragma ComponentBehavior: Bound
import QtQuick
import QRepod
import Arena

//! The arena and everything that flies in it.
Ground {
    id: space

    required property ConnectionListener listener
    required property int ship ///< the number of the player's ship
    property point place       ///< where that ship is
    property int gold: 0       ///< the gold that it has
    readonly property real zoom: Math.max(1, 0.65 / unit) ///< enlarges things in a small window
    readonly property var inks: ["#58a6ff", "#56d378", "#ffa657", "#d2a8ff"]
    readonly property ReplicaModel ships: ReplicaModel { listener: space.listener; name: "ships" }

    field: Qt.size(960, 600)

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
            scale: space.zoom
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
            scale: space.zoom
            color: "#ff8f8f"
            Interpolator on x { value: shot.model.x - 5; delay: -1 }
            Interpolator on y { value: shot.model.y - 5; delay: -1 }
        }
    }

    Repeater {
        model: space.ships

        Item {
            id: ship

            required property var model
            readonly property bool isMine: space.ship === model.number

            objectName: "ship" + model.number
            opacity: model.hull === 0 ? 0 : model.away ? 0.4 : 1
            scale: model.hull === 0 ? 3 * space.zoom : space.zoom // it explodes
            Interpolator on x { value: ship.model.x; delay: -1; maximumStep: 100 }
            Interpolator on y { value: ship.model.y; delay: -1; maximumStep: 100 }
            Behavior on opacity { NumberAnimation { duration: 250 } }
            Behavior on scale { NumberAnimation { duration: 250 } }

            Binding { target: space; property: "gold"; value: ship.model.gold; when: ship.isMine }
            Binding { target: space; property: "place"; value: Qt.point(ship.x, ship.y); when: ship.isMine }

            Canvas {
                readonly property var parts: [[ship.model.thrust ? "#ff8c42" : "transparent", "M16 19 2 24 16 29Z"],
                                              [ship.isMine ? "white" : "#0b0e1a", "M46 24 8 40 15 24 8 8Z"],
                                              [space.inks[ship.model.number - 1], "M41 24 12 36 18 24 12 12Z"]]

                anchors.centerIn: parent
                width: 48
                height: 48
                Interpolator on rotation { value: ship.model.angle; delay: -1; period: 360 }
                onPartsChanged: requestPaint()
                onPaint: {
                    const context = getContext("2d");
                    context.reset();
                    for (const [color, outline] of parts) {
                        context.path = outline;
                        context.fillStyle = color;
                        context.fill();
                    }
                }
            }

            Rectangle { // the rest of its hull
                x: -20
                y: 27
                width: 0.4 * ship.model.hull
                height: 5
                color: ship.model.hull > 50 ? "#56d378" : "#ff6b6b"
            }

            Label {
                anchors.horizontalCenter: parent.left
                y: ship.y > 70 ? -24 - height : 36 // inside the arena
                text: ship.model.away ? qsTr("%1 (away)").arg(ship.model.name) : ship.model.name
                color: ship.isMine ? "white" : "#b9c3dc"
                font { pixelSize: Math.max(14, 11 / space.unit / space.zoom); bold: ship.isMine }
            }
        }
    }
}
