// SPDX-License-Identifier: MIT

// The life of a connection of qrepod.js, row by row of src/client/STATE-MACHINE.md: each test has
// the name that the row has for that of the C++ library.

import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import test, {after, before} from "node:test";
import {ConnectionListener} from "./qrepod.js";
import {Recorder, startServer} from "./process.js";
import {ScriptedServer} from "./scriptedserver.js";

// What the rows tell of that JavaScript does not have.
const others = {
    closeByTheClientObject: "there is no client object",
    closeByTheClientObjectWhileInterrupted: "likewise",
    destructorEndsInTime: "there are no destructors",
    destructorDuringTheDelay: "likewise",
};

const nobody = "ws://127.0.0.1:9"; // the port of a service that no machine has today
const patience = 60000;

/** Writes down each message, with the state in which it came. */
class Game extends ConnectionListener {
    heard = new Recorder();
    log = [];
    onMessage = () => {};

    network_received(message) {
        this.log.push(`${message.action} ${this.state}`);
        this.heard.note(message);
        this.onMessage(message);
    }
}

let server; // ours, for all
const afterAll = [];
before(async () => {
    server = await startServer({after: stop => afterAll.push(stop)});
});
after(() => Promise.all(afterAll.map(stop => stop())));

function makeGame(t, settings = {}) {
    const game = Object.assign(new Game(), {reconnectInterval: 1, maximumReconnectInterval: 1}, settings);
    t.after(() => game.close());
    return game;
}

/** A game that is connected to `url`, and has forgotten how it came to that. */
async function play(t, url, settings) {
    const game = makeGame(t, settings);
    game.connect(url);
    await game.heard.next("socketConnect");
    game.log.length = 0;
    return game;
}

/** A game with a session of our server's, by way of the network. */
async function playSession(t, settings) {
    await server.tell("heal");
    await server.tell(`sessions ${patience}`);
    t.after(() => server.tell("sessions 0"));
    const game = await play(t, server.network, {reconnect: true, ...settings});
    game.send("echo", {name: "begin"}); // behind the greeting
    await game.heard.next("echo");
    game.log.length = 0;
    return game;
}

/** A game with a session of a scripted server's. */
async function playScripted(t, settings) {
    const scripted = await ScriptedServer.start(t);
    const game = await play(t, scripted.url, {reconnect: true, ...settings});
    await scripted.got.next("_hello");
    scripted.send({action: "begin"});
    await game.heard.next("begin");
    game.log.length = 0;
    return {scripted, game};
}

const turn = () => new Promise(setImmediate);
const connectedLog = ["connected connected", "socketConnect connected"];

const situations = {
    async stateChangesAreAnnounced(t) {
        const game = makeGame(t);
        assert.equal(game.state, "disconnected");
        game.connect(server.url);
        assert.equal(game.state, "connecting");
    },

    async connectedThenSocketConnectThenMessages(t) {
        const game = await play(t, server.url);
        game.send("echo");
        await game.heard.next("echo");
        assert.deepEqual(game.heard.actions(), ["connected", "socketConnect", "echo"]);
    },

    async refusedGivesOneErrorAndNothingElse(t) {
        const game = makeGame(t);
        game.connect(nobody);
        assert.match((await game.heard.next("error")).error, /^ws:\/\/127\.0\.0\.1:9: /);
        await turn();
        assert.deepEqual(game.log, ["error disconnected"]);
    },

    async unknownHostGivesOneErrorAndNothingElse(t) {
        const game = makeGame(t);
        game.connect("ws://nobody.invalid:5072");
        assert.match((await game.heard.next("error")).error, /^ws:\/\/nobody\.invalid:5072: /);
        await turn();
        assert.deepEqual(game.log, ["error disconnected"]);
    },

    async timeoutGivesOneErrorAndNothingElse(t) {
        class Silent { readyState = 0; close() {} } // a WebSocket that never opens
        const game = makeGame(t, {WebSocket: Silent, connectTimeout: 1});
        game.connect("ws://example.invalid");
        assert.match((await game.heard.next("error")).error, /: connecting timed out after 1 ms$/);
        await turn();
        assert.deepEqual(game.log, ["error disconnected"]);
    },

    async addressThatCannotBeGivesAnError(t) {
        const game = makeGame(t);
        game.connect("ws://127.0.0.1:70000");
        await game.heard.next("error");
        assert.deepEqual(game.log, ["error disconnected"]);
    },

    async closeWhileConnectingEndsSilently(t) {
        const game = makeGame(t);
        game.connect(server.url);
        game.close();
        assert.equal(game.state, "disconnected");
        const other = await play(t, server.url); // by then the first would have stood
        other.send("echo");
        await other.heard.next("echo");
        assert.deepEqual(game.log, []);
    },

    async connectWhileConnectingForgetsTheOldAttempt(t) {
        const game = makeGame(t);
        game.connect(nobody);
        game.connect(server.url);
        await game.heard.next("socketConnect");
        assert.deepEqual(game.log, connectedLog);
    },

    async greetingIsAbsorbed(t) {
        const game = await play(t, server.url);
        game.send("echo");
        await game.heard.next("echo");
        assert.equal(game.heard.actions().filter(action => action === "connected").length, 1);
    },

    async peerClosingDeliversWhatHadArrivedThenDisconnected(t) {
        const game = await play(t, server.url);
        game.send("echo");
        game.send("leave");
        await game.heard.next("disconnected");
        assert.deepEqual(game.log, ["echo connected", "disconnected disconnected"]);
    },

    async breakingDeliversWhatHadArrivedThenErrorThenDisconnected(t) {
        const game = await play(t, server.network);
        game.send("echo");
        await game.heard.next("echo");
        await server.tell("reset");
        assert.match((await game.heard.next("error")).error, /: the connection broke$/);
        await game.heard.next("disconnected");
        assert.deepEqual(game.log, ["echo connected", "error disconnected", "disconnected disconnected"]);
    },

    async closingInsideAFrameIsABreak(t) {
        const passed = Number(await server.tell("forwarded toClient"));
        const game = await play(t, server.network);
        game.send("echo");
        await game.heard.next("echo");
        const soFar = Number(await server.tell("forwarded toClient")) - passed;
        t.after(() => server.tell("heal"));
        await server.tell(`cut ${soFar + 3} toClient`);
        game.send("echo", {text: "x".repeat(100)});
        await game.heard.next("disconnected");
        assert.deepEqual(game.log, ["echo connected", "error disconnected", "disconnected disconnected"]);
    },

    async protocolErrorDeliversGoodMessagesThenErrorThenDisconnected(t) {
        const {scripted, game} = await playScripted(t, {reconnect: false});
        scripted.send({action: "good"});
        scripted.sendBytes(new Uint8Array([0xc1]));
        assert.match((await game.heard.next("error")).error, /: the server sent an invalid message: /);
        assert.equal((await scripted.got.next("closed")).code, 4000);
        await game.heard.next("disconnected");
        assert.deepEqual(game.log, ["good connected", "error disconnected", "disconnected disconnected"]);
    },

    async closeDeliversWhatHadArrivedThenDisconnectedOnce(t) {
        const game = await play(t, server.url);
        game.autoPump = false;
        game.send("echo");
        const other = await play(t, server.url);
        other.send("all", {text: "x"}); // once this has come, so has the echo
        await other.heard.next("said");
        while (game.pump() === 0)
            await turn();
        game.close();
        assert.equal(game.state, "disconnected");
        game.pump();
        game.pump();
        assert.equal(game.log[0], "echo connected");
        assert.equal(game.log.at(-1), "disconnected disconnected");
        assert.equal(game.heard.actions().filter(action => action === "disconnected").length, 1);
    },

    async connectWhileConnectedEndsTheOldOneFirst(t) {
        const game = await play(t, server.url);
        game.connect(server.url);
        assert.equal(game.state, "connecting");
        await game.heard.next("socketConnect", 2);
        assert.deepEqual(game.log, ["disconnected connecting", ...connectedLog]);
    },

    async closeTwiceAndAfterTheEndDoesNothing(t) {
        const game = await play(t, server.url);
        game.close();
        game.close();
        await game.heard.next("disconnected");
        game.close();
        await turn();
        assert.deepEqual(game.log, ["disconnected disconnected"]);
    },

    async reconnectsAfterTheEnd(t) {
        const game = await play(t, server.network, {reconnect: true});
        await server.tell("reset");
        await game.heard.next("socketConnect", 2);
        assert.deepEqual(game.log, ["error reconnecting", "disconnected reconnecting", ...connectedLog]);
    },

    async reconnectsUntilTheServerIsThere(t) {
        const own = await startServer(t);
        await own.stop();
        const game = makeGame(t, {reconnect: true});
        game.connect(own.url);
        await game.heard.next("error", 2);
        await startServer(t, own.port);
        await game.heard.next("socketConnect");
        assert.ok(game.log.slice(0, -2).every(entry => entry === "error reconnecting"));
        assert.deepEqual(game.log.slice(-2), connectedLog);
    },

    async reconnectGivesUpAfterTheMaximum(t) {
        const game = makeGame(t, {reconnect: true, maximumReconnectAttempts: 2});
        game.connect(nobody);
        await game.heard.next("error", 3);
        await turn();
        assert.deepEqual(game.log, ["error reconnecting", "error reconnecting", "error disconnected"]);
    },

    async closeEndsReconnecting(t) {
        const game = makeGame(t, {reconnect: true, reconnectInterval: patience, maximumReconnectInterval: patience});
        game.connect(nobody);
        await game.heard.next("error");
        assert.equal(game.state, "reconnecting");
        game.close();
        assert.equal(game.state, "disconnected");
        await turn();
        assert.deepEqual(game.log, ["error reconnecting"]);
    },

    async closeInAHandlerEndsReconnecting(t) {
        const game = makeGame(t, {reconnect: true});
        game.onMessage = () => game.close();
        game.connect(nobody);
        await game.heard.next("error");
        await turn();
        assert.equal(game.state, "disconnected");
        assert.deepEqual(game.log, ["error reconnecting"]);
    },

    async connectInAHandlerTakesPrecedence(t) {
        const game = makeGame(t, {reconnect: true});
        game.onMessage = ({action}) => action === "error" && game.connect(server.url);
        game.connect(nobody);
        await game.heard.next("socketConnect");
        assert.deepEqual(game.log, ["error reconnecting", ...connectedLog]);
    },

    async closeByTheGameIsNotFollowedByReconnecting(t) {
        const game = await play(t, server.url, {reconnect: true});
        game.close();
        await game.heard.next("disconnected");
        await turn();
        assert.equal(game.state, "disconnected");
    },

    async resumesByItself(t) {
        const game = await playSession(t);
        await server.tell("reset");
        await game.heard.next("interrupted");
        assert.equal(game.isInterrupted, true);
        await game.heard.next("resumed");
        assert.equal(game.isInterrupted, false);
        assert.deepEqual(game.log, ["interrupted reconnecting", "resumed connected"]);
    },

    async withoutReconnectingTheEndIsAnEnd(t) {
        const game = await playSession(t, {reconnect: false});
        await server.tell("reset");
        await game.heard.next("disconnected");
        assert.deepEqual(game.log, ["error disconnected", "disconnected disconnected"]);
    },

    async serverThatSaysBye(t) {
        const game = await playSession(t);
        game.send("leave");
        await game.heard.next("socketConnect", 2);
        assert.deepEqual(game.log, ["disconnected reconnecting", ...connectedLog]);
    },

    async refusalEndsIt(t) {
        const game = await playSession(t);
        game.send("refuse");
        await game.heard.next("disconnected");
        assert.equal((await game.heard.next("error")).error, "not you");
        assert.deepEqual(game.log, ["error connected", "disconnected disconnected"]);
    },

    async refusalOfOneThatWasAway(t) {
        const {scripted, game} = await playScripted(t);
        scripted.onResume = () => {
            scripted.send({_refused: "you are banned"});
            scripted.send({_bye: 1});
            scripted.close(1000);
            return {};
        };
        scripted.cut();
        await game.heard.next("disconnected");
        assert.equal((await game.heard.next("error")).error, "you are banned");
        assert.deepEqual(game.log, ["interrupted reconnecting", "error disconnected", "disconnected disconnected"]);
    },

    async redirectionOfOneThatWasAway(t) {
        const {scripted, game} = await playScripted(t);
        const other = await ScriptedServer.start(t);
        scripted.onResume = () => {
            scripted.send({_redirect: new URL(other.url).host});
            scripted.send({_bye: 1});
            scripted.close(1000);
            return {};
        };
        scripted.cut();
        await game.heard.next("socketConnect", 2);
        await other.got.next("_hello");
        assert.deepEqual(game.log, ["interrupted reconnecting", "disconnected reconnecting", ...connectedLog]);
    },

    async failedAttemptsAreNotTold(t) {
        const game = await playSession(t);
        await server.tell("cut 10 toClient");
        await game.heard.next("interrupted");
        const first = Number(await server.tell("connections"));
        while (Number(await server.tell("connections")) < first + 2)
            await turn();
        await server.tell("heal");
        await game.heard.next("resumed");
        assert.deepEqual(game.log, ["interrupted reconnecting", "resumed connected"]);
    },

    async lostAgainBeforeTheAnswer(t) {
        const {scripted, game} = await playScripted(t);
        let isAnswering = false;
        scripted.onResume = () => {
            if (isAnswering)
                return {_resumed: 0};
            isAnswering = true;
            scripted.cut();
            return {};
        };
        scripted.cut();
        await game.heard.next("resumed");
        assert.deepEqual(game.log, ["interrupted reconnecting", "resumed connected"]);
    },

    async givesUpAfterTheMaximum(t) {
        const {scripted, game} = await playScripted(t, {maximumReconnectAttempts: 2});
        scripted.stop();
        await game.heard.next("disconnected");
        assert.deepEqual(game.log, ["interrupted reconnecting", "error disconnected", "disconnected disconnected"]);
    },

    async serverThatOnlyHangsUp(t) {
        const {scripted, game} = await playScripted(t, {maximumReconnectAttempts: 2});
        scripted.onResume = () => {
            scripted.close(1000);
            return {};
        };
        scripted.cut();
        await game.heard.next("disconnected");
        assert.deepEqual(game.log, ["interrupted reconnecting", "error disconnected", "disconnected disconnected"]);
        const {error} = await game.heard.next("error");
        assert.equal(error, `${scripted.url}: the connection was lost and has not come back`);
    },

    async whatWasSentMeanwhileFollows(t) {
        const game = await playSession(t);
        await server.tell("cut 10 toClient");
        await game.heard.next("interrupted");
        assert.ok(game.send("count", {n: 0}) > 0);
        assert.ok(game.send("count", {n: 1}) > 0);
        const sum = game.request("add", {a: 2, b: 3});
        await server.tell("heal");
        assert.equal(await sum, 5);
        assert.deepEqual(game.log, ["interrupted reconnecting", "resumed connected", "counted connected",
                                    "counted connected"]);
        assert.ok(game.heard.log.filter(({action}) => action === "counted").every(({isDue}) => isDue));
    },

    async sessionThatIsLost(t) {
        const game = await playSession(t);
        await server.tell("cut 10 toClient");
        await game.heard.next("interrupted");
        await server.tell("forget");
        await server.tell("heal");
        assert.match((await game.heard.next("error")).error, /^the session was lost: /);
        await game.heard.next("socketConnect", 2);
        assert.deepEqual(game.log.slice(1).map(entry => entry.split(" ")[0]),
                         ["error", "disconnected", "connected", "socketConnect"]);
        assert.equal(game.state, "connected");
        game.send("echo");
        await game.heard.next("echo", 2);
    },

    async serverWithoutSessions(t) {
        const game = await playSession(t);
        await server.tell("sessions 0"); // before the server can notice: who is lost then keeps the place
        await server.tell("cut 10 toClient");
        await game.heard.next("interrupted");
        await server.tell("heal");
        await game.heard.next("socketConnect", 2);
        assert.match((await game.heard.next("error")).error, /^the session was lost: the server does not keep sessions$/);
        game.send("echo");
        await game.heard.next("echo", 2);
    },

    async sessionThatIsElsewhere(t) {
        const {scripted, game} = await playScripted(t);
        const other = await ScriptedServer.start(t);
        scripted.onResume = () => {
            scripted.send({_redirect: new URL(other.url).host});
            scripted.close(1000);
            return {};
        };
        other.onResume = ({_resume}) => _resume === "token" ? {_resumed: 0} : {_lost: "another token"};
        scripted.cut();
        await game.heard.next("resumed");
        assert.deepEqual(game.log, ["interrupted reconnecting", "resumed connected"]);
    },

    async serversThatSendASessionToEachOther(t) {
        const {scripted, game} = await playScripted(t, {maximumReconnectAttempts: 4});
        let resumes = 0;
        scripted.onResume = () => {
            ++resumes;
            scripted.send({_redirect: new URL(scripted.url).host});
            scripted.close(1000);
            return {};
        };
        scripted.cut();
        await game.heard.next("disconnected");
        assert.equal(resumes, 5);
        assert.deepEqual(game.log, ["interrupted reconnecting", "error disconnected", "disconnected disconnected"]);
    },

    async serverThatCountsOtherMessages(t) {
        const {scripted, game} = await playScripted(t);
        scripted.onResume = () => ({_resumed: 7});
        scripted.cut();
        await game.heard.next("disconnected");
        assert.match((await game.heard.next("error")).error, /the session was lost: the message counts do not match$/);
        await game.heard.next("socketConnect", 2);
        assert.deepEqual(game.log, ["interrupted reconnecting", "error reconnecting", "disconnected reconnecting",
                                    ...connectedLog]);
    },

    async closeWhileInterrupted(t) {
        const game = await playSession(t);
        await server.tell("cut 10 toClient");
        await game.heard.next("interrupted");
        game.close();
        assert.equal(game.state, "disconnected");
        await game.heard.next("disconnected");
        await server.tell("heal");
        await turn();
        assert.deepEqual(game.log, ["interrupted reconnecting", "disconnected disconnected"]);
    },

    /** It ends with the attempt at hand. */
    async switchingReconnectingOffWhileInterrupted(t) {
        const {scripted, game} = await playScripted(t, {});
        scripted.onResume = () => {
            game.reconnect = false;
            scripted.close(1000);
            return {};
        };
        scripted.cut();
        await game.heard.next("disconnected");
        assert.deepEqual(game.log, ["interrupted reconnecting", "error disconnected", "disconnected disconnected"]);
    },

    async connectWhileInterrupted(t) {
        const game = await playSession(t);
        await server.tell("cut 10 toClient");
        await game.heard.next("interrupted");
        game.connect(server.url);
        await game.heard.next("socketConnect", 2);
        assert.deepEqual(game.log, ["interrupted reconnecting", "disconnected connecting", ...connectedLog]);
    },

    async reconnectDelaysGrow(t) {
        const delays = [];
        const game = makeGame(t, {reconnect: true, reconnectInterval: 100, maximumReconnectInterval: 800});
        t.mock.method(globalThis, "setTimeout", (call, delay) => {
            if (delay < game.connectTimeout)
                delays.push(delay);
            return setImmediate(() => delay < game.connectTimeout && call());
        });
        game.connect(nobody);
        await game.heard.next("error", 6);
        game.close();
        [100, 200, 400, 800, 800].forEach((delay, i) => {
            assert.ok(delays[i] >= delay * 0.75 && delays[i] <= delay * 1.25, `${delays[i]} for ${delay}`);
        });
    },
};

for (const [name, situation] of Object.entries(situations))
    test(name, situation);

test("every row of the state machine has its test", () => {
    const rows = readFileSync(process.env.QREPOD_STATE_MACHINE, "utf8").split("\n")
        .filter(line => line.startsWith("| ") && line.endsWith("` |"));
    const names = rows.flatMap(row => [...row.split("|").at(-2).matchAll(/`(\w+)`/g)].map(match => match[1]));
    assert.ok(names.length > 40);
    for (const name of new Set(names))
        assert.ok(name in situations || name in others, `${name} has no test`);
});
