// SPDX-License-Identifier: MIT

// Converts bytes to messages and back. A binary message is one MessagePack map; a text is JSON.

import {decode, encode, ExtensionCodec} from "@msgpack/msgpack";

// Of lists and maps in one another: what the C++ library takes by default.
const greatestDepth = 64;

/** Why a message cannot be encoded: its message is the path of a key, and what is wrong there. */
export class EncodingError extends Error {}

// The package asks it about every value that is no scalar.
const checking = {
    tryToEncode(value, context) {
        const fault = faultOf(value);
        if (fault)
            throw new EncodingError(fault);
        return ExtensionCodec.defaultCodec.tryToEncode(value, context);
    },
};
// What is in the innermost list counts as a level, too.
const encoding = {useBigInt64: true, ignoreUndefined: true, maxDepth: greatestDepth + 1, extensionCodec: checking};
const decoding = {useBigInt64: true, mapKeyConverter: keyText};

/** Throws an EncodingError if a value in it has no form on the wire. */
export function encodeMessage(message) {
    try {
        return encode(message, encoding);
    } catch (error) {
        throw new EncodingError(faultIn(message, "", 1) ?? error.message);
    }
}

/** Why `value`, without what it holds, cannot be encoded. */
function faultOf(value) {
    if (typeof value === "function" || typeof value === "symbol")
        return `${typeof value} has no MessagePack form`;
    if (value instanceof Date)
        return Number.isNaN(value.getTime()) ? "the Date is not valid" : undefined;
    if (typeof value !== "object" || Array.isArray(value) || ArrayBuffer.isView(value))
        return undefined;
    // As a Map, a Set, a RegExp, a Promise: what they hold are no properties, and would be lost.
    const prototype = Object.getPrototypeOf(value);
    const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
    if (!isPlain && Object.keys(value).length === 0)
        return `${value.constructor?.name || "object"} has no MessagePack form`;
    return undefined;
}

/** The first fault in `value`, which stands at `path`. */
function faultIn(value, path, depth) {
    if (value === null || (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol"))
        return undefined;
    const fault = faultOf(value);
    if (fault)
        return path ? `${path}: ${fault}` : fault;
    if (value instanceof Date || ArrayBuffer.isView(value))
        return undefined;
    if (depth > greatestDepth)
        return `${path}: nesting of ${depth} levels is over the limit of ${greatestDepth}`;
    for (const [key, child] of Object.entries(value)) {
        const step = Array.isArray(value) ? `[${key}]` : path && `.${key}` || key;
        const found = faultIn(child, path + step, depth + 1);
        if (found)
            return found;
    }
    return undefined;
}

/** Returns the message in `data` of a WebSocket. Throws if it is not one. */
export function decodeMessage(data) {
    if (typeof data === "string")
        return JSON.parse(data);
    return tidy(decode(new Uint8Array(data), decoding));
}

/** Converts keys that are not text, like the C++ library. */
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

/** Converts integers that a number holds exactly to numbers. */
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
