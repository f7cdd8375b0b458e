// SPDX-License-Identifier: MIT

// The package `ws` as the peer: of our server, and of repodcat, which is a client of ours.

import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {once} from "node:events";
import {createInterface} from "node:readline";
import test from "node:test";
import {decode, encode} from "@msgpack/msgpack";
import {WebSocket, WebSocketServer} from "ws";
import {startServer} from "./process.js";

async function connect(t, url, protocols, options) {
    const socket = new WebSocket(url, protocols, options);
    t.after(() => socket.terminate());
    const messages = [];
    socket.on("message", (data, isBinary) => messages.push(isBinary ? decode(data) : JSON.parse(data)));
    await once(socket, "open");
    return {socket, messages};
}

async function received(client, count) {
    while (client.messages.length < count)
        await once(client.socket, "message");
    return client.messages;
}

test("ws speaks MessagePack with our server", async t => {
    const client = await connect(t, (await startServer(t)).url);
    client.socket.send(encode({action: "echo", data: new Uint8Array(70000)}));
    const [greeting, echo] = await received(client, 2);
    assert.deepEqual(greeting, {action: "connected"});
    assert.equal(echo.data.length, 70000);
});

test("ws speaks JSON with our server", async t => {
    const client = await connect(t, (await startServer(t)).url, ["qrepod.json"]);
    assert.equal(client.socket.protocol, "qrepod.json");
    client.socket.send(JSON.stringify({action: "echo", text: "ä😀", n: [1, 2.5, null, true]}));
    const [greeting, echo] = await received(client, 2);
    assert.deepEqual(greeting, {action: "connected"});
    assert.deepEqual(echo, {action: "echo", text: "ä😀", n: [1, 2.5, null, true]});
});

test("our server answers fragments and pings of ws", async t => {
    const client = await connect(t, (await startServer(t)).url, ["qrepod.json"]);
    client.socket.send('{"action":', {fin: false});
    client.socket.ping("in between");
    client.socket.send('"echo"}', {fin: true});
    const [payload] = await once(client.socket, "pong");
    assert.equal(String(payload), "in between");
    assert.deepEqual((await received(client, 2))[1], {action: "echo"});
});

test("our server and ws close in order, whoever begins", async t => {
    const server = await startServer(t);
    const ours = await connect(t, server.url, ["qrepod.json"]);
    ours.socket.send('{"action":"leave"}');
    assert.equal((await once(ours.socket, "close"))[0], 1000);
    const theirs = await connect(t, server.url);
    theirs.socket.close(4321, "bye");
    assert.equal((await once(theirs.socket, "close"))[0], 4321);
});

test("our server does not compress", async t => {
    const client = await connect(t, (await startServer(t)).url, [], {perMessageDeflate: true});
    assert.equal(client.socket.extensions, "");
});

test("our server refuses pages of others", async t => {
    const {url} = await startServer(t);
    const socket = new WebSocket(url, {origin: "https://evil.example"});
    socket.on("error", () => {});
    const [, response] = await once(socket, "unexpected-response");
    assert.equal(response.statusCode, 403);
    socket.terminate();
});

/** repodcat as a client of \a server; lines that it prints come as objects. */
function repodcat(t, server, input) {
    const child = spawn(process.env.QREPOD_REPODCAT, [`ws://127.0.0.1:${server.address().port}/play?n=1`],
                        {stdio: ["pipe", "pipe", "inherit"]});
    t.after(() => child.kill());
    const lines = createInterface({input: child.stdout});
    child.stdin.write(input.map(line => JSON.stringify(line) + "\n").join(""));
    return {child, next: async () => JSON.parse((await once(lines, "line"))[0])};
}

async function host(t, serve) {
    const server = new WebSocketServer({port: 0, host: "127.0.0.1"});
    t.after(() => server.close());
    await once(server, "listening");
    server.on("connection", serve);
    return server;
}

test("our client speaks with a server of ws", async t => {
    let target = "";
    const server = await host(t, (socket, request) => {
        target = request.url;
        socket.on("message", data => {
            const message = decode(data);
            if (message.action === "say")
                socket.send(encode({action: "said", text: message.text}));
        });
    });
    const client = repodcat(t, server, [{action: "say", text: "hello"}]);
    const {action, text} = await client.next();
    assert.deepEqual({action, text}, {action: "said", text: "hello"});
    assert.equal(target, "/play?n=1");
});

test("our client answers fragments, pings and the close of ws", async t => {
    let closed;
    const pong = new Promise(resolve => closed = resolve);
    const server = await host(t, socket => {
        const bytes = encode({action: "whole", data: "x".repeat(300)});
        socket.send(bytes.subarray(0, 10), {fin: false, binary: true});
        socket.ping("p");
        socket.send(bytes.subarray(10), {fin: true, binary: true});
        socket.on("pong", payload => {
            socket.close(1000);
            socket.on("close", code => closed([String(payload), code]));
        });
    });
    const client = repodcat(t, server, []);
    assert.equal((await client.next()).action, "whole");
    assert.deepEqual(await pong, ["p", 1000]);
});
