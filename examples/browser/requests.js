// SPDX-License-Identifier: MIT

const mostRequests = 10000;

/** A request was refused or not answered; the message names the action and the reason. */
export class RequestError extends Error {
    name = "RequestError";
}

/** "buy: sold out"; a reason that names the action already stays as it is. */
export function refusalText(action, reason) {
    const prefix = `${action}: `;
    return String(reason).startsWith(prefix) ? reason : prefix + reason;
}

/** What this side has asked and waits for. */
export class PendingRequests {
    #requests = new Map();
    #next = 1;
    #isAnswered; // whether the answer to a number has arrived and only waits for delivery

    constructor(isAnswered) {
        this.#isAnswered = isAnswered;
    }

    /** Returns a Promise of the answer to what `send(number)` sends; `send` returns 0 or throws if it cannot. */
    ask(action, timeout, send) {
        return new Promise((resolve, reject) => {
            const fail = reason => reject(new RequestError(refusalText(action, reason)));
            if (this.#requests.size >= mostRequests)
                return fail(`${mostRequests} requests are already waiting for an answer`);
            const number = this.#next++;
            try {
                if (send(number) === 0)
                    return fail("not connected");
            } catch (error) {
                return fail(error.message);
            }
            const timer = timeout < 0 ? null : setTimeout(() => this.#expire(number, timeout), timeout);
            this.#requests.set(number, {resolve, fail, timer});
        });
    }

    /** Returns whether somebody waits for `reply`. */
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
        if (!this.#isAnswered(number)) // an answer that has arrived by now is in time
            this.#remove(number)?.fail(`timed out after ${timeout} ms`);
    }

    #remove(number) {
        const request = this.#requests.get(number);
        this.#requests.delete(number);
        clearTimeout(request?.timer);
        return request;
    }
}
