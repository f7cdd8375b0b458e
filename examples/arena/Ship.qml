// SPDX-License-Identifier: MIT
import QtQuick
import QRepod
import Arena

//! A ship with its player's name and what is left of its hull.
Item {
    id: ship

    required property var model
    readonly property var space: parent ///< which is a Space
    readonly property bool isMine: space?.ship === model.number
    readonly property string ink: ["#58a6ff", "#56d378", "#ffa657", "#d2a8ff"][(model.number - 1) % 4]
    readonly property string status: model.away ? qsTr("%1 (away)").arg(model.name) : model.name
    readonly property real scaling: space?.scale ?? 1
    readonly property real zoom: Math.max(1, 0.65 / scaling) ///< to be seen in a small window

    objectName: "ship" + model.number
    opacity: model.hull === 0 ? 0 : model.away ? 0.4 : 1
    scale: model.hull === 0 ? 3 : 1 // it bursts
    Interpolator on x { value: ship.model.x; delay: -1; maximumStep: 100 }
    Interpolator on y { value: ship.model.y; delay: -1; maximumStep: 100 }
    Behavior on opacity { NumberAnimation { duration: 250 } }
    Behavior on scale { NumberAnimation { duration: 250 } }

    Binding { target: ship.space; property: "gold"; value: ship.model.gold; when: ship.isMine }
    Binding { target: ship.space; property: "place"; value: Qt.point(ship.x, ship.y); when: ship.isMine }

    Canvas {
        readonly property string flame: ship.model.thrust ? "#ff8c42" : "transparent"

        anchors.centerIn: parent
        width: 48
        height: 48
        scale: ship.zoom
        Interpolator on rotation { value: ship.model.angle; delay: -1; period: 360 }
        onFlameChanged: requestPaint()
        onPaint: {
            const context = getContext("2d");
            context.reset();
            for (const [color, outline] of [[flame, "M16 19 2 24 16 29Z"],
                                            [ship.isMine ? "white" : "#0b0e1a", "M46 24 8 40 15 24 8 8Z"],
                                            [ship.ink, "M41 24 12 36 18 24 12 12Z"]]) {
                context.path = outline;
                context.fillStyle = color;
                context.fill();
            }
        }
    }

    Rectangle {
        x: -20 * ship.zoom
        y: 27 * ship.zoom
        width: 0.4 * ship.model.hull * ship.zoom
        height: 5 * ship.zoom
        radius: 2
        color: ship.model.hull > 50 ? "#56d378" : "#ff6b6b"
    }

    Label {
        objectName: "label"
        anchors.horizontalCenter: parent.left
        y: ship.y > 70 ? -24 * ship.zoom - height : 36 * ship.zoom // inside of the arena
        text: ship.status
        color: ship.isMine ? "white" : "#b9c3dc"
        font { pixelSize: Math.max(14, 11 / ship.scaling); bold: ship.isMine }
    }
}
