// SPDX-License-Identifier: MIT

// A page in headless Chromium, a window of Qt's and a Python peer at one whiteboard: each draws, and
// all see the same. Pictures of it stay in the folder `pictures`. Not a test of ctest's: it needs
// Chromium (Debian: chromium), and `npm install` in examples/browser.

import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {once} from "node:events";
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {createInterface} from "node:readline";
import {WebSocket} from "ws";

const ends = [];
const pause = () => new Promise(resolve => setTimeout(resolve, 50));

async function until(condition, what) {
    for (let turn = 0; turn < 600; ++turn) {
        if (await condition())
            return;
        await pause();
    }
    throw new Error(`it did not come to this: ${what}`);
}

/** A program whose lines are asked for one by one. */
function start(program, args, environment = {}) {
    const child = spawn(program, args, {stdio: ["pipe", "pipe", "inherit"], env: {...process.env, ...environment}});
    ends.push(() => child.kill());
    const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
    const next = async () => (await lines.next()).value;
    return {next, ask: async line => (child.stdin.write(line + "\n"), next())};
}

/** Chromium with one page, which is told what to do by its DevTools. */
async function openPage(url) {
    const profile = mkdtempSync(join(tmpdir(), "qrepod-"));
    const child = spawn(process.env.CHROMIUM ?? "chromium",
                        ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
                         `--user-data-dir=${profile}`, "about:blank"], {stdio: ["ignore", "ignore", "pipe"]});
    ends.push(() => {
        child.kill("SIGKILL");
        child.once("exit", () => rmSync(profile, {recursive: true, force: true}));
    });
    let port;
    for await (const line of createInterface({input: child.stderr})) {
        port = line.match(/DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/)?.[1];
        if (port)
            break;
    }
    const [{webSocketDebuggerUrl}] = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json())
        .filter(({type}) => type === "page");
    const socket = new WebSocket(webSocketDebuggerUrl, {perMessageDeflate: false});
    await once(socket, "open");
    const waiting = new Map();
    let number = 0;
    socket.on("message", data => {
        const {id, result, error} = JSON.parse(data);
        waiting.get(id)?.(error ? Promise.reject(new Error(error.message)) : result);
    });
    const call = (method, params = {}) => new Promise(resolve => {
        waiting.set(++number, resolve);
        socket.send(JSON.stringify({id: number, method, params}));
    });
    const page = {
        call,
        evaluate: async expression => (await call("Runtime.evaluate", {expression, returnByValue: true})).result.value,
        resize: (width, height) => call("Emulation.setDeviceMetricsOverride",
                                        {width, height, deviceScaleFactor: 1, mobile: width < 500}),
        shot: async name => writeFileSync(`pictures/${name}.png`, (await call("Page.captureScreenshot")).data, "base64"),
    };
    await page.resize(1440, 900);
    await call("Page.navigate", {url});
    return page;
}

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
    mkdirSync("pictures", {recursive: true});
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

    for (const [width, height] of [[1440, 900], [360, 640]]) {
        await page.resize(width, height);
        await pause();
        await page.shot(`page-${width}`);
        const scrolls = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
        assert.equal(scrolls, false, `the page is wider than ${width} px`);
    }
    console.log(`the same picture, but for ${thousandths / 10} % of what is drawn`);
}

try {
    await play();
} finally {
    ends.forEach(end => end());
}
process.exit();
