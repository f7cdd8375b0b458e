// SPDX-License-Identifier: MIT
import QtQuick

//! A line that shows news for some seconds.
Text {
    id: news

    function tell(what: string) {
        text = what;
        fading.restart();
    }

    objectName: "news"
    width: Math.min(implicitWidth, parent.width - 20)
    elide: Text.ElideRight
    textFormat: Text.PlainText // it contains names
    color: "#ffe27a"
    opacity: 0
    font { pixelSize: 18; bold: true }

    SequentialAnimation {
        id: fading

        PropertyAction { target: news; property: "opacity"; value: 1 }
        PauseAnimation { duration: 2500 }
        NumberAnimation { target: news; property: "opacity"; to: 0; duration: 500 }
    }
}
