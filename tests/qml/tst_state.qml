// SPDX-License-Identifier: MIT
// Shared state: Replica, ReplicaModel and Interpolator, with objects and models of QML at the server.

import QtQuick
import QtTest
import QRepod
import QRepodTest

TestCase {
    id: test

    name: "state"
    visible: true
    when: windowShown
    width: 400
    height: 400

    Component {
        id: serverComponent

        SharingServer {
        }
    }

    Component {
        id: worldComponent

        QtObject {
            property int score: 1
            property string title: "first"
            property var list: [1, "a", { x: 2 }]
            property var map: ({ a: [true] })
            property real x: 0
        }
    }

    // Its properties are called like the replica's own.
    Component {
        id: heroComponent

        QtObject {
            property string name: "Ada"
            property bool isReady: false
            property var values: 1
            property var target: null
            property var keys: 2
            property int score: 3
        }
    }

    Component {
        id: peopleComponent

        ListModel {
            ListElement {
                nickname: "Ada"
                points: 1
            }
            ListElement {
                nickname: "Bob"
                points: 2
            }
        }
    }

    Component {
        id: gameComponent

        Item {
            id: game

            required property int port
            property alias listener: listener
            property alias world: world
            property alias people: people
            property alias view: view
            property int score: game.world.values.score ?? -1
            property var dynamic: world
            property var scoreByName: game.dynamic.score

            ConnectionListener {
                id: listener

                port: game.port
                active: true
                reconnect: true
                reconnectInterval: 1
            }

            Replica {
                id: world

                listener: listener
                name: "world"
            }

            ReplicaModel {
                id: people

                listener: listener
                name: "people"
            }

            ListView {
                id: view

                width: 100
                height: 400
                model: people
                delegate: Text {
                    required property string nickname
                    required property int points

                    text: nickname + " " + points
                }
            }
        }
    }

    Component {
        id: animatedComponent

        ListView {
            id: animated

            property var animations: []

            function note(what: string, isRunning: bool) {
                if (isRunning)
                    animated.animations.push(what);
            }

            width: 100
            height: 400
            delegate: Text {
                required property string nickname
                required property int points

                height: 20
                text: nickname + " " + points
            }
            add: Transition {
                onRunningChanged: animated.note("add", running)

                NumberAnimation {
                    property: "opacity"
                    from: 0
                    to: 1
                    duration: 20
                }
            }
            move: Transition {
                onRunningChanged: animated.note("move", running)

                NumberAnimation {
                    property: "y"
                    duration: 20
                }
            }
            displaced: Transition {
                onRunningChanged: animated.note("displaced", running)

                NumberAnimation {
                    property: "y"
                    duration: 20
                }
            }
            remove: Transition {
                onRunningChanged: animated.note("remove", running)

                NumberAnimation {
                    property: "opacity"
                    to: 0
                    duration: 20
                }
            }
        }
    }

    Component {
        id: targetComponent

        QtObject {
            property int score
            property string title
        }
    }

    Component {
        id: movingComponent

        Item {
            id: moving

            required property int port
            property alias world: world
            property real shown
            property real angle
            property var seen: []

            onShownChanged: seen.push(shown)

            ConnectionListener {
                id: listener

                port: moving.port
                active: true
            }

            Replica {
                id: world

                listener: listener
                name: "world"
            }

            Interpolator on shown {
                value: moving.world.values.x ?? 0
                delay: 60
            }

            Interpolator on angle {
                value: moving.world.values.score ?? 0
                period: 360
                maximumStep: 90
                delay: -1
            }
        }
    }

    Component {
        id: localComponent

        Item {
            id: local

            property real value: 0
            property real shown

            Interpolator on shown {
                value: local.value
                delay: 30
            }
        }
    }

    Component {
        id: hostComponent

        Server {
            id: host

            property QtObject world: QtObject {
                property int score: 3
            }

            port: 0
            active: true
            roomComponent: Component {
                Room {
                    id: match

                    property ListModel people: ListModel {
                    }

                    syncInterval: 0
                    Component.onCompleted: match.share("people", match.people)
                    onChannelJoined: match.people.append({ nickname: "Eve", points: 3 })
                }
            }

            Component.onCompleted: host.everyone().share("world", host.world)

            function network_play(channel: Channel) {
                channel.join("match");
            }
        }
    }

    Component {
        id: spyOn

        SignalSpy {
        }
    }

    function spy(target: QtObject, signalName: string): var {
        return createTemporaryObject(spyOn, test, {
            target: target,
            signalName: signalName
        });
    }

    function texts(view: ListView): var {
        const found = [];
        for (let row = 0; row < view.count; ++row)
            found.push(view.itemAtIndex(row)?.text ?? "");
        return found;
    }

    function play(): var {
        const server = createTemporaryObject(serverComponent, test);
        const world = createTemporaryObject(worldComponent, test);
        const people = createTemporaryObject(peopleComponent, test);
        server.share("world", world);
        server.share("people", people);
        const game = createTemporaryObject(gameComponent, test, {
            port: server.port
        });
        tryCompare(game.world, "isReady", true);
        tryCompare(game.people, "isReady", true);
        return { server, world, people, game };
    }

    function test_bindingsFollowASharedObject() {
        const { world, game } = play();
        compare(game.score, 1);
        compare(game.world.title, "first");
        compare(game.world.keys().sort(), ["list", "map", "score", "title", "x"]);
        world.score = 5;
        tryCompare(game, "score", 5);
        tryCompare(game, "scoreByName", 5);
    }

    function test_arraysAndObjectsAreValues() {
        const { world, game } = play();
        compare(game.world.values.list, [1, "a", { x: 2 }]);
        compare(game.world.values.map, { a: [true] });
        world.map = { b: 7 };
        tryVerify(() => game.world.values.map.b === 7);
    }

    function test_valuesCannotBeSetHere() {
        const { game } = play();
        game.world.score = 9;
        compare(game.world.score, 1);
    }

    function test_sharedNamesHideNothing() {
        const { server, game } = play();
        const hero = createTemporaryObject(heroComponent, test);
        server.share("hero", hero);
        game.world.name = "hero";
        tryCompare(game.world, "score", 3);
        compare(game.world.name, "hero");
        compare(game.world.isReady, true);
        compare(game.world.values, {
            name: "Ada",
            isReady: false,
            values: 1,
            target: null,
            keys: 2,
            score: 3
        });
        hero.name = "Bob";
        tryVerify(() => game.world.values.name === "Bob");
        compare(game.world.name, "hero");
        server.unshare("hero");
        tryCompare(game.world, "isReady", false);
    }

    function test_eachValueThatChangesIsTold() {
        const { world, game } = play();
        const changes = spy(game.world, "valueChanged");
        world.score = 7;
        tryCompare(changes, "count", 1);
        compare(changes.signalArguments[0][0], "score");
        compare(changes.signalArguments[0][1], 7);
        compare(game.world.score, 7);
    }

    function test_targetFollows() {
        const { world, game } = play();
        const target = createTemporaryObject(targetComponent, test);
        game.world.target = target;
        compare(target.title, "first");
        world.score = 8;
        tryCompare(target, "score", 8);
    }

    function test_viewsFollowASharedListModel() {
        const { people, game } = play();
        tryVerify(() => texts(game.view).join() === "Ada 1,Bob 2");
        const insertions = spy(game.people, "rowsInserted");
        const resets = spy(game.people, "modelReset");
        people.append({ nickname: "Eve", points: 3 });
        people.setProperty(0, "points", 10);
        people.move(0, 2, 1);
        tryVerify(() => texts(game.view).join() === "Bob 2,Eve 3,Ada 10");
        people.remove(1);
        tryVerify(() => texts(game.view).join() === "Bob 2,Ada 10");
        compare(insertions.count, 1);
        compare(resets.count, 0);
        compare(game.people.count, 2);
        compare(game.people.get(1), { nickname: "Ada", points: 10 });
    }

    function test_viewsAnimateWhatChanges() {
        const { people, game } = play();
        const view = createTemporaryObject(animatedComponent, test, {
            model: game.people
        });
        tryVerify(() => view.itemAtIndex(1) !== null);
        const [ada, bob] = [view.itemAtIndex(0), view.itemAtIndex(1)];
        people.append({ nickname: "Eve", points: 3 });
        tryVerify(() => view.animations.includes("add"));
        const eve = view.itemAtIndex(2);
        people.move(0, 2, 1);
        tryVerify(() => view.animations.includes("move"));
        tryVerify(() => view.itemAtIndex(2) === ada && ada.y === 40);
        compare([view.itemAtIndex(0), view.itemAtIndex(1)], [bob, eve]); // the same as before
        people.remove(0);
        tryVerify(() => view.animations.includes("remove") && view.animations.includes("displaced"));
        tryVerify(() => view.itemAtIndex(1) === ada && ada.y === 20);
        people.setProperty(1, "points", 50);
        tryCompare(ada, "text", "Ada 50");
        compare(view.itemAtIndex(0), eve);
    }

    function test_viewsDoNotFlickerWhenALostConnectionComesBack() {
        const server = createTemporaryObject(serverComponent, test);
        const people = createTemporaryObject(peopleComponent, test);
        server.shareRows("people", people, "nickname");
        const game = createTemporaryObject(gameComponent, test, {
            port: server.port
        });
        tryCompare(game.people, "isReady", true);
        const view = createTemporaryObject(animatedComponent, test, {
            model: game.people
        });
        tryVerify(() => view.itemAtIndex(1) !== null);
        const [ada, bob] = [view.itemAtIndex(0), view.itemAtIndex(1)];
        const changes = spy(game.people, "readyChanged");
        view.animations = [];
        server.dropAll();
        people.setProperty(0, "points", 7);
        people.append({ nickname: "Eve", points: 3 });
        tryCompare(changes, "count", 2);
        tryVerify(() => view.animations.length > 0);
        verify(view.animations.every(what => what === "add"));
        compare([view.itemAtIndex(0), view.itemAtIndex(1)], [ada, bob]);
        compare(ada.text, "Ada 7");
    }

    function test_listModelMayBeginEmpty() {
        const server = createTemporaryObject(serverComponent, test);
        const people = createTemporaryObject(peopleComponent, test);
        people.clear();
        server.share("people", people);
        const game = createTemporaryObject(gameComponent, test, {
            port: server.port
        });
        tryCompare(game.people, "isReady", true);
        people.append({ nickname: "Eve", points: 3 });
        tryVerify(() => texts(game.view).join() === "Eve 3");
    }

    function test_unsharingKeepsTheValues() {
        const { server, game } = play();
        const ready = spy(game.world, "ready");
        server.unshare("world");
        tryCompare(game.world, "isReady", false);
        compare(game.world.title, "first");
        compare(ready.count, 0);
    }

    function test_lostConnectionComesBack() {
        const { server, world, game } = play();
        const changes = spy(game.world, "readyChanged");
        server.dropAll();
        world.title = "second";
        tryCompare(changes, "count", 2);
        compare(game.world.isReady, true);
        compare(game.world.title, "second");
    }

    function test_otherNameIsAnotherState() {
        const { server, game } = play();
        const other = createTemporaryObject(worldComponent, test, {
            title: "other"
        });
        server.share("other", other);
        game.world.name = "other";
        tryCompare(game.world, "title", "other");
        game.world.name = "";
        compare(game.world.isReady, false);
        compare(game.world.values, {});
        game.people.listener = null;
        compare(game.people.count, 0);
    }

    function test_roomsOfQmlShare() {
        const host = createTemporaryObject(hostComponent, test);
        const game = createTemporaryObject(gameComponent, test, {
            port: host.actualPort
        });
        tryCompare(game, "score", 3);
        host.world.score = 4;
        tryCompare(game, "score", 4);
        game.listener.send("play");
        tryCompare(game.people, "isReady", true);
        tryVerify(() => texts(game.view).join() === "Eve 3");
    }

    function test_interpolatorMovesAndArrives() {
        const server = createTemporaryObject(serverComponent, test);
        const world = createTemporaryObject(worldComponent, test);
        server.share("world", world);
        const moving = createTemporaryObject(movingComponent, test, {
            port: server.port
        });
        tryCompare(moving.world, "isReady", true);
        for (let i = 1; i <= 10; ++i) {
            world.x = 10 * i;
            world.score = 350 + 2 * i;
            wait(20);
        }
        tryCompare(moving, "shown", 100);
        tryCompare(moving, "angle", 10);
        verify(moving.seen.length > 1);
    }

    function test_interpolatorWithoutSharedState() {
        const local = createTemporaryObject(localComponent, test);
        local.value = 50;
        tryCompare(local, "shown", 50);
    }
}
