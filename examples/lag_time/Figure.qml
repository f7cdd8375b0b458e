// SPDX-License-Identifier: MIT
import QtQuick

//! A number, and what it is.
Column {
    id: figure

    required property string label
    required property string value

    spacing: 2

    Text {
        width: figure.width - 8
        text: figure.value
        color: "#e8edf5"
        fontSizeMode: Text.HorizontalFit
        minimumPixelSize: 11
        font { pixelSize: 22; bold: true }
    }

    Text {
        text: figure.label
        color: "#8e9bb3"
        font.pixelSize: 13
    }
}
