// SPDX-License-Identifier: MIT

// Sessions of qrepod.js, against a server that does exactly what a test says.

import assert from "node:assert/strict";
import test from "node:test";
import {ConnectionListener} from "./qrepod.js";
import {Recorder} from "./process.js";
import {ScriptedServer} from "./scriptedserver.js";

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
    const pending = assert.rejects(game.request("sum"), /sum: the connection ended/);
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

test("what came before the game took the greeting is acknowledged", async t => {
    const server = await ScriptedServer.start(t);
    const game = new Game();
    game.autoPump = false;
    t.after(() => game.close());
    server.onHello = () => {
        server.send({_hello: 1});
        for (let i = 0; i < 64; ++i)
            server.send({action: "x"});
        server.send({_ping: 1});
    };
    game.connect(server.url);
    await server.got.next("_pong"); // so everything has come
    game.pump();
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

test("a redirection is followed, whether or not the game reconnects", async t => {
    const first = await ScriptedServer.start(t);
    const second = await ScriptedServer.start(t);
    const game = await play(t, first);
    game.reconnect = false;
    first.send({_redirect: new URL(second.url).host});
    first.close(1000);
    await second.got.next("_hello");
    await game.heard.next("socketConnect", 2);
    assert.deepEqual(game.heard.actions().slice(3), ["disconnected", "connected", "socketConnect"]);
});

test("an acknowledgement that cannot be is ignored", async t => {
    const server = await ScriptedServer.start(t);
    const game = await play(t, server);
    server.send({_ack: 5});
    server.send({_ack: "x"});
    server.send({action: "seen"});
    await game.heard.next("seen");
    assert.equal(game.state, "connected");
});

test("nothing but hello is said to a server that does not say it", async t => {
    const server = await ScriptedServer.start(t);
    server.onHello = () => {};
    server.greeting = {action: "connected"};
    const game = new Game();
    t.after(() => game.close());
    game.connect(server.url);
    await game.heard.next("connected");
    game.serverTime();
    server.send({_ping: 1});
    server.send({action: "seen"});
    await game.heard.next("seen");
    game.close();
    await server.got.next("closed");
    assert.deepEqual(server.got.actions(), ["_hello", "closed"]);
});

test("a message with a key that JavaScript cannot have costs that message alone", async t => {
    const server = await ScriptedServer.start(t);
    const game = await play(t, server);
    const key = new TextEncoder().encode("__proto__");
    server.sendBytes(new Uint8Array([0x81, 0xa0 | key.length, ...key, 0xc0]));
    server.sendBytes(new Uint8Array([0x82, 0x01, 0x02, 0xa6, ...new TextEncoder().encode("action"), 0xa1, 0x78]));
    assert.deepEqual(await game.heard.next("x"), {action: "x", 1: 2});
});
