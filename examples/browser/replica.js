// SPDX-License-Identifier: MIT

/**
 * An object or a list that the server shares: `values` are its properties, `rows` its rows.
 *
 * `onchange(replica)` is called when something is different, also for the first time.
 */
export class Replica {
    values = {};
    rows = [];
    time = -1; // on the server's clock, in milliseconds, of the latest change
    isReady = false;
    onchange = null;
    #roles = [];

    constructor(listener, name) {
        this.name = name;
        listener.addReplica(this);
    }

    /** Takes a `_state` message. Until everything has come once, changes mean nothing. */
    take(state) {
        if (state.end)
            return this.forget();
        if (!state.full && !this.isReady)
            return;
        if (state.full) {
            this.isReady = true;
            this.values = {};
            this.#roles = state.roles ?? [];
            this.rows = (state.rows ?? []).map(row => this.#row(row));
        }
        this.time = Number(state.time ?? -1);
        Object.assign(this.values, state.set);
        for (const change of state.changes ?? [])
            this.#change(change);
        this.onchange?.(this);
    }

    /** The connection has ended, or the server shares it no more. */
    forget() {
        if (!this.isReady)
            return;
        this.isReady = false;
        this.onchange?.(this);
    }

    #row(values) {
        return Object.fromEntries(this.#roles.map((role, i) => [role, values[i]]));
    }

    #change([kind, row, ...rest]) {
        switch (kind) {
        case "insert":
            this.rows.splice(row, 0, ...rest[0].map(values => this.#row(values)));
            break;
        case "remove":
            this.rows.splice(row, rest[0]);
            break;
        case "move":
            // As in QAbstractItemModel the rows are inserted where they stand afterwards.
            this.rows.splice(rest[1], 0, ...this.rows.splice(row, rest[0]));
            break;
        case "set":
            Object.assign(this.rows[row], rest[0]);
            break;
        }
    }
}
