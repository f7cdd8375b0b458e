// SPDX-License-Identifier: MIT

const mostRequests = 10000;

/** A request that was refused or got no answer; its message names the action and why. */
export class RequestError extends Error {
    name = "RequestError";
}

/** What this side has asked, and waits for. */
export class PendingRequests {
    #requests = new Map();
    #next = 1;
    #isAnswered; // tells whether the answer to a number has arrived, and only waits to be delivered

    constructor(isAnswered) {
        this.#isAnswered = isAnswered;
    }

    /** A Promise of the answer to what `send(number)` sends, which returns 0 if it cannot. */
    ask(action, timeout, send) {
        return new Promise((resolve, reject) => {
            const fail = reason => reject(new RequestError(`request "${action}": ${reason}`));
            if (this.#requests.size >= mostRequests)
                return fail(`${mostRequests} requests are already waiting for an answer`);
            const number = this.#next++;
            if (send(number) === 0)
                return fail("not connected");
            const timer = timeout < 0 ? null : setTimeout(() => this.#expire(number, timeout), timeout);
            this.#requests.set(number, {resolve, fail, timer});
        });
    }

    /** Whether `reply` is what somebody waits for. */
    take(reply) {
        const request = this.#remove(reply._request);
        if (request && reply.error !== undefined)
            request.fail(reply.error);
        else
            request?.resolve(reply.result);
        return request !== undefined;
    }

    failAll(reason) {
        for (const number of [...this.#requests.keys()])
            this.#remove(number).fail(reason);
    }

    #expire(number, timeout) {
        if (!this.#isAnswered(number)) // what has arrived by now has arrived in time
            this.#remove(number)?.fail(`timed out after ${timeout} ms`);
    }

    #remove(number) {
        const request = this.#requests.get(number);
        this.#requests.delete(number);
        clearTimeout(request?.timer);
        return request;
    }
}
