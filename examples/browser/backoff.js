// SPDX-License-Identifier: MIT

// A connection that has held for so long was a good one: the delay begins anew, in milliseconds.
const holdTime = 5000;

/**
 * How long to wait before each attempt to connect again: doubled each time up to a maximum, and
 * varied by a quarter, so that the players of a server that comes back do not all come at once.
 */
export class Backoff {
    #attempts = 0;
    #connectedSince = null;

    reset() {
        this.#attempts = 0;
        this.#connectedSince = null;
    }

    connected() {
        this.#connectedSince = performance.now();
    }

    /** A connection or an attempt has ended. */
    ended() {
        const hasHeld = this.#connectedSince !== null
            && performance.now() - this.#connectedSince >= holdTime;
        this.#connectedSince = null;
        if (hasHeld)
            this.reset();
    }

    /** Whether no attempt has been counted since a connection held. */
    get isFresh() {
        return this.#attempts === 0;
    }

    isExhausted(maximum) {
        return maximum > 0 && this.#attempts >= maximum;
    }

    /** Counts the next attempt, and returns what to wait before it. */
    next(interval, maximum) {
        const exact = Math.min(interval * 2 ** this.#attempts++, maximum);
        return exact * (0.75 + Math.random() / 2);
    }
}
