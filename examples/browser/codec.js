// SPDX-License-Identifier: MIT

// Bytes and messages. A binary message is one MessagePack map; a text is JSON.

import {decode, encode} from "@msgpack/msgpack";

const encoding = {useBigInt64: true, ignoreUndefined: true};
const decoding = {useBigInt64: true, mapKeyConverter: keyText};

export function encodeMessage(message) {
    return encode(message, encoding);
}

/** What `data` of a WebSocket says. Throws if that is no message. */
export function decodeMessage(data) {
    if (typeof data === "string")
        return JSON.parse(data);
    return tidy(decode(new Uint8Array(data), decoding));
}

/** Keys that are no text become their text, as in the C++ library. */
function keyText(key) {
    if (key instanceof Date)
        return key.toISOString();
    if (key instanceof Uint8Array)
        return bytesText(key);
    if (key !== null && typeof key === "object")
        throw new Error("a map key is a list or a map");
    return String(key);
}

function bytesText(bytes) {
    try {
        return new TextDecoder("utf-8", {fatal: true}).decode(bytes);
    } catch {
        return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
    }
}

/** Integers that a number holds exactly are numbers. */
function tidy(value) {
    if (typeof value === "bigint")
        return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    if (Array.isArray(value)) {
        for (let i = 0; i < value.length; ++i)
            value[i] = tidy(value[i]);
    } else if (value && Object.getPrototypeOf(value) === Object.prototype) {
        for (const key in value)
            value[key] = tidy(value[key]);
    }
    return value;
}
