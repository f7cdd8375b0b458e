// SPDX-License-Identifier: MIT

// qrepod.js against the library's own server.

import assert from "node:assert/strict";
import test from "node:test";
import {ConnectionListener, RequestError} from "./qrepod.js";
import {Recorder, startServer} from "./process.js";

class Game extends ConnectionListener {
    heard = new Recorder();

    network_received(message) {
        this.heard.note(message);
    }

    Network_connected(message) {
        this.heard.note(message);
    }

    Network_double({n}) {
        return n * 2;
    }

    async Network_later({n}) {
        await null;
        return n + 1;
    }

    Network_refuse() {
        throw new Error("not today");
    }

    Network_unsendable() {
        return () => 1;
    }
}

async function play(t, url) {
    const game = new Game();
    t.after(() => game.close());
    game.connect(url);
    await game.heard.next("socketConnect");
    return game;
}

test("connects, and tells so once", async t => {
    const server = await startServer(t);
    const game = await play(t, server.url);
    assert.equal(game.state, "connected");
    game.send("echo", {n: 1});
    await game.heard.next("echo");
    assert.deepEqual(game.heard.actions(), ["connected", "socketConnect", "echo"]);
});

test("messages arrive in order", async t => {
    const game = await play(t, (await startServer(t)).url);
    for (let n = 0; n < 1000; ++n)
        assert.ok(game.send({action: "echo", n}) > 0);
    await game.heard.next("echo", 1000);
    const numbers = game.heard.log.filter(({action}) => action === "echo").map(({n}) => n);
    assert.deepEqual(numbers, [...Array(1000).keys()]);
});

test("values have their kinds", async t => {
    const game = await play(t, (await startServer(t)).url);
    game.send("values");
    const values = await game.heard.next("values");
    assert.equal(values.large, 9007199254740993n);
    assert.equal(values.small, 2 ** 40);
    assert.deepEqual([...values.bytes], [0, 255]);
    assert.equal(values.time.getTime(), 1700000000123);
    assert.equal(values.nothing, null);
    assert.deepEqual(values.list, [1, 2.5, "x"]);
    game.send("echo", {large: 9007199254740993n, bytes: new Uint8Array([1, 2]), left: undefined,
                       time: new Date(5), deep: {list: [{}]}});
    const echo = await game.heard.next("echo");
    assert.deepEqual(echo, {action: "echo", large: 9007199254740993n, bytes: new Uint8Array([1, 2]),
                            time: new Date(5), deep: {list: [{}]}});
});

test("a request is answered", async t => {
    const game = await play(t, (await startServer(t)).url);
    assert.equal(await game.request("add", {a: 2, b: 3}), 5);
    await assert.rejects(game.request("add", {a: "x", b: 3}), error => error instanceof RequestError
        && /^add: \w/.test(error.message));
    await assert.rejects(game.request("silent", {}, 1), /silent: timed out after 1 ms/);
});

test("a request fails with the connection", async t => {
    const game = await play(t, (await startServer(t)).url);
    const pending = assert.rejects(game.request("silent", {}, -1), /silent: the connection ended/);
    game.send("leave");
    await pending;
    await assert.rejects(game.request("add"), /add: not connected/);
});

test("answers what the server asks", async t => {
    const game = await play(t, (await startServer(t)).url);
    const answered = async (what, number) => {
        game.send("ask", {what});
        return game.heard.next("answered", number);
    };
    assert.equal((await answered("double", 1)).result, 40);
    assert.equal((await answered("later", 2)).result, 21);
    assert.match((await answered("refuse", 3)).error, /^refuse: not today$/);
    assert.match((await answered("unknown", 4)).error, /^unknown: there is no handler$/);
});

test("the server's end is told", async t => {
    const game = await play(t, (await startServer(t)).url);
    game.send("leave");
    await game.heard.next("disconnected");
    assert.equal(game.state, "disconnected");
    assert.equal(game.send("echo"), 0);
    assert.ok(!game.heard.actions().includes("error"));
});

test("close() is told once, and nothing comes after it", async t => {
    const game = await play(t, (await startServer(t)).url);
    game.send("echo");
    game.close();
    game.close();
    await game.heard.next("disconnected");
    await new Promise(setImmediate);
    assert.equal(game.heard.actions().at(-1), "disconnected");
    assert.equal(game.heard.actions().filter(action => action === "disconnected").length, 1);
});

test("a server that is not there is an error", async t => {
    const server = await startServer(t);
    await server.stop();
    const game = new Game();
    game.connect(server.url);
    const {error} = await game.heard.next("error");
    assert.match(error, new RegExp(`^${server.url}: could not connect`));
    assert.deepEqual(game.heard.actions(), ["error"]);
});

test("reconnects when the server is back", async t => {
    const server = await startServer(t);
    const game = new Game();
    t.after(() => game.close());
    game.reconnect = true;
    game.reconnectInterval = 1;
    game.maximumReconnectInterval = 20;
    game.connect(server.url);
    await game.heard.next("connected");
    await server.stop();
    await game.heard.next("disconnected");
    assert.equal(game.state, "reconnecting");
    await startServer(t, server.port);
    await game.heard.next("connected", 2);
    assert.equal(game.state, "connected");
});

test("without autoPump, pump() delivers", async t => {
    const server = await startServer(t);
    const game = new Game();
    t.after(() => game.close());
    game.autoPump = false;
    game.connect(server.url);
    await new Promise(setImmediate);
    assert.deepEqual(game.heard.log, []);
    assert.equal(game.state, "connecting");
    let count = 0;
    while (count === 0) {
        count = game.pump();
        await new Promise(setImmediate);
    }
    assert.equal(count, 2);
    assert.equal(game.state, "connected");
    assert.deepEqual(game.heard.actions(), ["connected", "socketConnect"]);
    assert.equal(game.pump(), 0);
});

test("our server sends a game elsewhere", async t => {
    const [first, second] = [await startServer(t), await startServer(t)];
    const game = await play(t, first.url);
    game.send("redirect", {address: new URL(second.url).host});
    await game.heard.next("socketConnect", 2);
    assert.deepEqual(game.heard.actions(), ["connected", "socketConnect", "disconnected", "connected", "socketConnect"]);
    game.send("echo");
    await game.heard.next("echo");
});

test("every object with the handler gets the message", async t => {
    const game = await play(t, (await startServer(t)).url);
    const texts = [];
    const window = {Network_said: ({text}) => texts.push("window " + text)};
    const board = {Network_said: ({text}) => texts.push("board " + text)};
    game.addHandler(window);
    game.addHandler(board);
    game.addHandler(board);
    game.send("all", {text: "a"});
    game.send("echo");
    await game.heard.next("echo");
    game.removeHandler(window);
    game.send("all", {text: "b"});
    game.send("echo");
    await game.heard.next("echo", 2);
    assert.deepEqual(texts, ["window a", "board a", "board b"]);
});

test("only Network_ methods can be reached", async t => {
    const game = await play(t, (await startServer(t)).url);
    for (const action of ["close", "connect", "__proto__", "constructor"])
        game.send(action);
    await game.heard.next("constructor");
    assert.equal(game.state, "connected");
});

test("a message without an action is refused", async t => {
    const game = await play(t, (await startServer(t)).url);
    t.mock.method(console, "warn", () => {});
    assert.equal(game.send({}), 0);
    assert.equal(game.send({action: 7}), 0);
    assert.equal(console.warn.mock.callCount(), 2);
});

function inItself() {
    const value = {};
    value.self = value;
    return value;
}

const refused = [
    [{a: [0, () => 1]}, "value.a[1]: function has no MessagePack form"],
    [[Symbol("x")], "value[0]: symbol has no MessagePack form"],
    [new Map([["a", 1]]), "value: Map has no MessagePack form"],
    [{list: [new Set([1])]}, "value.list[0]: Set has no MessagePack form"],
    [/a/, "value: RegExp has no MessagePack form"],
    [Promise.resolve(1), "value: Promise has no MessagePack form"],
    [new Date(NaN), "value: the Date is not valid"],
    [inItself(), `value${".self".repeat(63)}: nesting of 65 levels is over the limit of 64`],
];

test("a message that cannot be encoded is refused with a warning", async t => {
    const game = await play(t, (await startServer(t)).url);
    for (const [value, fault] of refused) {
        t.mock.method(console, "warn", () => {});
        assert.equal(game.send("echo", {value}), 0);
        assert.deepEqual(console.warn.mock.calls.map(call => call.arguments),
                         [[`qrepod: message "echo" was not sent: ${fault}`]]);
        t.mock.restoreAll();
        await assert.rejects(game.request("echo", {value}), {name: "RequestError", message: `echo: ${fault}`});
    }
    // What holds something, or is plain, goes.
    class Point {
        x = 1;
    }
    let deep = 1;
    for (let level = 0; level < 63; ++level)
        deep = [deep];
    assert.ok(game.send("echo", {n: 1, point: new Point(), none: {}, bare: Object.create(null), deep}) > 0);
    assert.deepEqual(await game.heard.next("echo"), {action: "echo", n: 1, point: {x: 1}, none: {}, bare: {}, deep});
});

test("an answer that cannot be encoded refuses with a warning", async t => {
    const game = await play(t, (await startServer(t)).url);
    t.mock.method(console, "warn", () => {});
    game.send("ask", {what: "unsendable"});
    assert.equal((await game.heard.next("answered")).error, "unsendable: result: function has no MessagePack form");
    assert.equal(console.warn.mock.callCount(), 1);
});
