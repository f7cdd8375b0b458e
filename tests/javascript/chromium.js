// SPDX-License-Identifier: MIT

// Programs whose lines are asked for, and pages in headless Chromium (Debian: chromium) that are told
// what to do by its DevTools.

import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {once} from "node:events";
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {createInterface} from "node:readline";
import {WebSocket} from "ws";

const ends = [];
export const pause = () => new Promise(resolve => setTimeout(resolve, 50));

export async function until(condition, what) {
    for (let turn = 0; turn < 600; ++turn) {
        if (await condition())
            return;
        await pause();
    }
    throw new Error(`it did not come to this: ${what}`);
}

/** A program whose lines are asked for one by one. */
export function start(program, args, environment = {}) {
    const child = spawn(program, args, {stdio: ["pipe", "pipe", "inherit"], env: {...process.env, ...environment}});
    ends.push(() => child.kill());
    const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
    const next = async () => (await lines.next()).value;
    return {next, ask: async line => (child.stdin.write(line + "\n"), next())};
}

/** Chromium with one page, which is told what to do by its DevTools. */
export async function openPage(url) {
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

/** The page fits the windows of a desktop and of a telephone; pictures of it stay in `pictures`. */
export async function fits(page, name) {
    for (const [width, height] of [[1440, 900], [360, 640]]) {
        await page.resize(width, height);
        await pause();
        await page.shot(`${name}-${width}`);
        const scrolls = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
        assert.equal(scrolls, false, `the page is wider than ${width} px`);
    }
}

/** Runs `play`, and ends the program with all that it has started. */
export async function perform(play) {
    mkdirSync("pictures", {recursive: true});
    try {
        await play();
    } finally {
        ends.forEach(end => end());
    }
    process.exit();
}
