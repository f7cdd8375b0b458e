// SPDX-License-Identifier: MIT

// A connection that lasted this long was good: the delay starts over. In milliseconds.
const holdTime = 5000;

/**
 * The delays before attempts to reconnect. They double up to a maximum, and vary by a quarter, so
 * that the players of a server that comes back do not all connect at once.
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

    /** Whether no attempt has been counted since a connection lasted. */
    get isFresh() {
        return this.#attempts === 0;
    }

    isExhausted(maximum) {
        return maximum > 0 && this.#attempts >= maximum;
    }

    /** Counts the next attempt, and returns the delay before it. */
    next(interval, maximum) {
        const exact = Math.min(interval * 2 ** this.#attempts++, maximum);
        return exact * (0.75 + Math.random() / 2);
    }
}
