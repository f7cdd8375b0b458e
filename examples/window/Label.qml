// SPDX-License-Identifier: MIT
import QtQuick

//! A text in the window's colours, shown as plain text because players may have typed it.
Text {
    textFormat: Text.PlainText
    wrapMode: Text.Wrap
    color: palette.windowText
    font.pixelSize: 15
}
