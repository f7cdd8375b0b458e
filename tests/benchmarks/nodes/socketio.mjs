// SPDX-License-Identifier: MIT

//! Measures the same as main.cpp, for Socket.IO with its Redis adapter:
//!
//!     npm install socket.io socket.io-client @socket.io/redis-adapter redis
//!     node socketio.mjs REDIS_URL REDIS_PID [RATE…]

import {spawn} from "node:child_process";
import {readFileSync, readdirSync} from "node:fs";
import {fileURLToPath} from "node:url";
import {Server} from "socket.io";
import {io} from "socket.io-client";
import {createAdapter} from "@socket.io/redis-adapter";
import {createClient} from "redis";

const seconds = 5;
const data = Buffer.alloc(100, "x");
const now = () => Number(process.hrtime.bigint());
const sleep = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

async function serve(engine) {
    const publisher = createClient({url: engine});
    const subscriber = publisher.duplicate();
    await Promise.all([publisher.connect(), subscriber.connect()]);
    const server = new Server(0, {adapter: createAdapter(publisher, subscriber)});
    server.on("connection", socket => socket.on("go", rate => {
        const begin = Date.now();
        let sent = 0;
        const timer = setInterval(() => {
            const due = Math.min((Date.now() - begin) * rate / 1000, rate * seconds);
            for (; sent < due; ++sent)
                server.emit("tick", {t: now(), data});
            if (sent >= rate * seconds)
                clearInterval(timer);
        }, Math.max(1, Math.min(5, 1000 / rate)));
    }));
    console.log(server.httpServer.address().port);
}

function cpuOf(pid) {
    return readdirSync(`/proc/${pid}/task`).reduce((sum, task) =>
        sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]), 0);
}

function percentile(values, part) {
    return values.sort((a, b) => a - b)[Math.floor(part * (values.length - 1))] ?? 0;
}

async function client(port) {
    const socket = io(`http://127.0.0.1:${port}`, {transports: ["websocket"], forceNew: true});
    socket.delays = [];
    socket.on("tick", ({t}) => socket.delays.push((now() - t) / 1e6));
    await new Promise(resolve => socket.on("connect", resolve));
    return socket;
}

async function measure(rate, ports, processes) {
    const [near, far] = await Promise.all(ports.map(client));
    await sleep(1000);
    const before = processes.map(({pid}) => cpuOf(pid));
    near.emit("go", rate);
    await sleep(seconds * 1000 + 1500);
    const text = ({delays}) => `${(delays.length / rate / seconds * 100).toFixed(1)} % `
        + `p50 ${percentile(delays, 0.5).toFixed(2)} p99 ${percentile(delays, 0.99).toFixed(2)} ms`;
    const costs = processes.map(({name, pid}, i) =>
        `${name} ${((cpuOf(pid) - before[i]) / 1000 / rate / seconds).toFixed(2)} us`);
    console.log(`${rate}/s  near ${text(near)}  far ${text(far)}  CPU a message: ${costs.join(" ")}`);
    near.close();
    far.close();
}

if (process.argv[2] === "serve") {
    await serve(process.argv[3]);
} else {
    const [engine, redis, ...rates] = process.argv.slice(2);
    const nodes = [0, 1].map(() =>
        spawn(process.execPath, [fileURLToPath(import.meta.url), "serve", engine]));
    const ports = await Promise.all(nodes.map(node =>
        new Promise(resolve => node.stdout.once("data", text => resolve(Number(text))))));
    const processes = [{name: "sender", pid: nodes[0].pid}, {name: "other", pid: nodes[1].pid},
                       {name: "redis", pid: Number(redis)}];
    for (const rate of rates.length ? rates : [100, 1000, 10000, 50000])
        await measure(Number(rate), ports, processes);
    nodes.forEach(node => node.kill());
    process.exit();
}
