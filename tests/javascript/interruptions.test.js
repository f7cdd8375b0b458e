// SPDX-License-Identifier: MIT

// Sessions of qrepod.js with our server, by way of a network that is cut at every byte: before, in
// the middle of and after each control frame. Nothing is lost, doubled or out of order.

import assert from "node:assert/strict";
import test from "node:test";
import {ConnectionListener} from "./qrepod.js";
import {Recorder, startServer} from "./process.js";

class Game extends ConnectionListener {
    heard = new Recorder();
    counted = [];
    flood = [];
    reconnect = true;
    reconnectInterval = 1;
    maximumReconnectInterval = 1;
    #sent = 0;

    network_received(message) {
        this.heard.note(message);
    }

    Network_counted({n, isDue}) {
        assert.ok(isDue, `${n} came out of turn`);
        this.counted.push(n);
        this.heard.note({action: `counted ${n}`});
    }

    Network_flood({n}) {
        this.flood.push(n);
        this.heard.note({action: `flood ${n}`});
    }

    count(times) {
        for (let i = 0; i < times; ++i)
            assert.ok(this.send("count", {n: this.#sent++}) > 0);
    }

    /** Whether all came that was sent, once and in order. */
    async isComplete() {
        await this.heard.next(`counted ${this.#sent - 1}`);
        assert.deepEqual(this.counted, [...Array(this.#sent).keys()]);
    }
}

async function play(t) {
    const server = await startServer(t);
    await server.tell("sessions 60000");
    const game = new Game();
    t.after(() => game.close());
    game.connect(server.network);
    await game.heard.next("connected");
    game.count(1);
    await game.heard.next("counted 0");
    return {server, game};
}

const turn = () => new Promise(setImmediate);

/** The connection is lost, and the next one after it, once so many bytes have passed there. */
async function cutTheNext(server, game, direction, bytes) {
    const before = Number(await server.tell("connections"));
    await server.tell(`cut ${bytes} ${direction}`);
    await server.tell("reset");
    game.count(2);
    while (Number(await server.tell("connections")) < before + 2)
        await turn();
    game.count(1);
    await server.tell("heal");
    await game.isComplete();
}

for (const direction of ["toServer", "toClient"]) {
    test(`a resume that is cut at any byte ${direction}`, async t => {
        const {server, game} = await play(t);
        const forwarded = async () => Number(await server.tell(`forwarded ${direction}`));
        const first = await forwarded();
        await server.tell("reset");
        await game.heard.next("resumed");
        game.count(1);
        await game.isComplete();
        const whole = await forwarded() - first;
        for (let bytes = 1; bytes < whole - 100; bytes += 60) // the handshake
            await cutTheNext(server, game, direction, bytes);
        for (let bytes = whole - 100; bytes < whole; ++bytes)
            await cutTheNext(server, game, direction, bytes);
        const events = game.heard.actions().filter(action => !/ /.test(action));
        assert.ok(!events.includes("error") && !events.includes("disconnected"));
    });
}

test("both directions are busy, and the line is lost again and again", async t => {
    const {server, game} = await play(t);
    game.send("flood", {count: 3000});
    for (let round = 1; round <= 30; ++round) {
        game.count(50);
        await server.tell(round % 2 ? "reset" : "interrupt 2");
        await game.heard.next("resumed", round);
    }
    await game.isComplete();
    await game.heard.next("flood 2999");
    assert.deepEqual(game.flood, [...Array(3000).keys()]);
});
