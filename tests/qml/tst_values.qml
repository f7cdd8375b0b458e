// SPDX-License-Identifier: MIT
// What becomes of a value on its way from JavaScript to the wire and back.

import QtQml
import QtQuick
import QtTest
import QRepod
import QRepodTest

TestCase {
    id: test

    readonly property url someUrl: "http://example.org/a%20b"
    property date someDate: new Date(1234567890123)

    name: "values"

    Peer {
        id: peer
    }

    ConnectionListener {
        id: listener

        property var last: null

        function network_received(data) {
            listener.last = data;
        }

        port: peer.port
        active: true
    }

    function bytes(value: var): var {
        return Array.from(new Uint8Array(value));
    }

    function send(value: var): bool {
        return listener.send("value", {
            value: value
        }) > 0;
    }

    function sent(value: var) {
        const before = peer.received;
        verify(send(value));
        tryCompare(peer, "received", before + 1);
    }

    function initTestCase() {
        tryCompare(listener, "state", ConnectionListener.Connected);
        tryCompare(peer, "clients", 1);
    }

    function init() {
        listener.last = null;
        peer.clear();
    }

    function test_outgoing_data() {
        return [
            {
                tag: "undefined",
                value: undefined,
                kind: "std::nullptr_t",
                arrives: null
            },
            {
                tag: "null",
                value: null,
                kind: "std::nullptr_t",
                arrives: null
            },
            {
                tag: "true",
                value: true,
                kind: "bool"
            },
            {
                tag: "zero",
                value: 0,
                kind: "qlonglong"
            },
            {
                tag: "integer",
                value: 7,
                kind: "qlonglong"
            },
            {
                tag: "whole number",
                value: 7.0,
                kind: "qlonglong"
            },
            {
                tag: "result of a division",
                value: 21 / 3,
                kind: "qlonglong"
            },
            {
                tag: "negative",
                value: -(2 ** 40),
                kind: "qlonglong"
            },
            {
                tag: "largest safe integer",
                value: Number.MAX_SAFE_INTEGER,
                kind: "qlonglong"
            },
            {
                tag: "smallest safe integer",
                value: Number.MIN_SAFE_INTEGER,
                kind: "qlonglong"
            },
            {
                tag: "above the safe integers",
                value: 2 ** 53,
                kind: "double"
            },
            {
                tag: "fraction",
                value: 1.5,
                kind: "double"
            },
            {
                tag: "infinity",
                value: -Infinity,
                kind: "double"
            },
            {
                tag: "text",
                value: "grüß 😀",
                kind: "QString"
            },
            {
                tag: "empty text",
                value: "",
                kind: "QString"
            },
            {
                tag: "array",
                value: [1, "a", [2, [null]], {
                        x: [3]
                    }],
                kind: "QVariantList"
            },
            {
                tag: "empty array",
                value: [],
                kind: "QVariantList"
            },
            {
                tag: "object",
                value: {
                    a: {
                        b: [1, {
                                c: "d"
                            }]
                    },
                    "with space": 1
                },
                kind: "QVariantMap"
            },
            {
                tag: "empty object",
                value: {},
                kind: "QVariantMap"
            },
            {
                tag: "url",
                value: test.someUrl,
                kind: "QString",
                arrives: "http://example.org/a%20b"
            },
            {
                tag: "URL",
                value: new URL("http://example.org/"),
                kind: "QString",
                arrives: "http://example.org/"
            },
            {
                tag: "getter",
                value: {
                    get x() {
                        return 5;
                    }
                },
                kind: "QVariantMap",
                arrives: {
                    x: 5
                }
            }
        ];
    }

    function test_outgoing(row: var) {
        sent(row.value);
        compare(peer.kind(["value"]), row.kind);
        peer.sendBack();
        tryVerify(() => listener.last !== null);
        compare(listener.last.value, row.hasOwnProperty("arrives") ? row.arrives : row.value);
    }

    function test_notANumber() {
        sent(NaN);
        compare(peer.kind(["value"]), "double");
        verify(isNaN(peer.value(["value"])));
    }

    function test_holesInAnArrayAreNil() {
        sent([1, , 3]);
        peer.sendBack();
        tryVerify(() => listener.last !== null);
        compare(listener.last.value, [1, null, 3]);
    }

    function test_nestedUndefinedIsNil() {
        sent({
            a: [undefined],
            b: undefined
        });
        compare(peer.kind(["value", "a", "0"]), "std::nullptr_t");
        compare(peer.kind(["value", "b"]), "std::nullptr_t");
    }

    function test_dates_data() {
        return [
            {
                tag: "Date",
                value: new Date(1234567890123)
            },
            {
                tag: "before 1970",
                value: new Date(-1)
            },
            {
                tag: "property",
                value: test.someDate
            }
        ];
    }

    function test_dates(row: var) {
        sent(row.value);
        compare(peer.kind(["value"]), "QDateTime");
        peer.sendBack();
        tryVerify(() => listener.last !== null);
        verify(listener.last.value instanceof Date);
        compare(listener.last.value.getTime(), row.value.getTime());
    }

    function test_bytes_data() {
        const buffer = new Uint8Array([0, 1, 254, 255]).buffer;
        return [
            {
                tag: "ArrayBuffer",
                value: buffer,
                hex: "0001feff"
            },
            {
                tag: "empty ArrayBuffer",
                value: new ArrayBuffer(0),
                hex: ""
            },
            {
                tag: "Uint8Array",
                value: new Uint8Array(buffer),
                hex: "0001feff"
            },
            {
                tag: "part of an ArrayBuffer",
                value: new Uint8Array(buffer, 1, 2),
                hex: "01fe"
            },
            {
                tag: "subarray",
                value: new Uint8Array(buffer).subarray(2),
                hex: "feff"
            },
            {
                tag: "Uint8ClampedArray",
                value: new Uint8ClampedArray([300, 5]),
                hex: "ff05"
            },
            {
                tag: "Int8Array",
                value: new Int8Array([-1]),
                hex: "ff"
            },
            {
                tag: "DataView",
                value: new DataView(buffer, 2),
                hex: "feff"
            }
        ];
    }

    function test_bytes(row: var) {
        sent({
            nested: [row.value]
        });
        compare(peer.kind(["value", "nested", "0"]), "QByteArray");
        compare(peer.hex(["value", "nested", "0"]), row.hex);
        peer.sendBack();
        tryVerify(() => listener.last !== null);
        const arrived = listener.last.value.nested[0];
        verify(arrived instanceof ArrayBuffer);
        const hex = bytes(arrived).map(octet => octet.toString(16).padStart(2, "0")).join("");
        compare(hex, row.hex);
    }

    function test_bytesOfWiderNumbers() {
        const numbers = new Float32Array([1.5, -2]);
        sent(numbers);
        compare(peer.kind(["value"]), "QByteArray");
        peer.sendBack();
        tryVerify(() => listener.last !== null);
        compare(Array.from(new Float32Array(listener.last.value)), [1.5, -2]);
    }

    function test_incoming() {
        peer.sendKinds();
        tryVerify(() => listener.last !== null);
        const kinds = listener.last;
        compare(kinds.nil, null);
        compare(kinds.yes, true);
        compare(kinds.integer, -7);
        compare(kinds.large, 2 ** 40);
        compare(kinds.unsigned, 2 ** 64);
        compare(kinds.real, 1.5);
        compare(kinds.whole, 2);
        compare(kinds.text, "grüß");
        verify(kinds.bytes instanceof ArrayBuffer);
        compare(bytes(kinds.bytes), [97, 0, 255]);
        verify(kinds.time instanceof Date);
        compare(kinds.time.getTime(), 1000000000123);
        verify(kinds.list instanceof Array);
        compare(kinds.list, [1, [2, 3], {
                x: 4
            }]);
        compare(bytes(kinds.map.a.b), [99]);
    }

    function test_everythingThatArrivesCanBeSentBack() {
        peer.sendKinds();
        tryVerify(() => listener.last !== null);
        verify(listener.send(listener.last) > 0);
        tryCompare(peer, "received", 1);
        compare(peer.action(0), "kinds");
        compare(peer.kind(["nil"]), "std::nullptr_t");
        compare(peer.kind(["integer"]), "qlonglong");
        compare(peer.kind(["large"]), "qlonglong");
        compare(peer.kind(["real"]), "double");
        compare(peer.kind(["bytes"]), "QByteArray");
        compare(peer.kind(["time"]), "QDateTime");
        compare(peer.kind(["list", "1"]), "QVariantList");
        compare(peer.kind(["map", "a", "b"]), "QByteArray");
        compare(peer.kind(["extension"]), "QRepod::Extension");
    }

    function test_severalMessagesShareNothing() {
        peer.send("bytes", {
            bytes: new Uint8Array([1, 2]).buffer
        });
        tryVerify(() => listener.last !== null);
        const first = listener.last.bytes;
        new Uint8Array(first)[0] = 9;
        listener.last = null;
        peer.sendKinds();
        tryVerify(() => listener.last !== null);
        compare(bytes(first), [9, 2]);
    }
}
