// SPDX-License-Identifier: MIT
// Which functions of QML get a message, and what they get.

import QtQml
import QtQuick
import QtTest
import QRepod
import QRepodTest

TestCase {
    id: test

    name: "handlers"

    component Panel: Item {
        id: panel

        required property string title
        property var calls: []

        function network_panel(text) {
            panel.calls.push(panel.title);
        }
        function network_who() {
            panel.calls.push(panel.title);
        }
        function network_received() {
            panel.calls.push("received");
        }
    }

    component Greeter: ConnectionListener {
        id: greeter

        property var calls: []

        function network_hello(name: string) {
            greeter.calls.push("hello " + name);
        }
    }

    Peer {
        id: peer
    }

    Component {
        id: game

        GameListener {
        }
    }

    Component {
        id: derived

        DerivedGameListener {
        }
    }

    Component {
        id: greeterComponent

        Greeter {
        }
    }

    Component {
        id: plain

        ConnectionListener {
        }
    }

    Component {
        id: withHandlers

        GameListener {
            id: listener

            property alias first: firstPanel
            property alias second: secondPanel

            handlers: [firstPanel, secondPanel]

            Panel {
                id: firstPanel

                title: "first"
            }
            Panel {
                id: secondPanel

                title: "second"

                function network_second() {
                    secondPanel.calls.push("only second");
                }
            }
        }
    }

    Component {
        id: panelComponent

        Panel {
        }
    }

    Component {
        id: lifecycle

        ConnectionListener {
            id: living

            property var calls: []

            function network_connected() {
                living.calls.push("connected " + living.state);
            }
            function network_socketConnect() {
                living.calls.push("socketConnect");
            }
            function network_disconnected() {
                living.calls.push("disconnected " + living.state);
            }
            function network_error(error: string) {
                living.calls.push("error " + (error === living.errorString));
            }
        }
    }

    Component {
        id: busy

        ConnectionListener {
            id: answering

            property int pumped: -1

            function network_ping(count: int) {
                answering.send("ping", {
                    count: count + 1
                });
            }
            function network_pump() {
                answering.pumped = answering.pump();
            }
            function network_close() {
                answering.close();
            }
            function network_destroy() {
                answering.destroy();
            }
        }
    }

    function connected(component: Component): var {
        const listener = createTemporaryObject(component, test, {
            port: peer.port,
            active: true
        });
        tryCompare(listener, "state", ConnectionListener.Connected);
        tryCompare(peer, "clients", 1);
        peer.clear();
        if (listener.calls)
            listener.calls = [];
        return listener;
    }

    function init() {
        tryCompare(peer, "clients", 0);
    }

    function test_noParameters() {
        const listener = connected(game);
        peer.send("nothing", {
            text: "ignored"
        });
        tryCompare(listener.calls, "length", 1);
        compare(listener.calls[0], "nothing");
    }

    function test_oneUntypedParameterGetsTheMessage() {
        const listener = connected(game);
        peer.send("whole", {
            id: 7,
            list: [1, 2]
        });
        tryCompare(listener.calls, "length", 1);
        compare(listener.calls[0], {
            action: "whole",
            id: 7,
            list: [1, 2]
        });
    }

    function test_oneTypedParameterGetsItsField() {
        const listener = connected(game);
        peer.send("one", {
            text: "hello"
        });
        tryCompare(listener.calls, "length", 1);
        compare(listener.calls[0], "hello");
    }

    function test_severalParametersGetTheFieldsOfTheirNames() {
        const listener = connected(game);
        peer.send("untyped", {
            name: "Ada",
            id: [1, 2],
            other: true
        });
        tryCompare(listener.calls, "length", 1);
        compare(listener.calls[0], [[1, 2], "Ada"]);
    }

    function test_typedParameters() {
        const listener = connected(game);
        const when = new Date(1234567890123);
        peer.send("typed", {
            id: 2.0,
            x: 3,
            name: "Ada",
            on: true,
            when: when,
            list: [1, [2]]
        });
        tryCompare(listener.calls, "length", 1);
        const [id, x, name, on, time, list] = listener.calls[0];
        compare(id, 2);
        compare(x, 3);
        compare(name, "Ada");
        compare(on, true);
        compare(time.getTime(), when.getTime());
        compare(list, [1, [2]]);
    }

    function test_mismatchGoesToNetworkReceivedWithOneWarning() {
        const listener = connected(game);
        ignoreWarning(/network_one: field "text" is .*, the parameter is a QString/);
        peer.send("one", {
            text: 5
        });
        peer.send("one", {
            text: 6
        });
        tryCompare(listener.calls, "length", 2);
        compare(listener.calls, ["received one", "received one"]);
    }

    function test_missingLastFieldIsUndefined() {
        const listener = connected(game);
        peer.send("untyped", {
            id: 5
        });
        tryCompare(listener.calls, "length", 1);
        compare(listener.calls, [[5, undefined]]);
    }

    function test_nobodysMessageGoesToNetworkReceived() {
        const listener = connected(game);
        peer.send("unknown", {});
        tryCompare(listener.calls, "length", 1);
        compare(listener.calls, ["received unknown"]);
    }

    function test_networkReceivedIsNoHandlerOfTheActionReceived() {
        const listener = connected(game);
        peer.send("received", {});
        tryCompare(listener.calls, "length", 1);
        compare(listener.calls, ["received received"]);
    }

    function test_withoutNetworkReceivedMessagesAreDropped() {
        const listener = connected(greeterComponent);
        peer.send("unknown", {});
        peer.send("hello", {
            name: "Ada"
        });
        tryCompare(listener.calls, "length", 1);
        compare(listener.calls, ["hello Ada"]);
    }

    function test_signalIsAHandler() {
        const listener = connected(game);
        peer.send("signal", {
            name: "Ada"
        });
        tryCompare(listener.calls, "length", 1);
        compare(listener.calls, ["signal Ada"]);
    }

    function test_functionsOfADerivedTypeComeFirst() {
        const listener = connected(derived);
        peer.send("who", {});
        peer.send("added", {
            text: "hello"
        });
        peer.send("nothing", {});
        tryCompare(listener.calls, "length", 3);
        compare(listener.calls, ["derived", "added hello", "nothing"]);
    }

    function test_exceptionIsAWarningAndTheNextMessageArrives() {
        const listener = connected(game);
        ignoreWarning(/Error: deliberate/);
        peer.send("throws", {});
        peer.send("nothing", {});
        tryCompare(listener.calls, "length", 1);
        compare(listener.calls, ["nothing"]);
    }

    function test_everyObjectWithAHandlerGetsTheMessage() {
        const listener = connected(withHandlers);
        peer.send("who", {});
        peer.send("panel", {});
        peer.send("second", {});
        peer.send("unknown", {});
        tryCompare(listener.calls, "length", 2);
        compare(listener.calls, ["base", "received unknown"]);
        compare(listener.first.calls, ["first", "first"]);
        compare(listener.second.calls, ["second", "second", "only second"]);
    }

    function test_destroyedHandlerLeavesTheList() {
        const listener = connected(plain);
        const first = panelComponent.createObject(test, {
            title: "first"
        });
        const second = createTemporaryObject(panelComponent, test, {
            title: "second"
        });
        listener.handlers = [first, second];
        compare(listener.handlers.length, 2);
        peer.send("panel", {});
        tryCompare(first.calls, "length", 1);
        first.destroy();
        tryCompare(listener.handlers, "length", 1);
        compare(listener.handlers[0], second);
        peer.send("panel", {});
        tryCompare(second.calls, "length", 1);
    }

    function test_handlersCanBeChanged() {
        const listener = connected(plain);
        const first = createTemporaryObject(panelComponent, test, {
            title: "first"
        });
        const second = createTemporaryObject(panelComponent, test, {
            title: "second"
        });
        listener.handlers = [first, null, first];
        compare(listener.handlers.length, 1);
        listener.handlers.push(second);
        compare(listener.handlers.length, 2);
        listener.handlers = [second];
        peer.send("panel", {});
        tryCompare(second.calls, "length", 1);
        compare(first.calls, []);
        listener.handlers = [];
        compare(listener.handlers.length, 0);
        peer.send("panel", {});
        peer.send("panel", {});
        listener.close();
        tryCompare(peer, "clients", 0);
        compare(second.calls, ["second"]);
    }

    function test_builtInMessages() {
        const listener = createTemporaryObject(lifecycle, test, {
            port: peer.port,
            active: true
        });
        tryCompare(listener.calls, "length", 2);
        listener.close();
        tryCompare(listener.calls, "length", 3);
        listener.connect("127.0.0.1", peer.freePort());
        tryCompare(listener.calls, "length", 4);
        compare(listener.calls, ["connected 2", "socketConnect", "disconnected 0", "error true"]);
    }

    function test_handlerMaySend() {
        const listener = connected(busy);
        peer.send("ping", {
            count: 4
        });
        tryCompare(peer, "received", 1);
        compare(peer.value(["count"]), 5);
        compare(listener.state, ConnectionListener.Connected);
    }

    function test_pumpInAHandlerReturnsZero() {
        const listener = connected(busy);
        peer.send("pump", {});
        tryCompare(listener, "pumped", 0);
    }

    function test_handlerMayClose() {
        const listener = connected(busy);
        peer.send("close", {});
        tryCompare(listener, "active", false);
        compare(listener.state, ConnectionListener.Disconnected);
    }

    function test_handlerMayDestroyTheListener() {
        connected(busy);
        peer.send("destroy", {});
        peer.send("ping", {
            count: 1
        });
        tryCompare(peer, "clients", 0);
    }
}
