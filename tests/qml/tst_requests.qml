// SPDX-License-Identifier: MIT
// Requests in QML: Promises for who asks, and what functions return for who answers.

import QtQml
import QtQuick
import QtTest
import QRepod

TestCase {
    id: test

    name: "requests"

    component Shop: Server {
        id: shop

        property var resolve: null
        property var reject: null
        property var nothing: null
        property bool stumbling: false

        function network_sum(channel, a: int, b: int): int {
            return a + b;
        }
        function network_list(channel) {
            return [1, 2.5, "x", null, {
                    n: 7
                }];
        }
        function network_whole(channel) {
            return 14 / 2;
        }
        function network_nothing(channel) {
        }
        function network_throws(channel): int {
            throw new Error("no money");
        }
        function network_throwsText(channel) {
            throw "sold out";
        }
        function network_throwsDeeper(channel) {
            return shop.nothing.count;
        }
        function network_stumbles(channel) {
            shop.stumbling = true; // a handler of that fails meanwhile
            return 3;
        }
        function network_later(channel) {
            return new Promise((resolve, reject) => {
                shop.resolve = resolve;
                shop.reject = reject;
            });
        }
        function network_soon(channel) {
            return Promise.resolve({
                item: 3
            });
        }

        port: 0
        active: true
        onStumblingChanged: shop.nothing.count
    }

    component Player: ConnectionListener {
        function network_ready(question: string): string {
            return question + "!";
        }
        function network_later(question: string) {
            return Promise.reject(new Error("not now"));
        }
        function network_throws() {
            throw new RangeError("too far");
        }

        active: true
    }

    Component {
        id: shops

        Shop {
        }
    }

    Component {
        id: players

        Player {
        }
    }

    property var shop: null
    property Player player: null
    property var outcomes: []

    //! Asks, and waits for the outcome: the result, or the text of the error behind "error: ".
    function outcome(promise: var): var {
        const before = test.outcomes.length;
        test.follow(promise);
        tryVerify(() => test.outcomes.length > before);
        return test.outcomes[before];
    }

    function follow(promise: var) {
        promise.then(result => test.outcomes.push(result), error => test.outcomes.push("error: " + error.message));
    }

    function init() {
        test.outcomes = [];
        test.shop = createTemporaryObject(shops, test);
        test.player = createTemporaryObject(players, test, {
            port: test.shop.actualPort
        });
        tryVerify(() => test.player.state === ConnectionListener.Connected && test.shop.channels.count === 1);
    }

    function test_functionAnswersWithWhatItReturns() {
        compare(test.outcome(test.player.request("sum", {
            a: 2,
            b: 3
        })), 5);
        compare(test.outcome(test.player.request({
            action: "sum",
            a: 4,
            b: 5
        })), 9);
        compare(test.outcome(test.player.request("list")), [1, 2.5, "x", null, {
                n: 7
            }]);
        compare(test.outcome(test.player.request("whole")), 7);
        compare(test.outcome(test.player.request("nothing")), null);
    }

    function test_promiseIsTheAnswerOnceItIsSettled() {
        compare(test.outcome(test.player.request("soon")), {
            item: 3
        });

        test.follow(test.player.request("later"));
        tryVerify(() => test.shop.resolve !== null);
        gc();
        compare(test.outcomes.length, 1);
        test.shop.resolve("at last");
        tryVerify(() => test.outcomes.length === 2);
        compare(test.outcomes[1], "at last");
    }

    function test_rejectedPromiseRefuses() {
        test.follow(test.player.request("later"));
        tryVerify(() => test.shop.reject !== null);
        test.shop.reject(new Error("sold out"));
        tryVerify(() => test.outcomes.length === 1);
        compare(test.outcomes[0], "error: later: sold out");
    }

    function test_functionThatThrowsRefuses_data() {
        return [
            {
                tag: "error",
                action: "throws",
                error: "no money"
            },
            {
                tag: "text",
                action: "throwsText",
                error: "sold out"
            },
            {
                tag: "of the engine",
                action: "throwsDeeper",
                error: "Cannot read property 'count' of null"
            }
        ];
    }

    function test_functionThatThrowsRefuses(row: var) {
        ignoreWarning(new RegExp(row.error));
        compare(test.outcome(test.player.request(row.action)), `error: ${row.action}: ${row.error}`);
        compare(test.outcome(test.player.request("whole")), 7);
    }

    function test_whatFailsMeanwhileRefusesNothing() {
        ignoreWarning(/Cannot read property 'count' of null/);
        compare(test.outcome(test.player.request("stumbles")), 3);
    }

    function test_serverAsks() {
        const channel = test.shop.channels.get(0);
        compare(test.outcome(channel.request("ready", {
            question: "go"
        })), "go!");
        compare(test.outcome(channel.request("later", {
            question: "go"
        })), "error: later: not now");
        ignoreWarning(/too far/);
        compare(test.outcome(channel.request("throws")), "error: throws: too far");
    }

    function test_errorNamesActionAndReason() {
        compare(test.outcome(test.player.request("jump")), "error: jump: there is no handler");
        test.player.close();
        compare(test.outcome(test.player.request("sum")), "error: sum: not connected");
    }

    function test_requestTimesOut() {
        compare(test.player.requestTimeout, 10000);
        test.player.requestTimeout = 20;
        compare(test.outcome(test.player.request("later")), "error: later: timed out after 20 ms");
    }
}
