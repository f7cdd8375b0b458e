// SPDX-License-Identifier: MIT

// The whiteboard as a page: whiteboard.html?server=ws://host:5072, or ?port=5072 for the page's own
// host.

import {Board} from "./board.js";
import {ConnectionListener} from "./qrepod.js";

const colors = {black: [32, 33, 36], red: [217, 48, 37], blue: [25, 103, 210], green: [24, 128, 56],
                yellow: [249, 171, 0]};
const byId = id => document.getElementById(id);
const canvas = byId("board");
const board = new Board(canvas);
const pen = {color: colors.black};

class Whiteboard extends ConnectionListener {
    #id = null; // the server's ID for this player; servers that send none cannot undo

    Network_connected() {
        this.#id = null;
        this.#tell("connected");
    }

    Network_initial({lines}) {
        board.reset(lines);
        this.#showTools();
    }

    Network_you({id}) {
        this.#id = id;
        this.#showTools();
    }

    Network_players({count}) {
        this.#tell(`${count} ${count === 1 ? "player" : "players"}`);
    }

    Network_startline({id, point, color, thickness}) {
        board.begin(id, point, color, thickness);
        this.#showTools();
    }

    Network_drawpoint({id, point}) {
        board.goOn(id, point);
    }

    Network_undo({id}) {
        board.undo(id);
        this.#showTools();
    }

    Network_clear({id}) {
        board.clear(id);
        this.#showTools();
    }

    Network_error({error}) {
        this.#tell(error);
    }

    Network_disconnected() {
        this.#tell("connecting…");
    }

    #tell(text) {
        byId("status").textContent = text;
    }

    #showTools() {
        byId("undo").disabled = byId("clear").disabled = this.#id === null || board.countOf(this.#id) === 0;
    }
}

const game = new Whiteboard();
const query = new URLSearchParams(location.search);
game.reconnect = true;
game.connect(query.get("server") ?? `ws://${location.hostname}:${query.get("port") ?? 5072}`);

function choose(name) {
    pen.color = colors[name];
    for (const button of byId("colors").children)
        button.ariaPressed = String(button.ariaLabel === name);
}

for (const [name, color] of Object.entries(colors)) {
    const button = document.createElement("button");
    button.style.background = `rgb(${color})`;
    button.ariaLabel = button.title = name;
    button.onclick = () => choose(name);
    byId("colors").append(button);
}
choose("black");

const pointOf = event => [Math.round(event.offsetX * Board.width / canvas.clientWidth),
                          Math.round(event.offsetY * Board.height / canvas.clientHeight)];

canvas.onpointerdown = event => {
    canvas.setPointerCapture(event.pointerId);
    game.send("startline", {point: pointOf(event), color: pen.color, thickness: Number(byId("thickness").value)});
};
canvas.onpointermove = event => {
    if (event.buttons)
        game.send("drawpoint", {point: pointOf(event)});
};
byId("undo").onclick = () => game.send("undo");
byId("clear").onclick = () => game.send("clear");
addEventListener("keydown", event => {
    const name = Object.keys(colors)[Number(event.key) - 1];
    if (name)
        choose(name);
    else if (event.key === "z" && (event.ctrlKey || event.metaKey))
        game.send("undo");
});
new ResizeObserver(() => board.resize()).observe(canvas);
