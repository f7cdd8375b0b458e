// SPDX-License-Identifier: MIT

// How many messages are received before the other side is told that it can forget them.
const acknowledgeAfter = 64;

/**
 * What outlives a connection: what the server may not have received, and how much this side has.
 * Without a token it keeps nothing.
 */
export class Session {
    token = "";
    received = 0;
    #sent = 0;
    #kept = []; // encoded messages; the last is the one with the number #sent
    #keptBytes = 0;
    #acknowledged = 0;

    constructor(token = "") {
        this.token = token;
    }

    get keptBytes() {
        return this.#keptBytes;
    }

    /** Notes a message that is being sent, or will be once the connection is back. */
    keep(bytes) {
        if (!this.token)
            return;
        ++this.#sent;
        this.#kept.push(bytes);
        this.#keptBytes += bytes.length;
    }

    /** The server has so many messages; false if that cannot be. */
    forget(count) {
        const first = this.#sent - this.#kept.length;
        if (!Number.isInteger(count) || count < first || count > this.#sent)
            return false;
        for (const bytes of this.#kept.splice(0, count - first))
            this.#keptBytes -= bytes.length;
        return true;
    }

    /** What the server has not received, in order. */
    get kept() {
        return this.#kept;
    }

    /** Counts a message of the server's; true if it is time to acknowledge. */
    count() {
        ++this.received;
        return this.token !== "" && this.received - this.#acknowledged >= acknowledgeAfter;
    }

    /** Whether something came that has not been acknowledged. */
    get isBehind() {
        return this.token !== "" && this.received > this.#acknowledged;
    }

    acknowledge() {
        this.#acknowledged = this.received;
        return {_ack: this.received};
    }
}
