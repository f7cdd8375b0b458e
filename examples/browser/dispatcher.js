// SPDX-License-Identifier: MIT

import {EncodingError} from "./codec.js";
import {refusalText} from "./requests.js";

/** Delivers messages to methods named `Network_<action>`, of the listener and of added objects. */
export class Dispatcher {
    #listener;
    #handlers = [];

    constructor(listener) {
        this.#listener = listener;
    }

    add(handler) {
        if (!this.#handlers.includes(handler))
            this.#handlers.push(handler);
    }

    remove(handler) {
        this.#handlers = this.#handlers.filter(each => each !== handler);
    }

    /**
     * Every object with a handler gets the message; the first answer counts. An exception from a
     * handler answers a request. Otherwise it is thrown once all handlers have been called.
     */
    dispatch(message, reply) {
        const name = "Network_" + message.action;
        const isRequest = message._request !== undefined && reply !== undefined;
        const takers = [this.#listener, ...this.#handlers]
            .filter(object => typeof object[name] === "function");
        const errors = [];
        let answer;
        for (const object of takers) {
            try {
                const result = object[name](message);
                answer ??= result;
            } catch (error) {
                errors.push(error);
            }
        }
        if (takers.length === 0)
            this.#listener.network_received(message);
        if (isRequest)
            this.#answer(message, takers.length > 0, errors[0], answer, reply);
        else if (errors.length > 0)
            throw errors[0];
    }

    async #answer({action, _request}, isHandled, error, answer, reply) {
        try {
            if (!isHandled)
                throw new Error("there is no handler");
            if (error)
                throw error;
            reply({action: "_reply", _request, result: await answer ?? null});
        } catch (reason) {
            if (reason instanceof EncodingError)
                console.warn(`qrepod: the answer to "${action}" was not sent: ${reason.message}`);
            reply({action: "_reply", _request, error: refusalText(action, reason?.message ?? reason)});
        }
    }
}
