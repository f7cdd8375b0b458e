// SPDX-License-Identifier: MIT

import {Interpolation} from "./qrepod.js";

const inks = ["#58a6ff", "#56d378", "#ffa657", "#d2a8ff"];

/** The colour of the ship with this number. */
export const inkOf = number => inks[(number - 1) % inks.length];

/** Everything that flies, drawn as it was a moment ago, so that it moves smoothly. */
export class Space {
    static width = 960;
    static height = 600;
    ownNumber = 0; // the number of the player's ship
    #game;
    #pen;
    #scale = 1;
    #ships;
    #shots;
    #gold;

    /** `game` is the listener; the others are replicas of the lists that the room shares. */
    constructor(canvas, game, {ships, shots, gold}) {
        this.#pen = canvas.getContext("2d");
        this.#game = game;
        this.#ships = new Track(ships);
        this.#shots = new Track(shots);
        this.#gold = gold;
        new ResizeObserver(() => this.#resize()).observe(canvas);
        const draw = () => {
            this.#draw();
            requestAnimationFrame(draw);
        };
        draw();
    }

    /** Where the player's ship is drawn, in units of the arena. */
    get ownPlace() {
        return this.#ships.placeOf(this.ownNumber, this.#now);
    }

    get #now() {
        return this.#game.serverTime() - Track.delay;
    }

    /** How much larger things are drawn on a small screen. */
    get #zoom() {
        return Math.max(1, 0.65 * devicePixelRatio / this.#scale);
    }

    /** Uses as many pixels as the screen has. */
    #resize() {
        const {canvas} = this.#pen;
        this.#scale = canvas.clientWidth * devicePixelRatio / Space.width;
        canvas.width = Math.round(Space.width * this.#scale);
        canvas.height = Math.round(Space.height * this.#scale);
    }

    #draw() {
        const pen = this.#pen;
        pen.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
        pen.clearRect(0, 0, Space.width, Space.height);
        pen.fillStyle = "#5b6a99";
        for (let i = 0; i < 60; ++i) // stars
            pen.fillRect(i * 7919 % 957, (i * i * 1009 + i * 53) % 597, 1 + i % 3, 1 + i % 3);
        for (const {x, y} of this.#gold.rows)
            this.#drawGold(x, y);
        const now = this.#now;
        for (const {number} of this.#shots.rows) {
            const {x, y} = this.#shots.placeOf(number, now);
            pen.fillStyle = "#ff8f8f";
            pen.beginPath();
            pen.arc(x, y, 5 * this.#zoom, 0, 2 * Math.PI);
            pen.fill();
        }
        for (const ship of this.#ships.rows.filter(({hull}) => hull > 0))
            this.#drawShip(ship, this.#ships.placeOf(ship.number, now));
        pen.globalAlpha = 1;
    }

    #drawGold(x, y) {
        const pen = this.#pen;
        pen.save();
        pen.translate(x, y);
        pen.scale(this.#zoom, this.#zoom);
        pen.rotate(Math.PI / 4);
        pen.fillStyle = "#ffd75e";
        pen.strokeStyle = "#b98a1d";
        pen.lineWidth = 3;
        pen.beginPath();
        pen.roundRect(-7.5, -7.5, 15, 15, 4);
        pen.fill();
        pen.stroke();
        pen.restore();
    }

    #drawShip(ship, {x, y, angle}) {
        const pen = this.#pen;
        const isMine = ship.number === this.ownNumber;
        const textSize = Math.max(14, 11 * devicePixelRatio / this.#scale / this.#zoom);
        pen.globalAlpha = ship.away ? 0.4 : 1;
        pen.save();
        pen.translate(x, y);
        pen.scale(this.#zoom, this.#zoom);
        pen.save();
        pen.rotate(angle * Math.PI / 180);
        for (const [color, outline] of [[ship.thrust ? "#ff8c42" : "transparent", "M-8-5-22 0-8 5Z"],
                                        [isMine ? "white" : "#0b0e1a", "M22 0-16 16-9 0-16-16Z"],
                                        [inkOf(ship.number), "M17 0-12 12-6 0-12-12Z"]]) {
            pen.fillStyle = color;
            pen.fill(new Path2D(outline));
        }
        pen.restore();
        pen.fillStyle = ship.hull > 50 ? "#56d378" : "#ff6b6b";
        pen.fillRect(-20, 27, 0.4 * ship.hull, 5);
        pen.fillStyle = isMine ? "white" : "#b9c3dc";
        pen.font = `${isMine ? "bold " : ""}${textSize}px system-ui, sans-serif`;
        pen.textAlign = "center";
        pen.fillText(ship.away ? `${ship.name} (away)` : ship.name, 0, y > 70 ? -28 : 50); // inside the arena
        pen.restore();
    }
}

/** The rows of a list, each with the path that it has taken. */
class Track {
    static delay = 100; // milliseconds
    #replica;
    #ways = new Map(); // by the number of a row

    constructor(replica) {
        this.#replica = replica;
        replica.onchange = () => this.#follow();
    }

    get rows() {
        return this.#replica.rows;
    }

    placeOf(number, time) {
        const way = this.#ways.get(number);
        return way ? {x: way.x.valueAt(time), y: way.y.valueAt(time), angle: way.angle.valueAt(time)} : {x: 0, y: 0, angle: 0};
    }

    #follow() {
        const {rows, time} = this.#replica;
        const ways = new Map();
        for (const row of rows) {
            const way = this.#ways.get(row.number) ?? Track.#begin();
            for (const role of ["x", "y", "angle"])
                way[role].addSample(time, row[role] ?? 0);
            ways.set(row.number, way);
        }
        this.#ways = ways;
    }

    static #begin() {
        const [x, y, angle] = [0, 0, 0].map(() => new Interpolation(Track.delay));
        x.maximumStep = y.maximumStep = 100; // a ship that restarts does not fly there
        angle.period = 360;
        return {x, y, angle};
    }
}
