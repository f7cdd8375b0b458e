// SPDX-License-Identifier: MIT

// After this much, the other side is told that it can forget what it has sent.
const acknowledgedMessages = 64;
const acknowledgedBytes = 64 * 1024;

// A server that does not acknowledge what it gets cannot resume. In bytes.
const greatestKept = 128 * 1024 * 1024;

/**
 * What outlives a connection: messages that the server may not have received, and how many this side
 * has received.
 *
 * Whether the server keeps a session is known with its greeting. Until then everything is kept.
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

    /** Begins with the token of the greeting; without one, nothing is kept any more. */
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

    /** The messages that the server may not have received, in order. */
    get kept() {
        return this.#kept;
    }

    /** Keeps a message that is being sent, or will be once the connection is back. */
    keep(bytes) {
        if (!this.#isKeeping)
            return;
        this.#kept.push(bytes);
        this.#keptBytes += bytes.length;
        if (this.#keptBytes > greatestKept)
            this.end();
    }

    /** The server has received `count` messages. Returns false, and changes nothing, if that is impossible. */
    forget(count) {
        const surplus = count - this.#forgotten;
        if (!Number.isInteger(count) || surplus < 0 || surplus > this.#kept.length)
            return false;
        for (const bytes of this.#kept.splice(0, surplus))
            this.#keptBytes -= bytes.length;
        this.#forgotten = count;
        return true;
    }

    /** Counts a message from the server. */
    count(size) {
        ++this.received;
        this.#unacknowledgedBytes += size;
    }

    /** Whether enough has come that it is time to acknowledge. */
    get isAcknowledgementDue() {
        return this.received - this.#acknowledged >= acknowledgedMessages
            || this.#unacknowledgedBytes >= acknowledgedBytes;
    }

    /** Whether something has not been acknowledged. */
    get isBehind() {
        return this.received > this.#acknowledged;
    }

    acknowledgement() {
        this.#acknowledged = this.received;
        this.#unacknowledgedBytes = 0;
        return {_ack: this.received};
    }
}
