// SPDX-License-Identifier: MIT

//! Compares a room of 200 that gets a message 60 times per second, and a request that is answered,
//! in QRepod, Socket.IO and `ws` in one run. Prints the CPU time of the server's process per
//! delivery, and the round trip of a request, each as the median of the rounds with its ratio to
//! Socket.IO.
//!
//!     npm install socket.io socket.io-client ws
//!     node servers.mjs QREPOD_ROOM [ROUNDS]

import {execFileSync, spawn} from "node:child_process";
import {readFileSync, readdirSync} from "node:fs";
import {createServer} from "node:http";
import {connect} from "node:net";
import {createInterface} from "node:readline";
import {fileURLToPath} from "node:url";
import {Server} from "socket.io";
import {io} from "socket.io-client";
import {WebSocket, WebSocketServer} from "ws";

const clients = 200;
const seconds = 5;
const requests = 3000;
const rate = 60;
const move = {id: 7, x: 10.5, y: 20.25, name: "alice"};
const sleep = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

/** Calls `send` 60 times per second. */
function tick(send) {
    const begin = Date.now();
    let ticks = 0;
    setInterval(() => {
        for (const due = Math.floor((Date.now() - begin) * rate / 1000); ticks < due; ++ticks)
            send();
    }, 1000 / rate);
}

/** The servers in Node.js, each in a process of its own. */
const serve = {
    "Socket.IO"() {
        const server = new Server(0);
        server.on("connection", socket => {
            socket.on("enter", () => socket.join("room"));
            socket.on("echo", (number, answer) => answer(number));
        });
        tick(() => server.to("room").emit("move", move));
        console.log(server.httpServer.address().port);
    },
    ws() {
        const room = new Set();
        const http = createServer();
        new WebSocketServer({server: http}).on("connection", socket => socket.on("message", text => {
            const message = JSON.parse(text);
            if (message.action === "enter")
                room.add(socket);
            else
                socket.send(JSON.stringify({action: "_reply", _request: message._request, result: message.number}));
        }));
        tick(() => {
            const text = JSON.stringify({action: "move", ...move});
            room.forEach(socket => socket.send(text));
        });
        http.listen(0, () => console.log(http.address().port));
    },
};

/** Clients that count what they get. Each kind asks to enter, and counts from then on. */
const enter = {
    "Socket.IO": (port, count) => new Promise(resolve => {
        const socket = io(`http://127.0.0.1:${port}`, {transports: ["websocket"], forceNew: true});
        socket.on("move", count);
        socket.on("connect", () => resolve(socket.emit("enter")));
    }),
    ws: (port, count) => new Promise(resolve => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}`, "qrepod.json");
        socket.on("message", count);
        socket.on("open", () => resolve(socket.send(`{"action":"enter"}`)));
    }),
    QRepod: (port, count) => new Promise(resolve => {
        const socket = connect(port, "127.0.0.1", () => resolve(socket.write(frame(`\x81\xa6action\xa5enter`))));
        let rest = Buffer.alloc(0);
        socket.on("data", data => {
            rest = Buffer.concat([rest, data]);
            for (let size; rest.length >= 4 && rest.length >= (size = rest.readUInt32BE() + 4); count())
                rest = rest.subarray(size);
        });
    }),
};

function frame(text) {
    const payload = Buffer.from(text, "latin1");
    const length = Buffer.alloc(4);
    length.writeUInt32BE(payload.length);
    return Buffer.concat([length, payload]);
}

/** Measures round trips of one client, in nanoseconds. */
const ask = {
    "Socket.IO": port => new Promise(resolve => {
        const socket = io(`http://127.0.0.1:${port}`, {transports: ["websocket"], forceNew: true});
        socket.on("connect", async () => {
            const times = await timed(number => new Promise(answered => socket.emit("echo", number, answered)));
            socket.close();
            resolve(times);
        });
    }),
    ws: port => new Promise(resolve => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}`, "qrepod.json");
        let answered = null;
        socket.on("message", text => {
            if (JSON.parse(text).action === "_reply")
                answered();
        });
        socket.on("open", async () => {
            const times = await timed(number => new Promise(resolve => {
                answered = resolve;
                socket.send(JSON.stringify({action: "echo", number, _request: number}));
            }));
            socket.close();
            resolve(times);
        });
    }),
    async QRepod(port) {
        const output = execFileSync(program, ["ask", port, requests], {encoding: "utf8"});
        return output.trim().split("\n").map(Number);
    },
};

async function timed(request) {
    const times = [];
    for (let number = 1; number <= requests; ++number) {
        const begin = process.hrtime.bigint();
        await request(number);
        times.push(Number(process.hrtime.bigint() - begin));
    }
    return times;
}

const contenders = [
    {name: "Socket.IO", server: "Socket.IO", enter: enter["Socket.IO"], ask: ask["Socket.IO"]},
    {name: "ws", server: "ws", enter: enter.ws, ask: ask.ws},
    {name: "QRepod", server: "QRepod", enter: enter.QRepod, ask: ask.QRepod},
    {name: "QRepod, WebSocket and JSON", server: "QRepod", port: 1, enter: enter.ws, ask: ask.ws},
];

function cpuOf(pid) {
    return readdirSync(`/proc/${pid}/task`).reduce((sum, task) =>
        sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]), 0);
}

const percentile = (values, part) => values.sort((a, b) => a - b)[Math.floor(part * (values.length - 1))];

async function measure({server, port = 0, enter, ask}) {
    const child = server === "QRepod" ? spawn(program, ["serve"])
        : spawn(process.execPath, [fileURLToPath(import.meta.url), "serve", server]);
    const [line] = await new Promise(resolve => createInterface({input: child.stdout}).once("line", text => resolve([text])));
    const ports = line.split(" ");
    const trips = await ask(ports[port]);
    let count = 0;
    for (let i = 0; i < clients; ++i)
        await enter(ports[port], () => ++count);
    await sleep(1000);
    count = 0;
    const before = cpuOf(child.pid);
    await sleep(seconds * 1000);
    const cpu = (cpuOf(child.pid) - before) / count / 1000;
    child.kill("SIGKILL");
    return {"CPU a delivery, µs": cpu, "round trip p50, µs": percentile(trips, 0.5) / 1000,
            "round trip p99, µs": percentile(trips, 0.99) / 1000,
            "of what was to come": count / clients / seconds / rate};
}

const [program, what = "3"] = process.argv.slice(2);
if (program === "serve")
    serve[what]();
else if (what.startsWith("only=")) // in a process of its own, so that no measurement pays for another's clients
    console.log(JSON.stringify(await measure(contenders[Number(what.slice(5))])));
else
    compare(Number(what));
if (what.startsWith("only="))
    process.exit();

function compare(rounds) {
    const results = contenders.map(() => []);
    for (let round = 0; round < rounds; ++round) {
        for (const i of contenders.keys())
            results[i].push(JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), program, `only=${i}`])));
    }
    for (const [i, {name}] of contenders.entries()) {
        for (const figure of Object.keys(results[i][0])) {
            const median = percentile(results[i].map(result => result[figure]), 0.5);
            const ratio = percentile(results[i].map((result, round) => result[figure] / results[0][round][figure]), 0.5);
            console.log(`${name}: ${figure} ${median.toFixed(2)}, ratio ${ratio.toFixed(3)}`);
        }
    }
}
