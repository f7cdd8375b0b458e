// SPDX-License-Identifier: MIT
import QtQuick

//! What the pen draws with.
QtObject {
    property color ink: "#1d2733"
    property int thickness: 5

    //! The ink as it is sent. A list<int> would reach C++ in a form that depends on the version of
    //! Qt.
    readonly property var rgb: [Math.round(ink.r * 255), Math.round(ink.g * 255),
                                Math.round(ink.b * 255)]
}
