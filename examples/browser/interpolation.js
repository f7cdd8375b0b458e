// SPDX-License-Identifier: MIT

const memory = 5000; // milliseconds
const greatestCount = 512;

/**
 * A number that is known only now and then but moves smoothly: it is drawn as it was a little while
 * ago, between the two samples around that time.
 */
export class Interpolation {
    period = 0;
    maximumStep = 0;
    #delay = 100;
    #samples = []; // by time

    constructor(delay = 100) {
        this.delay = delay;
    }

    get delay() {
        return this.#delay;
    }

    set delay(milliseconds) {
        this.#delay = Math.max(0, milliseconds);
    }

    addSample(time, value) {
        if (!Number.isFinite(value) || !Number.isFinite(time))
            return;
        const next = this.#firstAfter(time);
        if (next > 0 && this.#samples[next - 1].time === time)
            this.#samples[next - 1].value = value;
        else
            this.#samples.splice(next, 0, {time, value});
        this.#forgetOld();
    }

    hold(time) {
        if (!this.isEmpty && time > this.newestTime)
            this.addSample(time, this.#samples.at(-1).value);
    }

    valueAt(time) {
        if (this.isEmpty)
            return 0;
        const next = this.#firstAfter(time);
        if (next === 0)
            return this.#wrapped(this.#samples[0].value);
        if (next === this.#samples.length)
            return this.#wrapped(this.#past(time));
        const [before, after] = this.#samples.slice(next - 1, next + 1);
        const share = (time - before.time) / (after.time - before.time);
        return this.#wrapped(before.value + this.#step(before, after) * share);
    }

    clear() {
        this.#samples = [];
    }

    get isEmpty() {
        return this.#samples.length === 0;
    }

    get newestTime() {
        return this.#samples.at(-1)?.time ?? 0;
    }

    /** The index of the first sample after `time`; usually that is the end. */
    #firstAfter(time) {
        let place = this.#samples.length;
        while (place > 0 && this.#samples[place - 1].time > time)
            --place;
        return place;
    }

    /** The difference from one sample to the next; 0 if it is a jump. */
    #step(from, to) {
        let way = to.value - from.value;
        if (this.period > 0)
            way -= this.period * Math.round(way / this.period);
        return this.maximumStep > 0 && Math.abs(way) > this.maximumStep ? 0 : way;
    }

    /** `time` must be that of the newest sample or later. */
    #past(time) {
        const last = this.#samples.at(-1);
        const before = this.#samples.at(-2);
        if (!before)
            return last.value;
        const passed = Math.min(time - last.time, this.#delay);
        return last.value + this.#step(before, last) * passed / (last.time - before.time);
    }

    #wrapped(value) {
        return this.period > 0 ? ((value % this.period) + this.period) % this.period : value;
    }

    /** Keeps the sample before the oldest, which the interpolation starts from. */
    #forgetOld() {
        const oldest = this.newestTime - memory;
        let first = this.#samples.findIndex(sample => sample.time >= oldest);
        first = Math.max(first, this.#samples.length - greatestCount);
        if (first > 1)
            this.#samples.splice(0, first - 1);
    }
}
