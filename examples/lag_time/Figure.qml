// SPDX-License-Identifier: MIT
import QtQuick

//! A number with its label.
Column {
    id: figure

    required property string label
    required property string value

    spacing: 2

    Text {
        text: figure.value
        color: "#e8edf5"
        font { pixelSize: figure.width < 130 ? 15 : 22; bold: true }
    }

    Text {
        text: figure.label
        color: "#a3afc5"
        font.pixelSize: figure.width < 130 ? 12 : 13
    }
}
