// SPDX-License-Identifier: MIT

// Arena as a page: arena.html?server=ws://host:5072, or ?port=5072 for the page's own host.

import {ConnectionListener, Replica} from "./qrepod.js";
import {Space, inkOf} from "./space.js";

const byId = id => document.getElementById(id);
const offers = [["repair", "Repair", 3], ["engine", "Engine", 5], ["cannon", "Cannon", 5]];

class Arena extends ConnectionListener {
    #wish = null; // the requested room, if any

    /** Joins any room, or the public one of this name, or with a "#" before it a private one. */
    async join(room) {
        this.#wish = room;
        byId("problem").textContent = "";
        try {
            const match = await this.request("join", {name: byId("name").value, room});
            space.ownNumber = match.ship;
            show("match", match.room);
        } catch (error) {
            byId("problem").textContent = reasonOf(error);
        }
    }

    leave() {
        this.#wish = null;
        this.send("leave");
        show("lobby");
    }

    Network_connected() {
        show("lobby");
        if (this.#wish !== null) // redirected to the server that has the room, or the session was lost
            this.join(this.#wish);
    }

    Network_interrupted() {
        byId("notice").hidden = false;
        byId("notice").textContent = "The line is broken. Your place is kept …";
    }

    Network_resumed() {
        byId("notice").hidden = true;
        controls.release(); // keys may have been released meanwhile
    }

    Network_chat({name, text}) {
        say(`${name}: ${text}`);
    }

    Network_won({name}) {
        say(`${name} wins!`);
    }

    Network_error({error}) {
        byId("notice").textContent = error;
    }

    Network_disconnected() {
        show();
    }
}

/** Where the player wants to fly, by keys, or by holding the mouse or a finger down. */
class Controls {
    #down = new Set(); // keys
    #pointer = null;   // where it is held, in the arena's units
    #told = "";

    constructor(canvas) {
        canvas.onkeydown = event => this.#turn(event, () => this.#down.add(event.code));
        canvas.onkeyup = event => this.#turn(event, () => this.#down.delete(event.code));
        canvas.onblur = () => this.release(); // the release of a key elsewhere is not seen
        canvas.onpointerdown = canvas.onpointermove = event => {
            if (!event.buttons)
                return;
            if (event.type === "pointerdown")
                canvas.setPointerCapture(event.pointerId);
            const unit = Space.width / canvas.clientWidth;
            this.#pointer = {x: event.offsetX * unit, y: event.offsetY * unit};
        };
        canvas.onpointerup = canvas.onpointercancel = () => this.#pointer = null;
        setInterval(() => this.#tell(), 50); // the ship moves relative to a resting finger
    }

    /** Forgets the keys, and sends the input again. */
    release() {
        this.#down.clear();
        this.#pointer = null;
        this.#told = "";
    }

    #turn(event, change) {
        if (!/^(Arrow|Space|Key[WASD]$)/.test(event.code))
            return;
        event.preventDefault(); // keep the page from scrolling
        change();
        this.#tell();
    }

    #tell() {
        if (byId("match").hidden)
            return;
        const input = {...(this.#pointer ? this.#courseToPointer() : this.#courseOfKeys()),
                       fire: this.#pointer !== null || this.#down.has("Space")};
        if (JSON.stringify(input) !== this.#told && game.send("input", input) > 0)
            this.#told = JSON.stringify(input);
    }

    #courseOfKeys() {
        const held = (...keys) => Number(keys.some(key => this.#down.has(key)));
        return {x: held("ArrowRight", "KeyD") - held("ArrowLeft", "KeyA"),
                y: held("ArrowDown", "KeyS") - held("ArrowUp", "KeyW")};
    }

    /** In steps of 15 degrees, so that not every pixel sends a message. */
    #courseToPointer() {
        const {x, y} = space.ownPlace;
        const [wayX, wayY] = [this.#pointer.x - x, this.#pointer.y - y];
        const angle = Math.round(Math.atan2(wayY, wayX) * 12 / Math.PI) * Math.PI / 12;
        const power = Number(Math.hypot(wayX, wayY) > 20);
        return {x: power * Math.cos(angle), y: power * Math.sin(angle)};
    }
}

/** Strips the action from the error of a request. */
const reasonOf = error => error.message.replace(/^\w+: /, "");

function say(line) {
    const entry = document.createElement("li");
    entry.textContent = line;
    byId("lines").append(entry);
    while (byId("lines").children.length > 4)
        byId("lines").firstChild.remove();
}

/** Shows the part of the page with this id; without an id, only the notice. */
function show(part = "", room = "") {
    byId("lobby").hidden = part !== "lobby";
    byId("match").hidden = part !== "match";
    byId("notice").hidden = part !== "";
    if (part !== "match")
        return;
    byId("room").textContent = room.startsWith("#") ? `Word: ${room.slice(1)}` : room;
    byId("lines").replaceChildren();
    say("Fly with the arrow keys and shoot with the space bar, or hold a finger.");
    say("Collect gold. It buys repairs and a better ship. 50 points win.");
    byId("space").focus();
}

function button(text, isEnabled, act) {
    const made = document.createElement("button");
    made.textContent = text;
    made.disabled = !isEnabled;
    made.onclick = act;
    return made;
}

const game = new Arena();
const [rooms, ships, shots, gold] = ["rooms", "ships", "shots", "gold"].map(name => new Replica(game, name));
const space = new Space(byId("space"), game, {ships, shots, gold});
const controls = new Controls(byId("space"));

rooms.onchange = () => {
    byId("open").textContent = rooms.rows.length > 0 ? "Open rooms" : "Nobody plays yet.";
    byId("rooms").replaceChildren(...rooms.rows.map(({name, players}) =>
        button(`${name}: ${players} of 4 players`, players < 4, () => game.join(name))));
};

const shop = offers.map(([item, text, price]) => button(`${text} (${price})`, false, async () => {
    byId("space").focus();
    await game.request("buy", {item}).catch(error => say(reasonOf(error)));
}));
byId("shop").append(...shop);

let scores = "";
setInterval(() => {
    const own = ships.rows.find(({number}) => number === space.ownNumber);
    byId("gold").textContent = `${own?.gold ?? 0} gold`;
    shop.forEach((offer, i) => offer.disabled = !(own?.gold >= offers[i][2]));
    const now = JSON.stringify(ships.rows.map(({number, name, score}) => [number, name, score]));
    if (now === scores)
        return;
    scores = now;
    byId("scores").replaceChildren(...ships.rows.map(({number, name, score}) => {
        const entry = document.createElement("span");
        entry.textContent = `${name} ${score}`;
        entry.style.color = inkOf(number);
        return entry;
    }));
}, 100);

byId("play").onclick = () => game.join("");
byId("leave").onclick = () => game.leave();
byId("friends").onsubmit = event => {
    event.preventDefault();
    game.join(`#${byId("word").value}`);
};
byId("say").onsubmit = event => {
    event.preventDefault();
    if (byId("text").value.trim() !== "")
        game.send("chat", {text: byId("text").value});
    byId("text").value = "";
    byId("space").focus();
};
addEventListener("keydown", event => {
    if (event.key === "Enter" && document.activeElement === byId("space")) {
        event.preventDefault();
        byId("text").focus();
    }
});

const query = new URLSearchParams(location.search);
game.reconnect = true;
game.connect(query.get("server") ?? `ws://${location.hostname}:${query.get("port") ?? 5072}`);
