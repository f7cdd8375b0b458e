// SPDX-License-Identifier: MIT
// Plays the example arena, for repodcat --bots: joins any room, steers, and repairs the ship now
// and then, which is answered even without enough gold.

function connected(bot) {
    bot.request("join", {name: "bot" + bot.id, room: ""});
}

let ticks = 0;

function tick(bot) {
    const angle = ++ticks + bot.id;
    bot.send("input", {x: Math.cos(angle), y: Math.sin(angle), fire: ticks % 4 === 0});
    bot.request("buy", {item: "repair"});
}
