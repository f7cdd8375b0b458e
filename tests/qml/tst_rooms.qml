// SPDX-License-Identifier: MIT
// Rooms, guests and rates in QML: Room and its handlers, joining and refusing, the model of rooms.

import QtQml
import QtQuick
import QtTest
import QRepod

TestCase {
    id: test

    name: "rooms"

    component Lobby: Server {
        id: lobby

        property var answers: []
        property var log: []

        onRoomOpened: room => lobby.log.push("opened " + room.name)
        onRoomClosed: room => lobby.log.push("closed " + room.name)

        function network_join(channel, room: string, options: var): bool {
            const isIn = channel.join(room, options);
            lobby.answers.push(channel.errorString);
            return isIn;
        }
        function network_leave(channel, room: string) {
            channel.leave(room);
        }
        function network_login(channel: Channel, name: string) {
            lobby.log.push("guest " + channel.isGuest);
            if (name === "")
                channel.refuse("a name, please");
            else
                channel.admit();
        }
        function network_unhandled(channel: Channel) {
            lobby.log.push("server");
        }

        port: 0
        active: true
        roomComponent: Component {
            Room {
                id: match

                property var log: []
                property string nameWhenComplete: ""

                Component.onCompleted: {
                    match.nameWhenComplete = match.name + " of " + match.server.actualPort;
                    match.userData = {
                        round: 1
                    };
                }
                onChannelJoined: channel => match.log.push("joined " + match.channels.count)
                onChannelLeft: channel => match.log.push("left " + match.channels.count)

                function network_move(channel: Channel, x: real, y: real) {
                    match.sendToAll("move", {
                        x: x,
                        y: y
                    }, channel);
                }
                function network_say(channel, text: string) {
                    match.sendToAll({
                        action: "say",
                        text: text
                    });
                }
                function network_sum(channel, a: int, b: int): int {
                    return a + b;
                }
                function network_end() {
                    match.close();
                }
                function network_received(channel, message) {
                    match.log.push("received " + message.action);
                }
                function refusal(channel, options) {
                    if (options.code === "broken")
                        throw new Error("the lock is broken");
                    return options.code === undefined || options.code === 7 ? "" : "the code is wrong";
                }

                maximumChannels: 2
            }
        }
    }

    Component {
        id: lobbies

        Lobby {
        }
    }

    Component {
        id: plainServers

        Server {
            port: 0
            active: true
        }
    }

    Component {
        id: playerComponent

        Player {
        }
    }

    Component {
        id: roomLists

        Item {
            id: list

            property alias model: repeater.model
            property alias repeater: repeater

            Repeater {
                id: repeater

                delegate: Text {
                    required property Room room

                    text: room.name + " " + room.channels.count
                }
            }
        }
    }

    Component {
        id: noRooms

        QtObject {
        }
    }

    function host(component: Component, properties: var): var {
        const server = createTemporaryObject(component, test, properties ?? {});
        verify(server.listening);
        return server;
    }

    function enter(server: Server): var {
        const count = server.channels.count;
        const player = createTemporaryObject(playerComponent, test, {
            port: server.actualPort
        });
        tryCompare(player, "state", ConnectionListener.Connected);
        tryCompare(server.channels, "count", count + 1);
        player.messages = [];
        return player;
    }

    function join(player: Player, server: Server, room: string) {
        const count = server.room(room) ? server.room(room).channels.count : 0;
        player.send("join", {
            room: room,
            options: {}
        });
        tryVerify(() => server.room(room) && server.room(room).channels.count === count + 1);
    }

    function test_defaults() {
        const server = host(plainServers);
        compare(server.rooms.count, 0);
        compare(server.rooms.get(0), null);
        compare(server.roomComponent, null);
        compare(server.room("a"), null);
        const room = server.openRoom("a");
        verify(room instanceof Room);
        compare(room.name, "a");
        compare(room.server, server);
        compare(room.channels.count, 0);
        compare(room.maximumChannels, 0);
        compare(room.open, true);
        compare(room.persistent, false);
        compare(room.userData, undefined);
        compare(server.room("a"), room);
        compare(server.openRoom("a"), room);
        compare(server.rooms.get(0), room);
    }

    function test_joiningOpensARoomOfTheComponent() {
        const server = host(lobbies);
        const ada = enter(server);
        join(ada, server, "blue");
        const room = server.room("blue");
        compare(server.log, ["opened blue"]);
        compare(room.log, ["joined 1"]);
        compare(room.nameWhenComplete, "blue of " + server.actualPort);
        compare(room.userData.round, 1);
        compare(room.channels.get(0), server.channels.get(0));
        compare(server.channels.get(0).rooms.length, 1);
        compare(server.channels.get(0).rooms[0], room);

        const bob = enter(server);
        join(bob, server, "blue");
        ada.send("leave", {
            room: "blue"
        });
        tryCompare(room.channels, "count", 1);
        compare(room.log, ["joined 1", "joined 2", "left 1"]);
        compare(server.channels.get(0).rooms.length, 0);
        bob.close();
        tryCompare(server.rooms, "count", 0);
        compare(server.log, ["opened blue", "closed blue"]);
    }

    function test_functionsOfARoomAreHandlers() {
        const server = host(lobbies);
        const ada = enter(server);
        const bob = enter(server);
        const eve = enter(server);
        join(ada, server, "blue");
        join(bob, server, "blue");
        join(eve, server, "red");
        ada.send("move", {
            x: 1.5,
            y: 2
        });
        ada.send("say", {
            text: "hello"
        });
        tryCompare(bob.messages, "length", 2);
        compare(bob.messages[0], {
            action: "move",
            x: 1.5,
            y: 2
        });
        tryCompare(ada.messages, "length", 1);
        compare(ada.messages[0].text, "hello");
        compare(eve.messages.length, 0);

        let sum = 0;
        ada.request("sum", {
            a: 2,
            b: 3
        }).then(result => sum = result);
        tryVerify(() => sum === 5);
        ada.send("what");
        tryVerify(() => server.room("blue").log.includes("received what"));
        verify(!server.room("red").log.includes("received what"));
    }

    function test_handlerMayCloseItsRoom() {
        const server = host(lobbies);
        const ada = enter(server);
        join(ada, server, "blue");
        ada.send("end");
        tryCompare(server.rooms, "count", 0);
        compare(server.room("blue"), null);
        join(ada, server, "blue");
    }

    function test_refusalsAreNamed() {
        const server = host(lobbies);
        const players = [enter(server), enter(server), enter(server)];
        const channel = server.channels.get(0);
        verify(!channel.join("blue", {
            code: 8
        }));
        compare(channel.errorString, "the code is wrong");
        ignoreWarning(/the lock is broken/);
        verify(!channel.join("blue", {
            code: "broken"
        }));
        compare(channel.errorString, "the lock is broken");
        compare(server.rooms.count, 0); // it was opened for nobody
        verify(channel.join("blue", {
            code: 7
        }));
        compare(channel.errorString, "");
        verify(server.channels.get(1).join("blue"));
        verify(!server.channels.get(2).join("blue"));
        compare(server.channels.get(2).errorString, 'room "blue" is full: 2 channels');
        server.room("blue").maximumChannels = 3;
        server.room("blue").open = false;
        players[2].send("join", {
            room: "blue",
            options: {}
        });
        tryCompare(server.answers, "length", 1);
        compare(server.answers[0], 'room "blue" is closed');
    }

    function test_persistentRoomStays() {
        const server = host(lobbies);
        enter(server);
        const room = server.openRoom("blue");
        room.persistent = true;
        const channel = server.channels.get(0);
        verify(channel.join("blue"));
        channel.leave("blue");
        compare(server.room("blue"), room);
        room.persistent = false;
        verify(channel.join("blue"));
        channel.leave("blue");
        compare(server.room("blue"), null);
    }

    function test_roomsAreAModel() {
        const server = host(lobbies);
        const view = createTemporaryObject(roomLists, test, {
            model: server.rooms
        });
        const ada = enter(server);
        join(ada, server, "blue");
        server.openRoom("red");
        compare(view.repeater.count, 2);
        compare(view.repeater.itemAt(0).text, "blue 1");
        compare(view.repeater.itemAt(1).text, "red 0");
        ada.send("leave", {
            room: "blue"
        });
        tryCompare(view.repeater, "count", 1);
        compare(view.repeater.itemAt(0).text, "red 0");
    }

    function test_viewOutlivesServerAndRooms() {
        const server = lobbies.createObject(test) as Server;
        const view = createTemporaryObject(roomLists, test, {
            model: server.rooms
        });
        const ada = enter(server);
        join(ada, server, "blue");
        compare(view.repeater.count, 1);
        server.destroy();
        tryCompare(view.repeater, "count", 0);
        tryCompare(ada, "state", ConnectionListener.Disconnected);
    }

    function test_sendToAllOfARoomRefusesOtherArguments() {
        const server = host(lobbies);
        const room = server.openRoom("blue");
        for (const send of [() => room.sendToAll(5), () => room.sendToAll("a", {}, 5), () => room.sendToAll({
                    action: "a"
                }, "b")]) {
            let error = null;
            try {
                send();
            } catch (e) {
                error = e;
            }
            verify(error instanceof TypeError);
        }
    }

    function test_componentThatMakesNoRoom() {
        const server = host(plainServers, {
            roomComponent: noRooms
        });
        enter(server);
        ignoreWarning(/roomComponent did not create a Room: QObject/);
        ignoreWarning(/the room factory returned no room for blue/);
        verify(!server.channels.get(0).join("blue"));
        compare(server.channels.get(0).errorString, 'room "blue" cannot be opened');
    }

    function test_roomWithoutAServerIsNamed() {
        ignoreWarning(/a Room is created by a Server: declare it in Server\.roomComponent/);
        const room = Qt.createQmlObject("import QRepod; Room {}", test);
        room.sendToAll("nobody");
        compare(room.server, null);
        room.destroy();
    }

    function test_guestsAreAdmittedOrRefused() {
        const server = host(lobbies, {
            guestActions: ["login"]
        });
        const ada = createTemporaryObject(playerComponent, test, {
            port: server.actualPort
        });
        tryCompare(ada, "state", ConnectionListener.Connected);
        compare(server.channels.count, 0);
        ada.send("login", {
            name: "Ada"
        });
        tryCompare(server.channels, "count", 1);
        compare(server.log, ["guest true"]);
        compare(server.channels.get(0).isGuest, false);

        const nobody = createTemporaryObject(playerComponent, test, {
            port: server.actualPort
        });
        tryCompare(nobody, "state", ConnectionListener.Connected);
        nobody.send("login", {
            name: ""
        });
        tryCompare(nobody, "state", ConnectionListener.Disconnected);
        verify(nobody.messages.some(message => message.error === "a name, please"));
        compare(server.channels.count, 1);
    }

    function test_messageRateIsASetting() {
        const server = host(plainServers, {
            maximumMessageRate: 20
        });
        compare(server.maximumMessageRate, 20);
        enter(server);
        server.channels.get(0).setMaximumMessageRate(0);
    }

    function test_latestIsAMode() {
        const server = host(lobbies);
        const ada = enter(server);
        join(ada, server, "blue");
        ada.messages = [];
        const room = server.room("blue");
        verify(server.channels.get(0).send("a", {
            n: 1
        }, SendMode.Latest) > 0);
        verify(server.channels.get(0).send({
            action: "b"
        }, SendMode.Latest) > 0);
        room.sendToAll("c", {}, null, SendMode.Latest);
        room.sendToAll({
            action: "d"
        }, null, SendMode.Latest);
        server.sendToAll("e", {}, SendMode.Latest);
        verify(ada.send("say", {
            text: "f"
        }, SendMode.Latest) > 0);
        tryCompare(ada.messages, "length", 6);
        compare(ada.messages.map(message => message.action), ["a", "b", "c", "d", "e", "say"]);
        compare(ada.messages[0].n, 1);
    }
}
