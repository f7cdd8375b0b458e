// SPDX-License-Identifier: MIT

// Sessions and shared state of qrepod.js, against a server that does exactly what a test says.

import assert from "node:assert/strict";
import {once} from "node:events";
import test from "node:test";
import {decode, encode} from "@msgpack/msgpack";
import {WebSocketServer} from "ws";
import {ConnectionListener, Replica} from "./qrepod.js";
import {Recorder} from "./process.js";

/** Serves one client at a time; what it gets is written down by its action, or its only key. */
class ScriptedServer {
    #server = new WebSocketServer({port: 0, host: "127.0.0.1"});
    #socket = null;
    got = new Recorder();
    greeting = {action: "connected", _session: "token"};
    onResume = () => ({_resumed: 0});

    static async start(t) {
        const server = new ScriptedServer();
        t.after(() => server.#server.close());
        await once(server.#server, "listening");
        server.#server.on("connection", socket => server.#serve(socket));
        return server;
    }

    get url() {
        return `ws://127.0.0.1:${this.#server.address().port}`;
    }

    send(message) {
        this.#socket.send(encode(message));
    }

    cut() {
        this.#socket.terminate();
    }

    #serve(socket) {
        this.#socket = socket;
        this.send(this.greeting);
        socket.on("message", bytes => {
            const message = decode(bytes);
            if ("_hello" in message)
                this.send({_hello: 1});
            if ("_resume" in message)
                this.send(this.onResume(message));
            this.got.note({action: Object.keys(message)[0], ...message});
        });
        socket.on("close", code => this.got.note({action: "closed", code}));
    }
}

class Game extends ConnectionListener {
    heard = new Recorder();
    reconnect = true;
    reconnectInterval = 1;

    network_received(message) {
        this.heard.note(message);
    }
}

async function play(t, server) {
    const game = new Game();
    t.after(() => game.close());
    game.connect(server.url);
    await server.got.next("_hello");
    server.send({action: "begin"}); // behind the greeting and the answer to hello
    await game.heard.next("begin");
    return game;
}

test("a session goes on where it was interrupted", async t => {
    const server = await ScriptedServer.start(t);
    const game = await play(t, server);
    game.send("a");
    game.send("b");
    await server.got.next("b");
    server.onResume = ({_resume, _received}) => {
        assert.equal(_resume, "token");
        assert.equal(_received, 1);
        return {_resumed: 1}; // b has been lost on the way
    };
    server.cut();
    await game.heard.next("interrupted");
    assert.equal(game.isInterrupted, true);
    assert.equal(game.state, "reconnecting");
    assert.ok(game.send("c") > 0);
    await game.heard.next("resumed");
    assert.equal(game.state, "connected");
    await server.got.next("c");
    assert.deepEqual(server.got.actions().filter(action => /^[abc]$/.test(action)), ["a", "b", "b", "c"]);
    assert.deepEqual(game.heard.actions(), ["connected", "socketConnect", "begin", "interrupted", "resumed"]);
});

test("a request is answered after an interruption", async t => {
    const server = await ScriptedServer.start(t);
    const game = await play(t, server);
    const answer = game.request("sum");
    const {_request} = await server.got.next("sum");
    server.onResume = () => ({_resumed: 1});
    server.cut();
    await game.heard.next("resumed");
    server.send({action: "_reply", _request, result: 7});
    assert.equal(await answer, 7);
});

test("a session that the server does not know is lost", async t => {
    const server = await ScriptedServer.start(t);
    const game = await play(t, server);
    const pending = assert.rejects(game.request("sum"), /"sum": the connection has ended/);
    await server.got.next("sum");
    server.onResume = () => ({_lost: "it is too old"});
    server.cut();
    await game.heard.next("connected", 2);
    await pending;
    assert.match((await game.heard.next("error")).error, /the session was lost: it is too old$/);
    assert.deepEqual(game.heard.actions().slice(3),
                     ["interrupted", "error", "disconnected", "connected", "socketConnect"]);
});

test("without a token, every connection is a new one", async t => {
    const server = await ScriptedServer.start(t);
    server.greeting = {action: "connected"};
    const game = await play(t, server);
    server.cut();
    await game.heard.next("connected", 2);
    assert.deepEqual(game.heard.actions().slice(3), ["error", "disconnected", "connected", "socketConnect"]);
});

test("what is acknowledged is not sent again", async t => {
    const server = await ScriptedServer.start(t);
    const game = await play(t, server);
    game.send("a");
    await server.got.next("a");
    server.send({_ack: 1});
    server.send({action: "seen"});
    await game.heard.next("seen");
    server.onResume = () => ({_resumed: 1});
    server.cut();
    await game.heard.next("resumed");
    game.send("b");
    await server.got.next("b");
    assert.equal(server.got.actions().filter(action => action === "a").length, 1);
});

test("many messages are acknowledged", async t => {
    const server = await ScriptedServer.start(t);
    await play(t, server);
    for (let i = 0; i < 64; ++i)
        server.send({action: "x"});
    assert.equal((await server.got.next("_ack"))._ack, 64);
});

test("close() says that it is no interruption", async t => {
    const server = await ScriptedServer.start(t);
    const game = await play(t, server);
    game.close();
    await server.got.next("closed");
    assert.deepEqual(server.got.actions().slice(-2), ["_bye", "closed"]);
});

test("a greeting that says more is delivered", async t => {
    const server = await ScriptedServer.start(t);
    server.greeting = {action: "connected", motto: "hello"};
    const game = new Game();
    t.after(() => game.close());
    game.connect(server.url);
    assert.equal((await game.heard.next("connected", 2)).motto, "hello");
});

test("a redirection is followed", async t => {
    const first = await ScriptedServer.start(t);
    const second = await ScriptedServer.start(t);
    const game = await play(t, first);
    first.send({_redirect: new URL(second.url).host});
    await second.got.next("_hello");
    await game.heard.next("connected", 2);
});

test("a replica follows an object", async t => {
    const server = await ScriptedServer.start(t);
    const game = await play(t, server);
    const world = new Replica(game, "world");
    let changes = 0;
    world.onchange = () => ++changes;
    server.send({action: "_state", name: "world", time: 1, set: {score: 1}}); // means nothing yet
    server.send({action: "_state", name: "world", time: 2, full: true, set: {score: 2, level: 1}});
    server.send({action: "_state", name: "world", time: 3, set: {score: 3}});
    server.send({action: "_state", name: "other", time: 3, set: {score: 9}});
    await game.heard.next("_state"); // nobody has a replica of this name
    assert.deepEqual(world.values, {score: 3, level: 1});
    assert.equal(world.isReady, true);
    assert.equal(world.time, 3);
    assert.equal(changes, 2);
    server.send({action: "_state", name: "world", time: 4, end: true});
    server.send({action: "done"});
    await game.heard.next("done");
    assert.equal(world.isReady, false);
});

test("a replica follows a list", async t => {
    const server = await ScriptedServer.start(t);
    const game = await play(t, server);
    const players = new Replica(game, "players");
    server.send({action: "_state", name: "players", time: 1, full: true, roles: ["id", "x"],
                 rows: [[1, 0], [2, 5]]});
    server.send({action: "_state", name: "players", time: 2,
                 changes: [["remove", 0, 1], ["insert", 1, [[3, 9]]], ["move", 1, 1, 0], ["set", 0, {x: 10}]]});
    server.send({action: "done"});
    await game.heard.next("done");
    assert.deepEqual(players.rows, [{id: 3, x: 10}, {id: 2, x: 5}]);
});
