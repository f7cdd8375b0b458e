// SPDX-License-Identifier: MIT
import QtQuick

//! What the pen draws with.
QtObject {
    property color ink: "#1d2733"
    property int thickness: 5

    //! The ink as it is sent. As a list<int> it would reach C++ in another form with each Qt.
    readonly property var rgb: [Math.round(ink.r * 255), Math.round(ink.g * 255),
                                Math.round(ink.b * 255)]
}
