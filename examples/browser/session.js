// SPDX-License-Identifier: MIT

// After how much the other side is told that it can forget what it has sent.
const acknowledgedMessages = 64;
const acknowledgedBytes = 64 * 1024;

// A server that does not acknowledge what it gets cannot resume. In bytes.
const greatestKept = 128 * 1024 * 1024;

/**
 * What outlives a connection: what the server may not have received, and how much this side has.
 *
 * Whether the server keeps a session is known with its greeting; until then everything is kept.
 */
export class Session {
    token = "";
    received = 0; // messages, over all connections
    #isKeeping = true;
    #forgotten = 0; // how many messages came before those that are kept
    #kept = [];     // encoded messages
    #keptBytes = 0;
    #acknowledged = 0;
    #unacknowledgedBytes = 0;

    /** With the token of the greeting; without one, nothing is kept any more. */
    begin(token) {
        this.token = token;
        if (!token)
            this.end();
    }

    end() {
        this.token = "";
        this.#isKeeping = false;
        this.#kept = [];
        this.#keptBytes = 0;
    }

    get isResumable() {
        return this.token !== "";
    }

    get keptBytes() {
        return this.#keptBytes;
    }

    /** What the server may not have received, in order. */
    get kept() {
        return this.#kept;
    }

    /** Notes a message that is being sent, or will be once the connection is back. */
    keep(bytes) {
        if (!this.#isKeeping)
            return;
        this.#kept.push(bytes);
        this.#keptBytes += bytes.length;
        if (this.#keptBytes > greatestKept)
            this.end();
    }

    /** The server has so many messages; false if that cannot be, and then nothing changes. */
    forget(count) {
        const surplus = count - this.#forgotten;
        if (!Number.isInteger(count) || surplus < 0 || surplus > this.#kept.length)
            return false;
        for (const bytes of this.#kept.splice(0, surplus))
            this.#keptBytes -= bytes.length;
        this.#forgotten = count;
        return true;
    }

    /** Counts a message of the server's. */
    count(size) {
        ++this.received;
        this.#unacknowledgedBytes += size;
    }

    /** Whether so much has come that it is time to acknowledge it. */
    get isAcknowledgementDue() {
        return this.received - this.#acknowledged >= acknowledgedMessages
            || this.#unacknowledgedBytes >= acknowledgedBytes;
    }

    /** Whether something has come that has not been acknowledged. */
    get isBehind() {
        return this.received > this.#acknowledged;
    }

    acknowledgement() {
        this.#acknowledged = this.received;
        this.#unacknowledgedBytes = 0;
        return {_ack: this.received};
    }
}
