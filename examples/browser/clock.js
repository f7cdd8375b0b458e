// SPDX-License-Identifier: MIT

const exchangesThatCount = 16;
const slew = 0.05; // relative to the time that passes: 50 ms in a second
const leap = 1000; // milliseconds; a larger error is corrected at once, if forwards

const quickQuestions = 8;
const quickInterval = 50; // milliseconds, like the next two
const interval = 2000;
const longestExchange = 60000;

/**
 * Estimates the time on the server's clock from exchanges of pings and pongs.
 *
 * An exchange bounds the offset: the ping cannot have arrived before it was sent, nor the pong have
 * been sent after it arrived. The tightest bounds of the latest exchanges count. The time shown
 * approaches the middle between them so slowly that nobody notices, and never goes backwards.
 */
export class ServerClock {
    #exchanges = [];
    #offset = 0;
    #shownAt = -Infinity;

    get isKnown() {
        return this.#exchanges.length > 0;
    }

    /** A ping was sent at `sent`, and its pong, which says `serverTime`, came at `received`. */
    add(sent, received, serverTime) {
        this.#exchanges.push({least: serverTime - received, most: serverTime - sent});
        if (this.#exchanges.length > exchangesThatCount)
            this.#exchanges.shift();
    }

    /** The server's time at the local time `now`; meaningless before the first exchange. */
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

/** Asks the server for its time once somebody wants to know it: often at first, then rarely. */
export class ServerTime {
    #clock = new ServerClock();
    #send = null; // to a server that answers
    #isWanted = false;
    #asked = 0;
    #timer = null;

    /** In whole milliseconds; -1 if not known yet. */
    get now() {
        if (!this.#isWanted) {
            this.#isWanted = true;
            this.#ask();
        }
        return this.#clock.isKnown ? Math.round(this.#clock.timeAt(performance.now())) : -1;
    }

    /** `send(control)` sends to a server that understands control frames. */
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

    /** Takes the answer to a question, received at `received`. */
    take({_pong: sent, _time: time}, received) {
        if (typeof time === "number" && received >= sent && received - sent <= longestExchange)
            this.#clock.add(sent, received, time);
    }

    /** The question carries the time when it was asked, so none has to be remembered. */
    #ask() {
        if (!this.#send)
            return;
        this.#send({_ping: performance.now()});
        this.#timer = setTimeout(() => this.#ask(), ++this.#asked < quickQuestions ? quickInterval : interval);
    }
}
