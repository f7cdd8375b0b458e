// SPDX-License-Identifier: MIT
// Hosting from QML: Server, its properties, its handlers, and sending to all.

import QtQml
import QtQuick
import QtTest
import QRepod

TestCase {
    id: test

    name: "server"

    Component {
        id: plainServer

        Server {
        }
    }

    Component {
        id: hostComponent

        Host {
        }
    }

    Component {
        id: hostWithHandlers

        Host {
            id: served

            property alias lobby: lobbyHandlers

            handlers: [lobbyHandlers]

            QtObject {
                id: lobbyHandlers

                property var calls: []

                function network_lobby(channel: Channel, id: int) {
                    lobbyHandlers.calls.push([served.channels.get(0) === channel, id]);
                }
                function network_who() {
                    lobbyHandlers.calls.push("lobby");
                }
                function network_received() {
                    lobbyHandlers.calls.push("received");
                }
            }
        }
    }

    Component {
        id: playerComponent

        Player {
        }
    }

    Component {
        id: spyOn

        SignalSpy {
        }
    }

    function host(component: Component): var {
        const server = createTemporaryObject(component, test);
        verify(server.listening);
        return server;
    }

    function join(server: Server): var {
        const count = server.channels.count;
        const player = createTemporaryObject(playerComponent, test, {
            port: server.actualPort
        });
        tryCompare(player, "state", ConnectionListener.Connected);
        tryCompare(server.channels, "count", count + 1);
        player.messages = [];
        return player;
    }

    function spy(target: QtObject, signalName: string): var {
        return createTemporaryObject(spyOn, test, {
            target: target,
            signalName: signalName
        });
    }

    function test_defaults() {
        const server = createTemporaryObject(plainServer, test);
        compare(server.host, "127.0.0.1");
        compare(server.port, 5071);
        compare(server.actualPort, 0);
        compare(server.active, false);
        compare(server.listening, false);
        compare(server.errorString, "");
        compare(server.channels.count, 0);
        compare(server.handlers.length, 0);
        compare(server.resources.length, 0);
        compare(server.maximumConnections, 0);
        compare(server.closeTimeout, 3000);
        compare(server.maximumFrameSize, 16 * 1024 * 1024);
        compare(server.maximumDepth, 64);
        compare(server.maximumValues, 100000);
        compare(server.maximumReceiveBacklog, 64 * 1024 * 1024);
        compare(server.maximumSendBacklog, 16 * 1024 * 1024);
    }

    function test_activeListensAndCloses() {
        const server = createTemporaryObject(plainServer, test, {
            port: 0
        });
        const listening = spy(server, "listeningChanged");
        const active = spy(server, "activeChanged");
        server.active = true;
        verify(server.listening);
        verify(server.actualPort > 0);
        compare(server.port, 0);
        compare(listening.count, 1);
        server.active = false;
        verify(!server.listening);
        compare(server.actualPort, 0);
        compare(listening.count, 2);
        compare(active.count, 2);
    }

    function test_closingEndsTheChannels() {
        const server = host(hostComponent);
        const player = join(server);
        server.active = false;
        tryCompare(server.channels, "count", 0);
        tryCompare(player, "state", ConnectionListener.Disconnected);
        server.active = true;
        verify(server.listening);
        join(server);
    }

    function test_failureToListenIsAnError() {
        const first = host(hostComponent);
        const second = createTemporaryObject(plainServer, test, {
            port: first.actualPort
        });
        const errors = spy(second, "errorOccurred");
        const changes = spy(second, "errorStringChanged");
        second.active = true;
        verify(!second.listening);
        compare(second.active, true);
        compare(errors.count, 1);
        compare(errors.signalArguments[0][0], second.errorString);
        verify(second.errorString.startsWith("127.0.0.1:" + first.actualPort + ": "), second.errorString);
        second.port = 0;
        tryCompare(second, "listening", true);
        compare(second.errorString, "");
        compare(changes.count, 2);
    }

    function test_changeOfThePortListensAgain() {
        const server = host(hostComponent);
        const player = join(server);
        const ports = spy(server, "portChanged");
        const hosts = spy(server, "hostChanged");
        const listening = spy(server, "listeningChanged");
        const before = server.actualPort;
        const other = createTemporaryObject(hostComponent, test);
        const free = other.actualPort;
        other.active = false;
        server.port = free;
        server.host = "localhost";
        compare(server.actualPort, before);
        tryCompare(server, "actualPort", free);
        compare(listening.count, 2);
        compare(ports.count, 1);
        compare(hosts.count, 1);
        tryCompare(player, "state", ConnectionListener.Disconnected);
        join(server);
    }

    function test_portThatIsNoneIsAnError() {
        const server = createTemporaryObject(plainServer, test, {
            port: 65536
        });
        const errors = spy(server, "errorOccurred");
        server.active = true;
        verify(!server.listening);
        verify(server.errorString.startsWith("127.0.0.1:65536: a port is a number"), server.errorString);
        compare(errors.count, 1);
        server.port = 0;
        tryCompare(server, "listening", true);
        compare(server.errorString, "");
    }

    function test_handlersGetTheChannel_data() {
        return [
            {
                tag: "the whole message",
                action: "whole",
                fields: {
                    id: 7
                },
                call: [true, {
                        action: "whole",
                        id: 7
                    }]
            },
            {
                tag: "typed fields",
                action: "fields",
                fields: {
                    id: 7,
                    name: "Ada"
                },
                call: [true, [7, "Ada"]]
            },
            {
                tag: "untyped fields",
                action: "untyped",
                fields: {
                    id: null,
                    name: [1]
                },
                call: [true, [null, [1]]]
            },
            {
                tag: "one typed field",
                action: "one",
                fields: {
                    text: "hello"
                },
                call: [true, "hello"]
            },
            {
                tag: "the channel alone",
                action: "channel",
                fields: {},
                call: [true, "channel"]
            },
            {
                tag: "nothing",
                action: "nothing",
                fields: {},
                call: "nothing"
            },
            {
                tag: "no handler",
                action: "unknown",
                fields: {},
                call: [true, "received unknown"]
            }
        ];
    }

    function test_handlersGetTheChannel(row: var) {
        const server = host(hostComponent);
        const player = join(server);
        verify(player.send(row.action, row.fields) > 0);
        tryCompare(server.calls, "length", 1);
        compare(server.calls[0], row.call);
    }

    function test_mismatchGoesToNetworkReceived() {
        const server = host(hostComponent);
        const player = join(server);
        ignoreWarning(/network_one: field "text" is .*, the parameter is a QString/);
        player.send("one", {
            text: 5
        });
        tryCompare(server.calls, "length", 1);
        compare(server.calls[0], [true, "received one"]);
    }

    function test_handlerObjectsGetWhatTheServerGets() {
        const server = host(hostWithHandlers);
        const player = join(server);
        player.send("lobby", {
            id: 3
        });
        player.send("who");
        player.send("unknown");
        tryCompare(server.calls, "length", 2);
        compare(server.calls, ["room", [true, "received unknown"]]);
        compare(server.lobby.calls, [[true, 3], "lobby"]);
    }

    function test_sendToAllTakesAMessageOrAnAction() {
        const server = host(hostComponent);
        const players = [join(server), join(server)];
        server.sendToAll({
            action: "whole",
            bytes: new Uint8Array([1, 2])
        });
        server.sendToAll("fields", {
            list: [1, {
                    x: undefined
                }]
        });
        server.sendToAll("alone");
        for (const player of players) {
            tryCompare(player.messages, "length", 3);
            compare(Array.from(new Uint8Array(player.messages[0].bytes)), [1, 2]);
            compare(player.messages[1].list, [1, {
                    x: null
                }]);
            compare(player.messages[2], {
                action: "alone"
            });
        }
    }

    function test_sendToAllRefusesOtherArguments() {
        const server = host(hostComponent);
        let error = null;
        try {
            server.sendToAll(5);
        } catch (e) {
            error = e;
        }
        verify(error instanceof TypeError);
        ignoreWarning(/"bad" to all clients was not sent: a\.f: .*Function has no MessagePack form/);
        server.sendToAll("bad", {
            a: {
                f: () => 1
            }
        });
    }

    function test_limitsCanBeSet() {
        const limits = {
            closeTimeout: 1,
            heartbeatInterval: 2,
            idleTimeout: 3,
            maximumConnections: 4,
            maximumFrameSize: 3 * 2 ** 30,
            maximumDepth: 6,
            maximumValues: 7,
            maximumSendBacklog: 8
        };
        const server = createTemporaryObject(plainServer, test, limits);
        for (const limit in limits)
            compare(server[limit], limits[limit], limit);
    }

    function test_bindingsFollowSettings() {
        const server = createTemporaryObject(plainServer, test);
        const other = createTemporaryObject(plainServer, test);
        other.maximumDepth = Qt.binding(() => 2 * server.maximumDepth);
        compare(other.maximumDepth, 128);
        server.maximumDepth = 5;
        compare(other.maximumDepth, 10);
    }

    function test_maximumConnections() {
        const server = createTemporaryObject(plainServer, test, {
            port: 0,
            active: true,
            maximumConnections: 1
        });
        join(server);
        const refused = createTemporaryObject(playerComponent, test, {
            port: server.actualPort
        });
        tryCompare(refused.messages, "length", 4); // its own ones, and why
        compare(refused.messages[2].error, "the server is full: 1 clients");
        tryCompare(refused, "state", ConnectionListener.Disconnected);
        compare(server.channels.count, 1);
    }
}
