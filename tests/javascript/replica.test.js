// SPDX-License-Identifier: MIT

// Shared state of qrepod.js, with our server and a scripted one; interpolation and the clock.

import assert from "node:assert/strict";
import test from "node:test";
import {ServerClock} from "./clock.js";
import {ConnectionListener, Interpolation, Replica} from "./qrepod.js";
import {Recorder, startServer} from "./process.js";
import {rowChanges} from "./rowchanges.js";
import {ScriptedServer} from "./scriptedserver.js";

class Game extends ConnectionListener {
    heard = new Recorder();
    reconnect = true;
    reconnectInterval = 1;

    network_received(message) {
        this.heard.note(message);
    }
}

async function play(t, url) {
    const game = new Game();
    t.after(() => game.close());
    game.connect(url);
    await game.heard.next("socketConnect");
    return game;
}

async function playScripted(t) {
    const server = await ScriptedServer.start(t);
    const game = await play(t, server.url);
    await server.got.next("_hello");
    return {server, game};
}

/** Resolves once `condition(replica)` holds after a change. */
function until(replica, condition) {
    return new Promise(resolve => {
        replica.onchange = () => condition(replica) && resolve();
        replica.onchange();
    });
}

test("a replica follows an object", async t => {
    const {server, game} = await playScripted(t);
    const world = new Replica(game, "world");
    const changes = [];
    world.onchange = (replica, what) => changes.push(what);
    server.send({action: "_state", name: "world", time: 1, set: {score: 1}}); // means nothing yet
    server.send({action: "_state", name: "world", time: 2, full: true, set: {score: 2, level: 1}});
    server.send({action: "_state", name: "world", time: 3, set: {score: 3}});
    server.send({action: "_state", name: "other", time: 3, set: {score: 9}});
    await game.heard.next("_state"); // nobody has a replica of this name
    assert.deepEqual(world.values, {score: 3, level: 1});
    assert.equal(world.isReady, true);
    assert.equal(world.time, 3);
    assert.deepEqual(changes, [[["value", "score", 2], ["value", "level", 1]], [["value", "score", 3]]]);
    server.send({action: "_state", name: "world", time: 4, end: true});
    server.send({action: "done"});
    await game.heard.next("done");
    assert.equal(world.isReady, false);
});

test("a replica follows a list", async t => {
    const {server, game} = await playScripted(t);
    const players = new Replica(game, "players");
    server.send({action: "_state", name: "players", time: 1, full: true, roles: ["id", "x"],
                 rows: [[1, 0], [2, 5]]});
    server.send({action: "_state", name: "players", time: 2,
                 changes: [["remove", 0, 1], ["insert", 1, [[3, 9]]], ["move", 1, 1, 0], ["set", 0, {x: 10}]]});
    server.send({action: "done"});
    await game.heard.next("done");
    assert.deepEqual(players.rows, [{id: 3, x: 10}, {id: 2, x: 5}]);
});

test("a replica that is made late knows what there is, and one that is closed hears nothing", async t => {
    const {server, game} = await playScripted(t);
    server.send({action: "_state", name: "world", time: 2, full: true, set: {score: 2}});
    await game.heard.next("_state");
    const world = new Replica(game, "world");
    assert.deepEqual(world.values, {score: 2});
    assert.equal(world.isReady, true);
    world.onchange = () => assert.fail("it is closed");
    world.close();
    server.send({action: "_state", name: "world", time: 3, set: {score: 3}});
    await game.heard.next("_state", 2);
});

test("a change to a row that is not there makes it not ready", async t => {
    const {server, game} = await playScripted(t);
    t.mock.method(console, "warn", () => {});
    const players = new Replica(game, "players");
    server.send({action: "_state", name: "players", time: 1, full: true, roles: ["id"], rows: [[1]]});
    for (const change of [["set", 1, {id: 2}], ["remove", 0, 2], ["insert", 2, [[3]]], ["move", 0, 1, 1]]) {
        server.send({action: "_state", name: "players", time: 1, full: true, roles: ["id"], rows: [[1]]});
        await until(players, ({isReady}) => isReady);
        server.send({action: "_state", name: "players", time: 2, changes: [change]});
        await until(players, ({isReady}) => !isReady);
    }
    assert.equal(console.warn.mock.callCount(), 4);
});

test("replicas follow our server", async t => {
    const server = await startServer(t);
    await server.tell("share");
    const game = await play(t, server.url);
    const world = new Replica(game, "world");
    const players = new Replica(game, "players");
    game.send("score", {score: 7});
    game.send("players", {rows: [["a", 1], ["b", 2]]});
    await until(world, ({values}) => values.score === 7);
    await until(players, ({rows}) => rows.length === 2);
    assert.equal(world.values.title, "arena");
    assert.deepEqual(players.rows, [{id: "a", x: 1}, {id: "b", x: 2}]);
});

test("after a lost session, rows are matched by their key", async t => {
    const server = await startServer(t);
    await server.tell("share");
    await server.tell("sessions 60000");
    const game = await play(t, server.network);
    const players = new Replica(game, "players");
    game.send("players", {rows: [["a", 1], ["b", 2], ["c", 3]]});
    await until(players, ({rows}) => rows.length === 3);
    const [, b, c] = players.rows;

    await server.tell("cut 10 toClient");
    await game.heard.next("interrupted");
    await server.tell("forget");
    const told = [];
    players.onchange = (replica, changes) => told.push({isReady: replica.isReady, changes});
    const other = await play(t, server.url);
    other.send("players", {rows: [["c", 3], ["b", 9], ["d", 4]]});
    other.send("echo");
    await other.heard.next("echo");
    await server.tell("heal");
    await game.heard.next("connected", 2);
    await until(players, ({isReady, rows}) => isReady && rows.length === 3 && rows[2].id === "d");
    assert.deepEqual(players.rows, [{id: "c", x: 3}, {id: "b", x: 9}, {id: "d", x: 4}]);
    assert.equal(players.rows[0], c); // the same objects, so that views keep what is of them
    assert.equal(players.rows[1], b);
    assert.deepEqual(told[0], {isReady: false, changes: []});
});

test("only the difference is told", async t => {
    const {server, game} = await playScripted(t);
    const players = new Replica(game, "players");
    const told = [];
    players.onchange = (replica, changes) => told.push(changes);
    const full = rows => server.send({action: "_state", name: "players", time: 1, full: true, key: "id",
                                      roles: ["id", "x"], rows});
    full([[1, 0], [2, 0], [3, 0], [4, 0]]);
    full([[4, 0], [2, 0], [3, 5], [5, 0]]);
    full([[4, 0], [2, 0], [3, 5], [5, 0]]);
    full([[4, 0], [4, 0]]); // no keys: these are not different
    server.send({action: "done"});
    await game.heard.next("done");
    assert.deepEqual(told, [
        [["reset"]],
        [["remove", 0, 1], ["move", 2, 1, 0], ["insert", 3, 1], ["set", 2, ["x"]]],
        [["reset"]],
    ]);
});

test("what comes in parts is taken together", async t => {
    const {server, game} = await playScripted(t);
    const world = new Replica(game, "world");
    const players = new Replica(game, "players");
    const told = [];
    world.onchange = players.onchange = ({name}, changes) => told.push([name, ...changes]);
    const part = fields => server.send({action: "_state", ...fields});
    part({name: "world", time: 1, full: true, set: {a: 1}, more: true});
    part({name: "players", time: 1, full: true, key: "id", roles: ["id"], rows: [[1]], more: true});
    part({name: "players", time: 1, changes: [["insert", 1, [[2]]]], more: true});
    part({name: "world", time: 1, set: {b: 2}});
    part({name: "players", time: 1, changes: [["insert", 2, [[3]]]]});
    part({name: "players", time: 2, changes: [["remove", 0, 1]], more: true});
    part({name: "players", time: 3, changes: [["remove", 0, 1]]});
    server.send({action: "done"});
    await game.heard.next("done");
    assert.deepEqual(players.rows, [{id: 3}]);
    assert.equal(players.time, 3);
    assert.deepEqual(told, [["world", ["value", "a", 1], ["value", "b", 2]], ["players", ["reset"]],
                            ["players", ["remove", 0, 1], ["remove", 0, 1]]]);
});

test("row changes lead from any order to any other", () => {
    let seed = 1;
    const random = bound => (seed = seed * 16807 % 2147483647) % bound;
    const draw = () => [...new Set(Array.from({length: random(9)}, () => random(12)))];
    for (let round = 0; round < 2000; ++round) {
        const [before, after] = [draw(), draw()];
        const rows = [...before];
        for (const [kind, row, ...rest] of rowChanges(before, after, (first, end) => after.slice(first, end))) {
            if (kind === "insert")
                rows.splice(row, 0, ...rest[0]);
            else if (kind === "remove")
                rows.splice(row, rest[0]);
            else
                rows.splice(rest[1], 0, ...rows.splice(row, rest[0]));
        }
        assert.deepEqual(rows, after, `${before} to ${after}`);
    }
    assert.deepEqual(rowChanges([1, 2, 3, 4], [2, 3, 4, 1]), [["move", 0, 1, 3]]);
});

test("an interpolation draws what was true", () => {
    const x = new Interpolation(100);
    assert.equal(x.valueAt(0), 0);
    x.addSample(1000, 0);
    x.addSample(1100, 10);
    assert.equal(x.valueAt(900), 0);
    assert.equal(x.valueAt(1050), 5);
    assert.equal(x.valueAt(1150), 15); // it goes on at the last speed,
    assert.equal(x.valueAt(1200), 20);
    assert.equal(x.valueAt(9999), 20); // for the delay at most
    x.addSample(1050, 10); // late
    assert.equal(x.valueAt(1025), 5);
    x.addSample(1100, 20); // of two of the same time, the later call counts
    assert.equal(x.valueAt(1100), 20);
    x.hold(1200);
    assert.equal(x.valueAt(1250), 20);
    assert.equal(x.newestTime, 1200);
    x.addSample(1300, NaN);
    assert.equal(x.newestTime, 1200);
    x.clear();
    assert.equal(x.isEmpty, true);
});

test("an interpolation knows angles and jumps", () => {
    const angle = new Interpolation();
    angle.period = 360;
    angle.addSample(0, 350);
    angle.addSample(100, 10);
    assert.equal(angle.valueAt(25), 355);
    assert.equal(angle.valueAt(75), 5);
    assert.equal(angle.valueAt(200), 30);
    const jump = new Interpolation();
    jump.maximumStep = 50;
    jump.addSample(0, 0);
    jump.addSample(100, 500);
    assert.equal(jump.valueAt(99), 0);
    assert.equal(jump.valueAt(100), 500);
    assert.equal(jump.valueAt(150), 500);
});

test("an interpolation forgets", () => {
    const x = new Interpolation();
    for (let i = 0; i < 2000; ++i)
        x.addSample(i * 10, i);
    assert.equal(x.valueAt(0), x.valueAt(2000 * 10 - 5200)); // all before the oldest is that
});

test("the server's time is known after a while, and never goes back", async t => {
    const game = new Game();
    assert.equal(game.serverTime(), -1);
    t.after(() => game.close());
    const server = await startServer(t);
    game.connect(server.url);
    await game.heard.next("socketConnect");
    while (game.serverTime() === -1)
        await new Promise(setImmediate);
    let latest = -1;
    for (let i = 0; i < 1000; ++i) {
        const time = game.serverTime();
        assert.ok(Number.isInteger(time) && time >= latest);
        latest = time;
    }
    game.close();
    game.pump();
    assert.equal(game.serverTime(), -1);
});

test("the clock takes the sharpest bounds, and follows them smoothly", () => {
    const clock = new ServerClock();
    clock.add(0, 100, 5050);
    assert.equal(clock.timeAt(100), 5100);
    clock.add(200, 210, 5235); // 30 ms more, by quicker ways
    assert.equal(clock.timeAt(300), 5310); // a twentieth of the time that has passed
    assert.ok(Math.abs(clock.timeAt(1300) - 6330) < 1e-6);
    clock.add(1300, 1301, 1300.5); // far back: the time that is shown slows down, and does not jump
    assert.ok(Math.abs(clock.timeAt(1400) - 6425) < 1e-6);
    assert.ok(clock.timeAt(1300) >= 6425 - 1e-6);
    const leap = new ServerClock();
    leap.add(0, 10, 1005);
    assert.equal(leap.timeAt(10), 1010);
    for (let i = 0; i < 16; ++i)
        leap.add(10 + i, 11 + i, 9010.5 + i); // far forward: at once
    assert.equal(leap.timeAt(30), 9030);
});
