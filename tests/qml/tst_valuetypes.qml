// SPDX-License-Identifier: MIT
// QML's own value types, models and JavaScript's collections on their way to the wire.

import QtQml
import QtQml.Models
import QtQuick
import QtTest
import QRepod
import QRepodTest

TestCase {
    id: test

    property list<point> somePoints: [Qt.point(1, 2), Qt.point(3.5, 4)]
    property var integersInAVar: test.someIntegers
    property list<int> someIntegers: [1, 2]
    property list<real> someNumbers: [1, 2.5]
    property list<string> someTexts: ["a", "b"]

    name: "valuetypes"

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

    ListModel {
        id: shop
    }

    ListModel {
        id: dynamicModel

        dynamicRoles: true
    }

    function initTestCase() {
        shop.append({
            name: "sword",
            price: 3,
            weight: 1.5,
            tags: [
                {
                    tag: "sharp"
                }
            ]
        });
        shop.append({
            name: "shield",
            price: 4,
            weight: 7,
            tags: []
        });
        tryCompare(listener, "state", ConnectionListener.Connected);
        tryCompare(peer, "clients", 1);
        dynamicModel.append({
            name: "Ada",
            score: 7
        });
    }

    function init() {
        listener.last = null;
        peer.clear();
    }

    function send(value: var): int {
        return listener.send("value", {
            value: value
        });
    }

    function test_arrives_data() {
        return [
            {
                tag: "color",
                value: Qt.rgba(1, 0.5, 0, 1),
                arrives: "#ff8000"
            },
            {
                tag: "color that is not opaque",
                value: Qt.rgba(1, 0, 0, 0.5),
                arrives: "#80ff0000"
            },
            {
                tag: "point",
                value: Qt.point(1, -2.5),
                arrives: {
                    x: 1,
                    y: -2.5
                }
            },
            {
                tag: "size",
                value: Qt.size(3, 4),
                arrives: {
                    width: 3,
                    height: 4
                }
            },
            {
                tag: "rect",
                value: Qt.rect(1, 2, 3, 4.5),
                arrives: {
                    x: 1,
                    y: 2,
                    width: 3,
                    height: 4.5
                }
            },
            {
                tag: "vector2d",
                value: Qt.vector2d(1, 2),
                arrives: {
                    x: 1,
                    y: 2
                }
            },
            {
                tag: "vector3d",
                value: Qt.vector3d(1, 2.5, 3),
                arrives: {
                    x: 1,
                    y: 2.5,
                    z: 3
                }
            },
            {
                tag: "vector4d",
                value: Qt.vector4d(1, 2, 3, 4),
                arrives: {
                    x: 1,
                    y: 2,
                    z: 3,
                    w: 4
                }
            },
            {
                tag: "quaternion",
                value: Qt.quaternion(1, 2, 3, 4),
                arrives: {
                    scalar: 1,
                    x: 2,
                    y: 3,
                    z: 4
                }
            },
            {
                tag: "row of a ListModel",
                value: shop.get(0),
                arrives: {
                    name: "sword",
                    price: 3,
                    weight: 1.5,
                    tags: [
                        {
                            tag: "sharp"
                        }
                    ]
                }
            },
            {
                tag: "ListModel",
                value: [shop, 1],
                arrives: [[
                        {
                            name: "sword",
                            price: 3,
                            weight: 1.5,
                            tags: [
                                {
                                    tag: "sharp"
                                }
                            ]
                        },
                        {
                            name: "shield",
                            price: 4,
                            weight: 7,
                            tags: []
                        }
                    ], 1]
            },
            {
                tag: "row of a ListModel with dynamic roles",
                value: dynamicModel.get(0),
                arrives: {
                    name: "Ada",
                    score: 7
                }
            },
            {
                tag: "Map",
                value: new Map([["a", 1], ["b", [new Map()]]]),
                arrives: {
                    a: 1,
                    b: [{}]
                }
            },
            {
                tag: "Map with integer keys",
                value: new Map([[1, "a"], [-20, "b"]]),
                arrives: {
                    "1": "a",
                    "-20": "b"
                }
            },
            {
                tag: "Map with keys of several kinds",
                value: new Map([[1, "a"], [1.5, "b"], [true, "c"], ["d", "d"]]),
                arrives: {
                    "1": "a",
                    "1.5": "b",
                    "true": "c",
                    d: "d"
                }
            },
            {
                tag: "Set",
                value: new Set([1, "a", 1, new Set([2])]),
                arrives: [1, "a", [2]]
            },
            {
                tag: "list<int>",
                value: test.someIntegers,
                arrives: [1, 2]
            },
            {
                tag: "list<int> in a var",
                value: {
                    rgb: test.integersInAVar
                },
                arrives: {
                    rgb: [1, 2]
                }
            },
            {
                tag: "list<real>",
                value: test.someNumbers,
                arrives: [1, 2.5]
            },
            {
                tag: "list<string>",
                value: test.someTexts,
                arrives: ["a", "b"]
            },
            {
                tag: "list<point>",
                value: test.somePoints,
                arrives: [
                    {
                        x: 1,
                        y: 2
                    },
                    {
                        x: 3.5,
                        y: 4
                    }
                ]
            }
        ];
    }

    function test_arrives(row: var) {
        verify(send(row.value) > 0);
        tryCompare(peer, "received", 1);
        peer.sendBack();
        tryVerify(() => listener.last !== null);
        compare(listener.last.value, row.arrives);
    }

    function test_wholeNumbersAreIntegersWhereverTheyStand_data() {
        return [
            {
                tag: "point",
                value: Qt.point(1, 2),
                path: ["x"]
            },
            {
                tag: "vector3d",
                value: Qt.vector3d(1, 2, 3),
                path: ["z"]
            },
            {
                tag: "row",
                value: shop.get(1),
                path: ["weight"]
            },
            {
                tag: "list<int>",
                value: test.someIntegers,
                path: ["0"]
            },
            {
                tag: "list<real>",
                value: test.someNumbers,
                path: ["0"]
            },
            {
                tag: "Map",
                value: new Map([["a", 1]]),
                path: ["a"]
            }
        ];
    }

    function test_wholeNumbersAreIntegersWhereverTheyStand(row: var) {
        verify(send(row.value) > 0);
        tryCompare(peer, "received", 1);
        compare(peer.kind(["value"].concat(row.path)), "qlonglong");
    }

    // A received object may be one of the engine's own, which keeps numbers in its own way.
    function test_receivedMapGoesBackWithItsIntegers() {
        peer.send("state", {
            players: {
                "1": {
                    x: 3,
                    at: [4, [5]]
                }
            }
        });
        tryVerify(() => listener.last !== null);
        verify(listener.send(listener.last) > 0);
        tryCompare(peer, "received", 1);
        compare(peer.kind(["players"]), "QVariantMap");
        compare(peer.kind(["players", "1", "x"]), "qlonglong");
        compare(peer.kind(["players", "1", "at", "0"]), "qlonglong");
        compare(peer.kind(["players", "1", "at", "1", "0"]), "qlonglong");
    }

    function test_integerKeysOfAMapStayIntegers() {
        // An integer key takes one byte, its text two.
        compare(send(new Map([[1, "a"]])) + 1, send({
            "1": "a"
        }));
    }

    function test_receivedListsAreLikeArrays() {
        peer.send("list", {
            list: [3, 1, 2]
        });
        tryVerify(() => listener.last !== null);
        const list = listener.last.list;
        verify(list instanceof Array);
        compare(list.length, 3);
        compare(list.map(number => 2 * number), [6, 2, 4]);
        verify(Array.isArray(Array.from(list)));
    }
}
