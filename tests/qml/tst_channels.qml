// SPDX-License-Identifier: MIT
// The clients of a server: Channel, and the model of channels.

import QtQml
import QtQuick
import QtTest
import QRepod

TestCase {
    id: test

    name: "channels"

    Component {
        id: hostComponent

        Host {
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

    function test_signalsAndMessagesOfAChannelsLife() {
        const server = host(hostComponent);
        const player = join(server);
        tryCompare(server.log, "length", 2);
        player.close();
        tryCompare(server.log, "length", 4);
        compare(server.log, ["connected 1 true", "connected message", "disconnected message", "disconnected 0 false"]);
    }

    function test_userDataBelongsToItsChannel() {
        const server = host(hostComponent);
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

    function test_channelSends() {
        const server = host(hostComponent);
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
        const server = host(hostComponent);
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
        const server = host(hostComponent);
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
        const server = host(hostComponent);
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
        verify(error.message.includes("Channels are created by a Server."), error.message);
    }

    function test_channelsAreAModel() {
        const server = host(hostComponent);
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
        const server = hostComponent.createObject(test) as Server;
        const view = createTemporaryObject(addressList, test, {
            model: server.channels
        });
        join(server);
        compare(view.repeater.count, 1);
        server.destroy();
        tryCompare(view.repeater, "count", 0);
    }
}
