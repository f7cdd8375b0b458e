// SPDX-License-Identifier: MIT

import {rowChanges} from "./rowchanges.js";

/** How a replica finds what its listener knows; for this package alone. */
export const replicasOf = Symbol("replicas");

// Objects and lists that are known of one server, whether or not there is a replica.
const mostStates = 1000;

/** An object or a list that the server shares. */
export class Replica {
    name;
    onchange = null;
    #state;

    constructor(listener, name) {
        this.name = name;
        this.#state = listener[replicasOf].find(name);
        this.#state.replicas.push(this);
    }

    get isReady() {
        return this.#state.isReady;
    }

    get values() {
        return this.#state.values;
    }

    get rows() {
        return this.#state.rows;
    }

    get time() {
        return this.#state.time;
    }

    /** It follows no more. */
    close() {
        this.#state.replicas = this.#state.replicas.filter(each => each !== this);
    }
}

/** What a listener knows of what its server shares, by name. */
export class Replicas {
    #states = new Map();

    find(name) {
        if (!this.#states.has(name))
            this.#states.set(name, new State());
        return this.#states.get(name);
    }

    /** Takes a message with the action `_state`; whether there is a replica of its name. */
    take(message) {
        if (typeof message.name !== "string"
            || (!this.#states.has(message.name) && this.#states.size >= mostStates))
            return false;
        const state = this.find(message.name);
        const isTaken = state.replicas.length > 0;
        state.take(message);
        if (message.end && !isTaken)
            this.#states.delete(message.name);
        return isTaken;
    }

    /** The connection has ended. What is known stays, so that what is the same is not told again. */
    expire() {
        for (const [name, state] of this.#states) {
            state.end();
            if (state.replicas.length === 0)
                this.#states.delete(name);
        }
    }
}

/** What is known of one object or list. */
class State {
    replicas = [];
    values = {};
    rows = [];
    time = -1;
    isReady = false;
    #roles = [];
    #key = "";
    #parts = null; // of a message whose last part has not come
    #changes = []; // that have been made and not told

    take(part) {
        const message = this.#joined(part);
        if (!message)
            return;
        if (message.end)
            return this.end();
        if (!message.full && !this.isReady) // until everything has come once, changes mean nothing
            return;
        const wasReady = this.isReady;
        this.isReady = true;
        this.time = Number(message.time ?? -1);
        this.#set(message.set ?? {}, Boolean(message.full));
        if (!(message.full && message.rows ? this.#replaceAll(message) : this.#applyAll(message.changes))) {
            console.warn(`qrepod: shared state ${message.name} is out of step: a change is about a row that does not exist`);
            this.isReady = false;
        }
        if (this.#changes.length > 0 || this.isReady !== wasReady)
            this.#tell();
    }

    end() {
        this.#parts = null;
        if (!this.isReady)
            return;
        this.isReady = false;
        this.#tell();
    }

    /** The message that `part` completes; null while others are missing. */
    #joined({more, ...part}) {
        if (this.#parts && !part.full && !part.end) {
            this.#parts.time = part.time;
            this.#parts.set = {...this.#parts.set, ...part.set};
            this.#parts.changes.push(...part.changes ?? []);
        } else {
            this.#parts = {...part, changes: [...part.changes ?? []]};
        }
        const whole = more ? null : this.#parts;
        if (!more)
            this.#parts = null;
        return whole;
    }

    #tell() {
        const changes = this.#changes;
        this.#changes = [];
        for (const replica of this.replicas)
            replica.onchange?.(replica, changes);
    }

    #set(values, isFull) {
        const gone = isFull ? Object.keys(this.values).filter(name => !(name in values)) : [];
        const names = Object.keys(values).filter(name => !isSame(this.values[name], values[name]));
        gone.forEach(name => delete this.values[name]);
        Object.assign(this.values, values);
        for (const name of [...gone, ...names])
            this.#changes.push(["value", name, this.values[name]]);
    }

    #applyAll(changes) {
        return changes.every(change => this.#apply(change));
    }

    /** All rows of a first message, with those that have come in later parts, at once. */
    #replaceAll({roles = [], key = "", rows, changes}) {
        const all = new State();
        all.#replace(roles, key, rows);
        if (!all.#applyAll(changes))
            return false;
        this.#replace(roles, key, all.rows.map(row => roles.map(role => row[role])));
        return true;
    }

    /** All there is. Rows are matched by their key, so that only the difference is told. */
    #replace(roles, key, rows) {
        const keyPlace = roles.indexOf(key);
        const keys = rows.map(row => row[keyPlace]);
        const before = this.rows.map(row => row[key]);
        const isMatched = key !== "" && keyPlace >= 0 && this.#key === key && isSame(this.#roles, roles)
            && new Set(keys).size === keys.length && new Set(before).size === before.length;
        this.#roles = roles;
        this.#key = key;
        if (!isMatched) {
            this.rows = rows.map(row => this.#row(row));
            this.#changes.push(["reset"]);
            return;
        }
        rowChanges(before, keys, (first, end) => rows.slice(first, end))
            .forEach(change => this.#apply(change));
        rows.forEach((row, place) => this.#apply(["set", place, this.#row(row)]));
    }

    #row(values) {
        return Object.fromEntries(this.#roles.map((role, i) => [role, values[i] ?? null]));
    }

    /** False if it is about a row that does not exist. */
    #apply([kind, row, ...rest]) {
        const {length} = this.rows;
        switch (kind) {
        case "insert":
            if (row > length)
                return false;
            this.rows.splice(row, 0, ...rest[0].map(values => this.#row(values)));
            this.#changes.push(["insert", row, rest[0].length]);
            return true;
        case "remove":
            if (row + rest[0] > length)
                return false;
            this.rows.splice(row, rest[0]);
            this.#changes.push(["remove", row, rest[0]]);
            return true;
        case "move": // `to` is counted without the rows that move
            if (row + rest[0] > length || rest[1] + rest[0] > length)
                return false;
            this.rows.splice(rest[1], 0, ...this.rows.splice(row, rest[0]));
            this.#changes.push(["move", row, ...rest]);
            return true;
        case "set":
            return row < length && this.#assign(row, rest[0]);
        }
        return true; // of a later version
    }

    /** Roles that nobody knows are left out. */
    #assign(row, values) {
        const known = this.rows[row];
        const roles = this.#roles.filter(role => role in values && !isSame(known[role], values[role]));
        for (const role of roles)
            known[role] = values[role];
        if (roles.length > 0)
            this.#changes.push(["set", row, roles]);
        return true;
    }
}

/** Whether two values of messages say the same. */
function isSame(a, b) {
    if (Object.is(a, b))
        return true;
    if (a === null || b === null || typeof a !== "object" || typeof b !== "object")
        return false;
    if (a instanceof Date && b instanceof Date)
        return a.getTime() === b.getTime();
    const names = Object.keys(a);
    return Object.getPrototypeOf(a) === Object.getPrototypeOf(b)
        && names.length === Object.keys(b).length && names.every(name => isSame(a[name], b[name]));
}
