// SPDX-License-Identifier: MIT

/** The lines on a whiteboard, and their picture on a canvas. Points are in units of the board. */
export class Board {
    static width = 780;
    static height = 560;
    #pen;
    #scale = 1;
    #lines = [];         // in drawing order
    #latest = new Map(); // the current line of each player
    #isDrawingDue = false;

    constructor(canvas) {
        this.#pen = canvas.getContext("2d");
        this.resize();
    }

    /** Uses as many pixels as the screen has. */
    resize() {
        const {canvas} = this.#pen;
        this.#scale = (canvas.clientWidth || Board.width) * devicePixelRatio / Board.width;
        canvas.width = Math.round(Board.width * this.#scale);
        canvas.height = Math.round(Board.height * this.#scale);
        this.#drawSoon();
    }

    /** `lines` are the lines of each player. */
    reset(lines) {
        this.#lines = Object.entries(lines)
            .flatMap(([id, player]) => player.lines.map(line => ({id, ...line})));
        this.#latest = new Map(this.#lines.map(line => [line.id, line]));
        this.#drawSoon();
    }

    begin(id, point, color = [0, 0, 0], thickness = 3) {
        const line = {id, points: [point], color, thickness};
        this.#lines.push(line);
        this.#latest.set(id, line);
        this.#drawSoon();
    }

    goOn(id, point) {
        const line = this.#latest.get(id);
        if (!line)
            return this.begin(id, point);
        line.points.push(point);
        this.#drawSoon();
    }

    undo(id) {
        const place = this.#lines.map(line => line.id).lastIndexOf(id);
        if (place >= 0)
            this.#lines.splice(place, 1);
        this.#latest.delete(id);
        this.#drawSoon();
    }

    clear(id) {
        this.#lines = this.#lines.filter(line => line.id !== id);
        this.#latest.delete(id);
        this.#drawSoon();
    }

    countOf(id) {
        return this.#lines.filter(line => line.id === id).length;
    }

    /** Draws once for everything that comes before the next frame. */
    #drawSoon() {
        if (!this.#isDrawingDue)
            requestAnimationFrame(() => this.#draw());
        this.#isDrawingDue = true;
    }

    #draw() {
        this.#isDrawingDue = false;
        this.#pen.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
        this.#pen.lineCap = this.#pen.lineJoin = "round";
        this.#pen.clearRect(0, 0, Board.width, Board.height);
        this.#lines.forEach(line => this.#stroke(line));
    }

    /** Like the Qt window: parabolas from the middle between two points to the next middle. */
    #stroke({points, color, thickness}) {
        this.#pen.strokeStyle = `rgb(${color})`;
        this.#pen.lineWidth = thickness;
        this.#pen.beginPath();
        this.#pen.moveTo(...points[0]);
        for (let i = 1; i < points.length; ++i) {
            const [[x, y], [nextX, nextY]] = [points[i - 1], points[i]];
            this.#pen.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
        }
        this.#pen.lineTo(...points.at(-1));
        this.#pen.stroke();
    }
}
