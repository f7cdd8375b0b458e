// SPDX-License-Identifier: MIT

/**
 * Everything that has arrived and waits for `pump()`.
 *
 * A delivery may lead to several calls of the game's handlers. They are made one at a time: if one
 * throws, the rest are left to the next `pump()`.
 */
export class Deliveries {
    #deliver;
    #isAutomatic;
    #queue = [];
    #calls = []; // calls of handlers to make before the next delivery
    #isPumping = false;

    /** `deliver(delivery)` adds its calls. While `isAutomatic()`, nobody has to pump. */
    constructor(deliver, isAutomatic) {
        this.#deliver = deliver;
        this.#isAutomatic = isAutomatic;
    }

    push(delivery) {
        this.#queue.push(delivery);
        if (this.#queue.length === 1)
            this.#pumpSoon();
    }

    call(handler) {
        this.#calls.push(handler);
    }

    some(condition) {
        return this.#queue.some(condition);
    }

    /** Delivers what is queued now; returns the number of calls. */
    pump() {
        if (this.#isPumping)
            return 0;
        this.#isPumping = true;
        const arrived = this.#queue;
        this.#queue = [];
        let next = 0;
        let count = 0;
        try {
            while (this.#calls.length > 0 || next < arrived.length) {
                if (this.#calls.length === 0) {
                    this.#deliver(arrived[next++]);
                } else {
                    ++count;
                    this.#calls.shift()();
                }
            }
        } finally {
            this.#isPumping = false;
            if (next < arrived.length)
                this.#queue = [...arrived.slice(next), ...this.#queue];
        }
        return count;
    }

    #pumpSoon() {
        queueMicrotask(() => {
            if (!this.#isAutomatic() || this.#isPumping)
                return;
            try {
                this.pump();
            } finally {
                if (this.#queue.length > 0 || this.#calls.length > 0)
                    this.#pumpSoon();
            }
        });
    }
}
