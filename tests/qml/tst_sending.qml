// SPDX-License-Identifier: MIT
// What send() of a ConnectionListener takes.

import QtQml
import QtQuick
import QtTest
import QRepod
import QRepodTest

TestCase {
    id: test

    name: "sending"

    Peer {
        id: peer
    }

    Component {
        id: plain

        ConnectionListener {
        }
    }

    function make(properties: var): var {
        return createTemporaryObject(plain, test, properties);
    }

    function connecting(): var {
        return make({
            port: peer.port,
            active: true
        });
    }

    function connected(): var {
        const listener = connecting();
        tryCompare(listener, "state", ConnectionListener.Connected);
        tryCompare(peer, "clients", 1);
        peer.clear();
        return listener;
    }

    function init() {
        tryCompare(peer, "clients", 0); // those of the test before have gone
    }

    function test_sendTakesAMessageOrAnAction() {
        const listener = connected();
        verify(listener.send({
            action: "whole",
            text: "hello"
        }) > 0);
        tryCompare(peer, "received", 1);
        compare(peer.action(0), "whole");
        compare(peer.value(["text"]), "hello");

        verify(listener.send("fields", {
            text: "hello"
        }) > 0);
        tryCompare(peer, "received", 2);
        compare(peer.action(1), "fields");
        compare(peer.value(["text"]), "hello");

        verify(listener.send("alone") > 0);
        tryCompare(peer, "received", 3);
        compare(peer.action(2), "alone");

        verify(listener.send("named", {
            action: "other"
        }) > 0);
        tryCompare(peer, "received", 4);
        compare(peer.action(3), "named");
    }

    function test_sendBeforeConnectedReturnsZero() {
        const listener = connecting();
        compare(listener.send("early"), 0);
        tryCompare(listener, "state", ConnectionListener.Connected);
        listener.close();
        compare(listener.send("late"), 0);
    }

    function test_sendThrowsOnOtherArguments_data() {
        return [
            {
                tag: "nothing",
                call: listener => listener.send()
            },
            {
                tag: "undefined",
                call: listener => listener.send(undefined)
            },
            {
                tag: "a number",
                call: listener => listener.send(5)
            },
            {
                tag: "an array",
                call: listener => listener.send([1])
            },
            {
                tag: "a function",
                call: listener => listener.send(() => 1)
            },
            {
                tag: "a symbol",
                call: listener => listener.send(Symbol("x"))
            },
            {
                tag: "fields that are text",
                call: listener => listener.send("chat", "text")
            },
            {
                tag: "fields that are null",
                call: listener => listener.send("chat", null)
            },
            {
                tag: "two objects",
                call: listener => listener.send({
                        action: "chat"
                    }, {})
            }
        ];
    }

    function test_sendThrowsOnOtherArguments(row: var) {
        const listener = make({});
        let error = null;
        try {
            row.call(listener);
        } catch (e) {
            error = e;
        }
        verify(error instanceof TypeError || (row.tag === "nothing" && error), error);
    }
}
