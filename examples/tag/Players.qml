// SPDX-License-Identifier: MIT
import QtQml
import QtQml.Models

//! The players and their positions, as last sent by the server.
ListModel {
    id: players

    property int me: -1
    property int it: -1
    property real radius: 14
    property var names: ({}) ///< by number, of the players who have given one
    property point myPosition

    //! \a state has the players by number. A player who is still there keeps the row.
    function update(it: int, state: var) {
        players.it = it;
        for (let row = count - 1; row >= 0; --row) {
            if (!(get(row).number in state))
                remove(row);
        }
        for (const key in state) {
            const number = Number(key);
            const { x, y, color } = state[key];
            const values = {
                number: number,
                name: nameOf(number),
                centerX: x,
                centerY: y,
                size: 2 * radius,
                ink: String(Qt.rgba(color[0] / 255, color[1] / 255, color[2] / 255, 1)),
                isMe: number === me,
                isIt: number === it
            };
            const row = rowOf(number);
            if (row < 0)
                append(values);
            else
                set(row, values);
            if (number === me)
                myPosition = Qt.point(x, y);
        }
    }

    function rowOf(number: int): int {
        for (let row = 0; row < count; ++row) {
            if (get(row).number === number)
                return row;
        }
        return -1;
    }

    function nameOf(number: int): string {
        return names[number] || (number === me ? qsTr("You") : qsTr("Player %1").arg(number));
    }

    function begin() {
        clear();
        me = -1;
        it = -1;
        names = {};
    }
}
