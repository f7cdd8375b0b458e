// SPDX-License-Identifier: MIT
import QtQml

//! A logarithmic axis over whole decades.
QtObject {
    property real lowest: 0.1
    property real highest: 1

    readonly property int decades: Math.max(1, Math.round(Math.log10(highest / lowest)))

    //! Returns where a value is between the lowest, 0, and the highest, 1.
    function part(value: real): real {
        return Math.log10(value / lowest) / decades;
    }

    function mark(decade: int): real {
        return lowest * Math.pow(10, decade);
    }
}
