// SPDX-License-Identifier: MIT
import QtQuick
import QtQuick.Window

//! A dark window, with the server from the command line.
Window {
    required property string host
    required property int port
    property bool hosting: false
    property bool connectAtOnce: true ///< otherwise when the player says so
    readonly property bool isWide: width >= 640

    width: 860
    height: 720
    minimumWidth: 340
    minimumHeight: 460
    visible: true
    color: palette.window
    palette {
        window: "#0b0e1a"
        windowText: "#e6ebf8"
        base: "#141a2c"
        text: "white"
        mid: "#46527d"
        highlight: "#58a6ff"
        highlightedText: "#0b0e1a"
        button: "#ffd75e"
        buttonText: "#2b2405"
    }
}
