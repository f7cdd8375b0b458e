// SPDX-License-Identifier: MIT

import {EncodingError} from "./codec.js";

/**
 * Hands what `send(messageOrAction, fields)` is about to `queue(message)`, and returns what that
 * returns. What cannot be sent is 0, with a warning.
 */
export function offer(messageOrAction, fields, queue) {
    const message = typeof messageOrAction === "string" ? {...fields, action: messageOrAction}
                                                        : messageOrAction;
    if (typeof message?.action !== "string" || message.action === "") {
        console.warn("qrepod: a message without an action was not sent");
        return 0;
    }
    try {
        return queue(message);
    } catch (error) {
        if (!(error instanceof EncodingError))
            throw error;
        console.warn(`qrepod: message "${message.action}" was not sent: ${error.message}`);
        return 0;
    }
}
