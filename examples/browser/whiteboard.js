// SPDX-License-Identifier: MIT

// The whiteboard as a page: whiteboard.html?server=ws://host:5072

import {ConnectionListener} from "./qrepod.js";

const colors = [[32, 33, 36], [217, 48, 37], [25, 103, 210], [24, 128, 56], [249, 171, 0]];
const byId = id => document.getElementById(id);
const board = byId("board");
const pen = board.getContext("2d");
pen.lineCap = pen.lineJoin = "round";

class Whiteboard extends ConnectionListener {
    #latest = new Map(); // of each player, the line at hand

    Network_connected() {
        byId("status").textContent = "connected";
    }

    Network_initial({lines}) {
        pen.clearRect(0, 0, board.width, board.height);
        for (const [id, player] of Object.entries(lines)) {
            for (const {points, color, thickness} of player.lines) {
                this.#begin(id, points[0], color, thickness);
                points.slice(1).forEach(point => this.#goOn(id, point));
            }
        }
    }

    Network_players({count}) {
        byId("status").textContent = `${count} ${count === 1 ? "player" : "players"}`;
    }

    Network_startline({id, point, color, thickness}) {
        this.#begin(id, point, color, thickness);
    }

    Network_drawpoint({id, point}) {
        this.#goOn(id, point);
    }

    Network_error({error}) {
        byId("status").textContent = error;
    }

    #begin(id, point, color, thickness) {
        this.#latest.set(id, {point, color: `rgb(${color})`, thickness});
        this.#goOn(id, point); // a dot
    }

    #goOn(id, point) {
        const line = this.#latest.get(id);
        if (!line)
            return;
        pen.strokeStyle = line.color;
        pen.lineWidth = line.thickness;
        pen.beginPath();
        pen.moveTo(...line.point);
        pen.lineTo(...point);
        pen.stroke();
        line.point = point;
    }
}

const game = new Whiteboard();
game.reconnect = true;
game.connect(new URLSearchParams(location.search).get("server") ?? `ws://${location.hostname}:5072`);

let color = colors[0];
for (const each of colors) {
    const button = document.createElement("button");
    button.style.background = `rgb(${each})`;
    button.ariaLabel = `Colour ${each}`;
    button.ariaPressed = String(each === color);
    button.onclick = () => {
        color = each;
        for (const other of byId("colors").children)
            other.ariaPressed = String(other === button);
    };
    byId("colors").append(button);
}

const pointOf = event => [Math.round(event.offsetX * board.width / board.clientWidth),
                          Math.round(event.offsetY * board.height / board.clientHeight)];

board.onpointerdown = event => {
    board.setPointerCapture(event.pointerId);
    game.send("startline", {point: pointOf(event), color, thickness: Number(byId("thickness").value)});
};
board.onpointermove = event => {
    if (event.buttons)
        game.send("drawpoint", {point: pointOf(event)});
};
