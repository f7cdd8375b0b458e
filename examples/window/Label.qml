// SPDX-License-Identifier: MIT
import QtQuick

//! A text in the window's colours. What players have typed is shown as it is.
Text {
    textFormat: Text.PlainText
    wrapMode: Text.Wrap
    color: palette.windowText
    font.pixelSize: 15
}
