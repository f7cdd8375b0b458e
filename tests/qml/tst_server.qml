// SPDX-License-Identifier: MIT
// Hosting from QML: Server, Channel and the model of channels.

import QtQml
import QtQuick
import QtTest
import QRepod

TestCase {
    id: test

    name: "server"

    // Knows what a channel is, so that tools do as well.
    component Room: Server {
        id: room

        property var calls: []
        property var log: []

        function note(channel: Channel, call: var) {
            room.calls.push([room.channels.get(0) === channel, call]);
        }

        function network_whole(channel, data) {
            room.note(channel, data);
        }
        function network_fields(channel: Channel, id: int, name: string) {
            room.note(channel, [id, name]);
        }
        function network_untyped(channel, id, name) {
            room.note(channel, [id, name]);
        }
        function network_one(channel, text: string) {
            room.note(channel, text);
        }
        function network_channel(channel) {
            room.note(channel, "channel");
        }
        function network_nothing() {
            room.calls.push("nothing");
        }
        function network_nickname(channel: Channel, nickname: string) {
            channel.userData = {
                nickname: nickname
            };
        }
        function network_chat(channel: Channel, text: string) {
            room.sendToAll("chat", {
                nickname: channel.userData.nickname,
                text: text
            });
        }
        function network_echo(channel: Channel, data) {
            channel.send(data);
        }
        function network_kick(channel: Channel) {
            channel.close();
        }
        function network_who() {
            room.calls.push("room");
        }
        function network_connected(channel: Channel) {
            room.log.push("connected message");
        }
        function network_disconnected(channel: Channel) {
            room.log.push("disconnected message");
        }
        function network_received(channel, data) {
            room.note(channel, "received " + data.action);
        }

        port: 0
        active: true
        onChannelConnected: channel => room.log.push("connected " + room.channels.count + " " + channel.isConnected)
        onChannelDisconnected: channel => room.log.push("disconnected " + room.channels.count + " " + channel.isConnected)
    }

    component Player: ConnectionListener {
        id: player

        property var messages: []

        function network_received(data) {
            player.messages.push(data);
        }

        active: true
    }

    Component {
        id: plainServer

        Server {
        }
    }

    Component {
        id: roomComponent

        Room {
        }
    }

    Component {
        id: roomWithHandlers

        Room {
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

    Component {
        id: addressList

        Item {
            id: list

            property alias model: repeater.model
            property alias repeater: repeater

            Repeater {
                id: repeater

                delegate: Text {
                    required property int index
                    required property Channel channel

                    text: index + " " + channel.address
                }
            }
        }
    }

    Component {
        id: watcher

        QtObject {
            id: watching

            property Channel channel
            property bool isConnected: watching.channel ? watching.channel.isConnected : false
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
        compare(server.maximumValues, 1000000);
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
        const server = host(roomComponent);
        const player = join(server);
        server.active = false;
        tryCompare(server.channels, "count", 0);
        tryCompare(player, "state", ConnectionListener.Disconnected);
        server.active = true;
        verify(server.listening);
        join(server);
    }

    function test_failureToListenIsAnError() {
        const first = host(roomComponent);
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
        const server = host(roomComponent);
        const player = join(server);
        const ports = spy(server, "portChanged");
        const hosts = spy(server, "hostChanged");
        const listening = spy(server, "listeningChanged");
        const before = server.actualPort;
        const other = createTemporaryObject(roomComponent, test);
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

    function test_portOutOfRangeIsRefused() {
        const server = createTemporaryObject(plainServer, test);
        ignoreWarning(/a port is a number from 0 to 65535, not 65536/);
        server.port = 65536;
        compare(server.port, 5071);
    }

    function test_signalsAndMessagesOfAChannelsLife() {
        const server = host(roomComponent);
        const player = join(server);
        tryCompare(server.log, "length", 2);
        player.close();
        tryCompare(server.log, "length", 4);
        compare(server.log, ["connected 1 true", "connected message", "disconnected message", "disconnected 0 false"]);
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
        const server = host(roomComponent);
        const player = join(server);
        verify(player.send(row.action, row.fields) > 0);
        tryCompare(server.calls, "length", 1);
        compare(server.calls[0], row.call);
    }

    function test_mismatchGoesToNetworkReceived() {
        const server = host(roomComponent);
        const player = join(server);
        ignoreWarning(/network_one: field "text" is .*, the parameter is a QString/);
        player.send("one", {
            text: 5
        });
        tryCompare(server.calls, "length", 1);
        compare(server.calls[0], [true, "received one"]);
    }

    function test_handlerObjectsAreAskedAfterTheServer() {
        const server = host(roomWithHandlers);
        const player = join(server);
        player.send("lobby", {
            id: 3
        });
        player.send("who");
        player.send("unknown");
        tryCompare(server.calls, "length", 2);
        compare(server.calls, ["room", [true, "received unknown"]]);
        compare(server.lobby.calls, [[true, 3]]);
    }

    function test_userDataBelongsToItsChannel() {
        const server = host(roomComponent);
        const ada = join(server);
        const bob = join(server);
        compare(server.channels.get(0).userData, undefined);
        const changes = spy(server.channels.get(0), "userDataChanged");
        ada.send("nickname", {
            nickname: "Ada"
        });
        bob.send("nickname", {
            nickname: "Bob"
        });
        ada.send("chat", {
            text: "hello"
        });
        bob.send("chat", {
            text: "world"
        });
        for (const player of [ada, bob]) {
            tryCompare(player.messages, "length", 2);
            const lines = player.messages.map(message => message.nickname + ": " + message.text);
            compare(lines.sort(), ["Ada: hello", "Bob: world"]);
        }
        compare(changes.count, 1);
        server.channels.get(0).userData.score = 5;
        compare(server.channels.get(0).userData, {
            nickname: "Ada",
            score: 5
        });
    }

    function test_sendToAllTakesAMessageOrAnAction() {
        const server = host(roomComponent);
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
        const server = host(roomComponent);
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

    function test_channelSends() {
        const server = host(roomComponent);
        const player = join(server);
        const channel = server.channels.get(0);
        verify(channel.send("alone") > 0);
        verify(channel.send("fields", {
            id: 1
        }) > 0);
        verify(channel.send({
            action: "whole",
            list: [1]
        }) > 0);
        tryCompare(player.messages, "length", 3);
        compare(player.messages, [
            {
                action: "alone"
            },
            {
                action: "fields",
                id: 1
            },
            {
                action: "whole",
                list: [1]
            }
        ]);
        let error = null;
        try {
            channel.send([]);
        } catch (e) {
            error = e;
        }
        verify(error instanceof TypeError);
    }

    function test_echoOfAHandler() {
        const server = host(roomComponent);
        const player = join(server);
        player.send("echo", {
            value: [1, 2.5, "x", null, {
                    y: true
                }]
        });
        tryCompare(player.messages, "length", 1);
        compare(player.messages[0], {
            action: "echo",
            value: [1, 2.5, "x", null, {
                    y: true
                }]
        });
    }

    function test_channelKnowsItsServerAndAddress() {
        const server = host(roomComponent);
        join(server);
        const channel = server.channels.get(0);
        compare(channel.server, server);
        verify(/^127\.0\.0\.1:\d+$/.test(channel.address), channel.address);
        verify(channel.isConnected);
        compare(channel.statistics.messagesSent, 1); // the greeting
        compare(server.channels.get(1), null);
        compare(server.channels.get(-1), null);
    }

    function test_channelClose() {
        const server = host(roomComponent);
        const player = join(server);
        const watching = createTemporaryObject(watcher, test, {
            channel: server.channels.get(0)
        });
        verify(watching.isConnected);
        player.send("kick");
        tryCompare(watching, "isConnected", false);
        tryCompare(player, "state", ConnectionListener.Disconnected);
        tryCompare(server.channels, "count", 0);
        tryCompare(watching, "channel", null);
    }

    function test_channelCannotBeMade() {
        let error = null;
        try {
            Qt.createQmlObject("import QRepod; Channel {}", test);
        } catch (e) {
            error = e;
        }
        verify(error);
        verify(error.message.includes("Channels are made by a Server."), error.message);
    }

    function test_channelsAreAModel() {
        const server = host(roomComponent);
        const view = createTemporaryObject(addressList, test, {
            model: server.channels
        });
        const counts = spy(server.channels, "countChanged");
        const first = join(server);
        const second = join(server);
        compare(counts.count, 2);
        compare(view.repeater.count, 2);
        compare(view.repeater.itemAt(0).text, "0 " + server.channels.get(0).address);
        const secondAddress = server.channels.get(1).address;
        first.close();
        tryCompare(view.repeater, "count", 1);
        compare(view.repeater.itemAt(0).text, "0 " + secondAddress);
        second.close();
        tryCompare(view.repeater, "count", 0);
    }

    function test_viewOutlivesTheServer() {
        const server = roomComponent.createObject(test) as Server;
        const view = createTemporaryObject(addressList, test, {
            model: server.channels
        });
        join(server);
        compare(view.repeater.count, 1);
        server.destroy();
        tryCompare(view.repeater, "count", 0);
    }

    function test_limitsCanBeSet() {
        const limits = {
            closeTimeout: 1,
            heartbeatInterval: 2,
            idleTimeout: 3,
            maximumConnections: 4,
            maximumFrameSize: 2 ** 33,
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
