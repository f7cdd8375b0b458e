// SPDX-License-Identifier: MIT
// Moving things in Colyseus' schema, encoded once per tick and written to every client in a frame
// with four bytes of length: colyseus.cjs MODULE THINGS CLIENTS TICKS RATE
//
// Prints the port. Once all clients are connected, it sends the first state, runs some ticks to
// warm up the compiler, waits for a line on stdin, runs the ticks, and prints the CPU time of its
// thread in nanoseconds. Ends when stdin does.

"use strict";

const fs = require("node:fs");
const net = require("node:net");
const readline = require("node:readline");

const [modulePath, ...numbers] = process.argv.slice(2);
const [things, clients, ticks, rate] = numbers.map(Number);
const { t, schema, MapSchema, Encoder } = require(modulePath);

const Thing = schema({ id: t.uint16(), x: t.float32(), y: t.float32(), name: t.string() }, "Thing");
const World = schema({ things: t.map(Thing) }, "World");

const world = new World();
world.things ??= new MapSchema();
for (let id = 0; id < things; ++id) {
    const thing = new Thing();
    Object.assign(thing, { id, x: 0, y: 0, name: "thing" });
    world.things.set(String(id), thing);
}
Encoder.BUFFER_SIZE = 1024 * 1024;
const encoder = new Encoder(world);
const sockets = [];

function tell(bytes) {
    const frame = Buffer.allocUnsafe(bytes.length + 4);
    frame.writeUInt32BE(bytes.length);
    frame.set(bytes, 4);
    for (const socket of sockets)
        socket.write(frame);
}

function tick() {
    for (const thing of world.things.values()) {
        thing.x += 1.25;
        thing.y = 2 * thing.x;
    }
    tell(encoder.encode());
    encoder.discardChanges();
}

function run(count, interval, done) {
    const timer = setInterval(() => {
        tick();
        if (--count > 0)
            return;
        clearInterval(timer);
        setTimeout(done, 100); // what is still to be written
    }, interval);
}

// The first number of the scheduler's own count for the main thread.
function cpu() {
    return Number(fs.readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]);
}

const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    if (sockets.length < clients)
        return;
    tell(encoder.encodeAll());
    encoder.discardChanges();
    run(100, 5, () => {});
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));

readline.createInterface({ input: process.stdin })
    .on("line", () => {
        const before = cpu();
        run(ticks, 1000 / rate, () => console.log(cpu() - before));
    })
    .on("close", () => process.exit());
