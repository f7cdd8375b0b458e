// SPDX-License-Identifier: MIT

// Two pages in headless Chromium, that of a desktop and that of a telephone, and a listener of
// Node.js in one match of arena. Pictures stay in the folder `pictures`. Not a test of ctest's, as
// browser.js is not.

import assert from "node:assert/strict";
import {ConnectionListener, Replica} from "./qrepod.js";
import {fits, openPage, pause, perform, start, until} from "./chromium.js";

const textOf = (page, id) => page.evaluate(`document.getElementById("${id}").innerText`);
const click = (page, selector) => page.evaluate(`document.querySelector("${selector}").click()`);

/** Flies to the right and shoots, until the server has seen both. */
async function fly(page, row, shots) {
    const key = (type, code) => page.call("Input.dispatchKeyEvent", {type, code, key: code});
    const {x} = row();
    await key("keyDown", "ArrowRight");
    await key("keyDown", "Space");
    await until(() => row().thrust && row().x !== x && shots.rows.length > 0, "the ship flies and shoots");
    await key("keyUp", "ArrowRight");
    await key("keyUp", "Space");
    await until(() => !row().thrust, "the ship rests");
}

/** Holds a finger at the right edge of the arena. */
async function touch(page, row) {
    const {x, y} = await page.evaluate(`(() => {
        const {right, top, height} = document.getElementById("space").getBoundingClientRect();
        return {x: right - 4, y: top + height / 2};
    })()`);
    await page.call("Emulation.setTouchEmulationEnabled", {enabled: true});
    await page.call("Input.dispatchTouchEvent", {type: "touchStart", touchPoints: [{x, y}]});
    await until(() => row().thrust, "the ship flies to the finger");
    await page.call("Input.dispatchTouchEvent", {type: "touchEnd", touchPoints: []});
    await until(() => !row().thrust, "the ship rests");
}

async function play() {
    const server = start(process.env.QREPOD_ARENA_SERVER,
                         ["--port", "0", "--browsers", "0", "--page", "0", "--ships", "0"]);
    await server.next();
    const url = (await server.next()).match(/http:\S+/)[0];
    const desktop = await openPage(url);
    await until(async () => /Nobody plays/.test(await textOf(desktop, "open")), "the page has connected");
    await desktop.evaluate(`document.getElementById("name").value = "Ada"`);
    await click(desktop, "#play");
    await until(async () => await textOf(desktop, "room") === "Room 1", "the desktop plays");

    const telephone = await openPage(url);
    await telephone.resize(360, 640);
    await until(async () => /1 of 4/.test(await textOf(telephone, "rooms")), "the lobby shows the room");
    await telephone.evaluate(`document.getElementById("name").value = "Eve"`);
    await telephone.shot("lobby-360");
    await click(telephone, "#rooms button");
    await until(async () => await textOf(telephone, "room") === "Room 1", "the telephone plays");

    const watcher = new ConnectionListener();
    watcher.connect(await desktop.evaluate(`"ws://127.0.0.1:" + new URLSearchParams(location.search).get("port")`));
    const [ships, shots] = ["ships", "shots"].map(name => new Replica(watcher, name));
    await until(() => watcher.state === "connected", "the watcher is there");
    await watcher.request("join", {name: "Bob", room: "Room 1"});
    const rowOf = name => () => ships.rows.find(row => row.name === name);
    await until(() => ["Ada", "Eve", "Bob"].every(name => rowOf(name)()), "all three are there");

    await fly(desktop, rowOf("Ada"), shots);
    await touch(telephone, rowOf("Eve"));
    watcher.send("chat", {text: "<b>hello</b>"}); // which is a text, and no HTML
    for (const page of [desktop, telephone])
        await until(async () => (await textOf(page, "lines")).includes("Bob: <b>hello</b>"), "all hear it");
    await click(desktop, "#shop button");
    await until(async () => /costs|nothing/.test(await textOf(desktop, "lines"))
                            || await desktop.evaluate(`document.querySelector("#shop button").disabled`), "the shop answers");
    await until(async () => /Ada.*Eve.*Bob/s.test(await textOf(desktop, "scores")), "the scores are shown");
    await fits(desktop, "arena");
    await telephone.shot("arena-telephone");

    await click(telephone, "#leave");
    await until(() => !rowOf("Eve")(), "the telephone has left");
    watcher.close();
    await until(async () => /2 of 4|1 of 4/.test(await textOf(telephone, "rooms")), "and is in the lobby");
    await pause();
    assert.equal(await telephone.evaluate(`document.getElementById("match").hidden`), true);
    console.log("two pages and a listener have played");
}

await perform(play);
