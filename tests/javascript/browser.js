// SPDX-License-Identifier: MIT

// A page in headless Chromium, a window of Qt's and a Python peer at one whiteboard: each draws, and
// all see the same. Pictures of it stay in the folder `pictures`. Not a test of ctest's: it needs
// Chromium (Debian: chromium), and `npm install` in examples/browser.

import assert from "node:assert/strict";
import {writeFileSync} from "node:fs";
import {fits, openPage, perform, start, until} from "./chromium.js";

/** Draws with the mouse, in units of the board. */
async function draw(page, points) {
    const {x, y, scale} = await page.evaluate(`(() => {
        const {x, y, width} = document.getElementById("board").getBoundingClientRect();
        return {x, y, scale: width / 780};
    })()`);
    const mouse = (type, point, buttons) => page.call("Input.dispatchMouseEvent", {
        type, x: x + point[0] * scale, y: y + point[1] * scale, button: "left", buttons, clickCount: 1});
    await mouse("mousePressed", points[0], 1);
    for (const point of points.slice(1))
        await mouse("mouseMoved", point, 1);
    await mouse("mouseReleased", points.at(-1), 0);
}

async function play() {
    const server = start(process.env.QREPOD_WHITEBOARD_SERVER, ["127.0.0.1", "0", "0", "--page", "0"]);
    const port = (await server.next()).match(/:(\d+)$/)[1];
    const url = (await server.next()).match(/http:\S+/)[0];
    const page = await openPage(url);
    const status = () => page.evaluate(`document.getElementById("status").textContent`);
    await until(async () => /player/.test(await status()), "the page has connected");

    await page.evaluate(`document.querySelector("[aria-label=blue]").click()`);
    await draw(page, Array.from({length: 60}, (_, i) => [40 + i * 12, Math.round(150 + 90 * Math.sin(i / 6))]));
    const window = start(process.env.QREPOD_BOARD_WINDOW, [port], {QT_QPA_PLATFORM: "offscreen"});
    const peer = start(process.env.QREPOD_PYTHON ?? "python3", [process.env.QREPOD_PYTHON_PEER, port]);
    await until(async () => await status() === "3 players", "all three are there");
    await page.evaluate(`document.querySelector("[aria-label=red]").click()`);
    await draw(page, [[300, 300], [480, 300], [480, 420], [300, 420], [300, 300]]);
    await page.evaluate(`document.querySelector("[aria-label=yellow]").click()`);
    await draw(page, [[600, 330], [700, 380]]);
    await page.evaluate(`document.getElementById("undo").click()`); // the yellow line goes again

    const canvas = async () => writeFileSync("pictures/canvas.png", (await page.evaluate(
        `document.getElementById("board").toDataURL()`)).split(",")[1], "base64");
    let thousandths = 1000;
    await until(async () => {
        await canvas();
        await window.ask("save pictures/window.png");
        thousandths = Number(await window.ask("compare pictures/canvas.png pictures/window.png"));
        return thousandths <= 30;
    }, "window and page show the same").catch(error => {
        throw new Error(`${error.message}: ${thousandths / 10} % of what is drawn is different`);
    });
    const lines = JSON.parse(await peer.ask("lines"));
    assert.deepEqual(lines.find(([first]) => String(first) === "300,300"),
                     [[300, 300], [480, 300], [480, 420], [300, 420], [300, 300]]);

    await fits(page, "page");
    console.log(`the same picture, but for ${thousandths / 10} % of what is drawn`);
}

await perform(play);
