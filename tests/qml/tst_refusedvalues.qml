// SPDX-License-Identifier: MIT
// Values that have no form on the wire: nothing is sent, and a warning names what and where.

import QtQml
import QtQuick
import QtTest
import QRepod
import QRepodTest

TestCase {
    id: test

    name: "refusedvalues"

    Peer {
        id: peer
    }

    ConnectionListener {
        id: listener

        port: peer.port
        active: true
    }

    function initTestCase() {
        tryCompare(listener, "state", ConnectionListener.Connected);
        tryCompare(peer, "clients", 1);
    }

    function send(value: var): int {
        return listener.send("value", {
            value: value
        });
    }

    function test_refused_data() {
        const self = {};
        self.self = self;
        const map = new Map();
        map.set("self", map);
        return [
            {
                tag: "function",
                value: {
                    a: [0, () => 1]
                },
                warning: /value\.a\[1\]: QRepod::JavaScriptFunction has no MessagePack form/
            },
            {
                tag: "method",
                value: test.send,
                warning: /value: QRepod::JavaScriptFunction has no MessagePack form/
            },
            {
                tag: "symbol",
                value: [Symbol("x")],
                warning: /value\[0\]: QRepod::JavaScriptSymbol has no MessagePack form/
            },
            {
                tag: "object of QML",
                value: {
                    item: test
                },
                warning: /value\.item: .*\* has no MessagePack form/
            },
            {
                tag: "regular expression",
                value: /a/,
                warning: /value: QRegularExpression has no MessagePack form/
            },
            {
                tag: "invalid date",
                value: new Date(NaN),
                warning: /value: the QDateTime is not valid/
            },
            {
                tag: "cycle",
                value: self,
                warning: /self\.self.*: nesting of 65 levels is over the limit of 64/
            },
            {
                tag: "two cycles",
                value: [[self, self], self],
                warning: /nesting of 65 levels is over the limit of 64/
            },
            {
                tag: "locale",
                value: [Qt.locale("de")],
                warning: /value\[0\]: QLocale has no MessagePack form/
            },
            {
                tag: "font",
                value: Qt.font({
                    family: "x"
                }),
                warning: /value: QFont has no MessagePack form/
            },
            {
                tag: "matrix",
                value: Qt.matrix4x4(),
                warning: /value: QMatrix4x4 has no MessagePack form/
            },
            {
                tag: "object as the key of a Map",
                value: new Map([[{}, 1]]),
                warning: /value\.\(key\): QRepod::JavaScriptObjectAsKey has no MessagePack form/
            },
            {
                tag: "Map in itself",
                value: map,
                warning: /self\.self.*: nesting of 65 levels is over the limit of 64/
            },
            {
                tag: "function in a Set",
                value: new Set([() => 1]),
                warning: /value\[0\]: QRepod::JavaScriptFunction has no MessagePack form/
            },
            {
                tag: "object of QML without properties of its own",
                value: Qt.createQmlObject("import QtQml; QtObject {}", test),
                warning: /value: QObject\* has no MessagePack form/
            },
            {
                tag: "object of QML with properties",
                value: Qt.createQmlObject("import QtQml; QtObject { property int x: 1 }", test),
                warning: /value: .*\* has no MessagePack form/
            }
        ];
    }

    function test_refused(row: var) {
        peer.catchWarnings();
        const accepted = send(row.value);
        const warnings = peer.caughtWarnings();
        compare(accepted, 0);
        compare(warnings.length, 1);
        verify(row.warning.test(warnings[0]), warnings[0]);
    }

    function test_deepestNestingIsSent() {
        let value = [];
        for (let level = 3; level <= 64; ++level)
            value = [value];
        verify(send(value) > 0);
        tryCompare(peer, "received", 1);
        compare(peer.kind(["value", "0", "0"]), "QVariantList");
        peer.catchWarnings();
        const accepted = send([value]);
        const warnings = peer.caughtWarnings();
        compare(accepted, 0);
        compare(warnings.length, 1);
    }
}
