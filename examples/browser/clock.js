// SPDX-License-Identifier: MIT

const exchangesThatCount = 16;
const slew = 0.05; // of the time that passes: 50 ms in a second
const leap = 1000; // an error so large is corrected at once, if that is forwards

const quickQuestions = 8;
const quickInterval = 50; // milliseconds, as the next
const interval = 2000;
const longestExchange = 60000;

/**
 * What time it is on the server's clock, by the exchanges of pings and pongs with it.
 *
 * An exchange says between what the offset lies: its question cannot have come before it was asked,
 * nor its answer after it came. Of the latest exchanges the sharpest bounds count. The time that is
 * shown goes after the middle between them at a pace that nobody sees, and never backwards.
 */
export class ServerClock {
    #exchanges = [];
    #offset = 0;
    #shownAt = -Infinity;

    get isKnown() {
        return this.#exchanges.length > 0;
    }

    /** A ping went out at `sent`, and its pong, which says `serverTime`, came in at `received`. */
    add(sent, received, serverTime) {
        this.#exchanges.push({least: serverTime - received, most: serverTime - sent});
        if (this.#exchanges.length > exchangesThatCount)
            this.#exchanges.shift();
    }

    /** The server's time when it is `now` here; of no meaning before the first exchange. */
    timeAt(now) {
        const target = this.#estimate();
        const error = target - this.#offset;
        const most = Math.max(0, now - this.#shownAt) * slew;
        if (this.#shownAt === -Infinity || error > leap)
            this.#offset = target;
        else
            this.#offset += Math.max(-most, Math.min(most, error));
        this.#shownAt = Math.max(this.#shownAt, now);
        return this.#shownAt + this.#offset;
    }

    #estimate() {
        const least = Math.max(...this.#exchanges.map(exchange => exchange.least));
        const most = Math.min(...this.#exchanges.map(exchange => exchange.most));
        return (least + most) / 2;
    }
}

/** Asks the server for its time, once somebody wants to know it: quickly at first, then seldom. */
export class ServerTime {
    #clock = new ServerClock();
    #send = null; // to a server that answers
    #isWanted = false;
    #asked = 0;
    #timer = null;

    /** In whole milliseconds; -1: not known yet. */
    get now() {
        if (!this.#isWanted) {
            this.#isWanted = true;
            this.#ask();
        }
        return this.#clock.isKnown ? Math.round(this.#clock.timeAt(performance.now())) : -1;
    }

    /** `send(control)` reaches a server that understands control frames. */
    follow(send) {
        this.stop();
        this.#send = send;
        this.#asked = 0;
        if (this.#isWanted)
            this.#ask();
    }

    /** The connection has ended. */
    stop() {
        clearTimeout(this.#timer);
        this.#send = null;
        this.#clock = new ServerClock();
    }

    /** The answer to a question, and when it came. */
    take({_pong: sent, _time: time}, received) {
        if (typeof time === "number" && received >= sent && received - sent <= longestExchange)
            this.#clock.add(sent, received, time);
    }

    /** The question carries when it was asked, so that none need be remembered. */
    #ask() {
        if (!this.#send)
            return;
        this.#send({_ping: performance.now()});
        this.#timer = setTimeout(() => this.#ask(), ++this.#asked < quickQuestions ? quickInterval : interval);
    }
}
