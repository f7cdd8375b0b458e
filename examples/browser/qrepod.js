// SPDX-License-Identifier: MIT

/**
 * A browser's or Node.js program's end of a QRepod game: see BROWSERS.md, and qrepod.d.ts for types.
 *
 *     class Game extends ConnectionListener {
 *         Network_connected() { this.send("login", {name: "Ada"}); }
 *         Network_chat(message) { console.log(message.text); }
 *     }
 *     new Game().connect("ws://game.example:5072");
 */

import {decode, encode} from "@msgpack/msgpack";
import {Session} from "./session.js";

export {Replica} from "./replica.js";

// A connection that has held for so long was a good one: the delay begins anew, in milliseconds.
const goodAfter = 5000;
const mostRequests = 10000;
const builtIn = {connected: {action: "connected"}, socketConnect: {action: "socketConnect"},
                 disconnected: {action: "disconnected"}, interrupted: {action: "interrupted"},
                 resumed: {action: "resumed"}};

/** A request that was refused or got no answer; its message names the action and why. */
export class RequestError extends Error {
    name = "RequestError";
}

export class ConnectionListener {
    autoPump = true;
    reconnect = false;
    reconnectInterval = 500;
    maximumReconnectInterval = 30000;
    maximumReconnectAttempts = 0;
    connectTimeout = 10000;
    requestTimeout = 10000;
    heartbeatInterval = 5000;
    idleTimeout = 15000;
    maximumSendBacklog = 64 * 1024 * 1024;
    /** The class to connect with; by default the global one, or else that of the package `ws`. */
    WebSocket = globalThis.WebSocket;

    #state = "disconnected";
    #url = "";
    #attempts = 0; // calls of connect() and close(): what comes late of an earlier one is dropped
    #socket = null;
    #queue = [];
    #isPumping = false;
    #handlers = [];
    #replicas = new Map();
    #requests = new Map();
    #nextRequest = 1;
    #session = new Session();
    #greeting = null; // of the connection at hand, until it is known what becomes of the session
    #isResuming = false;
    #knowsControl = false; // the server has said hello
    #isFirst = false;
    #isGood = false;
    #attempt = 0;
    #timers = new Set();
    #heard = 0;
    #hearsHeartbeats = false;
    #said = 0;

    /** `disconnected`, `connecting`, `connected` or `reconnecting`. */
    get state() {
        return this.#state;
    }

    /** Whether there is a session whose connection is lost and being made anew. */
    get isInterrupted() {
        return this.#isResuming;
    }

    connect(url = "ws://127.0.0.1:5072") {
        this.close();
        this.#url = url;
        this.#attempt = 0;
        this.#state = "connecting";
        this.#open(0);
    }

    close() {
        const wasConnected = this.#state === "connected" || this.#isResuming;
        ++this.#attempts;
        this.#clearTimers();
        if (this.#state === "connected")
            this.#write({_bye: 1}); // or it would be an interruption
        this.#socket?.close(1000);
        this.#socket = null;
        this.#state = "disconnected";
        this.#endSession(wasConnected);
    }

    /** Queues a message; returns its size in bytes, or 0 if it was not sent. */
    send(messageOrAction, fields = {}) {
        const message = typeof messageOrAction === "string" ? {...fields, action: messageOrAction}
                                                            : messageOrAction;
        if (typeof message?.action !== "string" || message.action === "") {
            console.warn("qrepod: a message without an action was not sent");
            return 0;
        }
        if (this.#state !== "connected" && !this.#isResuming)
            return 0;
        const bytes = this.#encode(message);
        const waiting = Math.max(this.#session.keptBytes, this.#socket?.bufferedAmount ?? 0);
        if (waiting > 0 && waiting + bytes.length > this.maximumSendBacklog)
            return 0;
        this.#session.keep(bytes);
        if (this.#state === "connected")
            this.#writeBytes(bytes);
        return bytes.length;
    }

    /** Sends a message that the server is to answer; a Promise of the answer. */
    request(action, fields = {}, timeout = this.requestTimeout) {
        return new Promise((resolve, reject) => {
            const fail = reason => reject(new RequestError(`request "${action}": ${reason}`));
            if (this.#requests.size >= mostRequests)
                return fail(`${mostRequests} requests wait already`);
            const number = this.#nextRequest++;
            if (this.send({...fields, action, _request: number}) === 0)
                return fail("not connected");
            const timer = timeout < 0 ? null : setTimeout(() => {
                this.#requests.delete(number);
                fail(`no answer within ${timeout} ms`);
            }, timeout);
            this.#requests.set(number, {resolve, fail, timer});
        });
    }

    /** Delivers what is queued, and returns how many messages. A call from a handler returns 0. */
    pump() {
        if (this.#isPumping)
            return 0;
        this.#isPumping = true;
        const queue = this.#queue;
        this.#queue = [];
        let next = 0;
        try {
            while (next < queue.length)
                this.#deliver(queue[next++]);
        } finally { // a handler has thrown: the rest waits for the next call
            this.#isPumping = false;
            this.#queue.unshift(...queue.slice(next));
        }
        return queue.length;
    }

    addHandler(handler) {
        if (!this.#handlers.includes(handler))
            this.#handlers.push(handler);
    }

    removeHandler(handler) {
        this.#handlers = this.#handlers.filter(each => each !== handler);
    }

    /** For Replica: it gets the state of its name. */
    addReplica(replica) {
        this.#replicas.set(replica.name, [...this.#replicas.get(replica.name) ?? [], replica]);
    }

    /** Gets every message that no handler took. */
    network_received(message) {}

    // The life of a connection.

    async #open(delay) {
        const current = ++this.#attempts;
        if (delay > 0)
            await new Promise(resolve => this.#after(delay, resolve));
        if (current !== this.#attempts)
            return;
        let socket;
        try {
            const Socket = this.WebSocket ?? (await import("ws")).WebSocket;
            if (current !== this.#attempts)
                return;
            socket = new Socket(this.#url);
        } catch (error) {
            return this.#fail(error.message);
        }
        this.#socket = socket;
        socket.binaryType = "arraybuffer";
        const ifCurrent = call => event => current === this.#attempts && call(event);
        socket.onopen = ifCurrent(() => this.#opened());
        socket.onmessage = ifCurrent(event => this.#received(event.data));
        socket.onerror = () => {}; // onclose follows
        socket.onclose = ifCurrent(event => this.#closed(event));
        this.#after(this.connectTimeout, ifCurrent(() => {
            if (this.#state === "connected" || socket.readyState !== 0)
                return;
            ++this.#attempts;
            socket.close();
            this.#fail(`connecting timed out after ${this.connectTimeout} ms`);
        }));
    }

    #opened() {
        this.#isFirst = true;
        this.#knowsControl = false;
        this.#hearsHeartbeats = false;
        this.#greeting = null;
        this.#heard = this.#said = Date.now();
        this.#isGood = false;
        this.#after(goodAfter, () => this.#isGood = true);
        if (this.#isResuming) {
            this.#write({_resume: this.#session.token, _received: this.#session.received});
        } else {
            this.#write({_hello: 1});
            this.#connected();
        }
        this.#watch();
    }

    #connected() {
        this.#session = new Session();
        this.#state = "connected";
        this.#enqueue(builtIn.connected);
        this.#enqueue(builtIn.socketConnect);
    }

    #received(data) {
        this.#heard = Date.now();
        let message;
        try {
            message = typeof data === "string" ? JSON.parse(data)
                                               : tidy(decode(new Uint8Array(data), {useBigInt64: true}));
        } catch (error) {
            return this.#break(`the server sends what is no message: ${error.message}`);
        }
        if (message === null || typeof message !== "object")
            return;
        if (!("action" in message))
            return this.#control(message);
        message.action = String(message.action);
        if (this.#isFirst && message.action === "connected")
            return this.#greeted(message);
        this.#isFirst = false;
        if (this.#session.count())
            this.#write(this.#session.acknowledge());
        this.#enqueue(message);
    }

    /** The greeting: a bare one says nothing new. */
    #greeted(message) {
        this.#isFirst = false;
        const {_session: token, ...rest} = message;
        this.#greeting = token ?? "";
        if (!this.#isResuming)
            this.#session.token = this.#greeting;
        if (Object.keys(rest).length > 1)
            this.#enqueue(rest);
    }

    #control(control) {
        if (Object.keys(control).length === 0)
            this.#hearsHeartbeats = true;
        if ("_hello" in control || "_resumed" in control || "_lost" in control)
            this.#knowsControl = true;
        if ("_ack" in control && !this.#session.forget(Number(control._ack)))
            this.#break("the server acknowledges what was not sent");
        if ("_ping" in control)
            this.#write({_pong: control._ping});
        if ("_refused" in control)
            this.reconnect = false;
        if ("_redirect" in control)
            this.#redirect(String(control._redirect));
        if (this.#isResuming && "_resumed" in control)
            this.#resumed(Number(control._resumed));
        if (this.#isResuming && "_lost" in control)
            this.#lost(String(control._lost));
    }

    #resumed(count) {
        if (!this.#session.forget(count))
            return this.#lost("the server has received what was not sent");
        this.#isResuming = false;
        this.#state = "connected";
        this.#attempt = 0;
        for (const bytes of this.#session.kept)
            this.#writeBytes(bytes);
        this.#enqueue(builtIn.resumed);
    }

    #lost(reason) {
        this.#isResuming = false;
        this.#enqueue({action: "error", error: `${this.#url}: the session was lost: ${reason}`});
        this.#endSession(true);
        this.#connected();
        this.#session.token = this.#greeting ?? "";
    }

    #closed(event) {
        this.#clearTimers();
        this.#socket = null;
        const reason = event.reason ? `: ${event.reason}` : "";
        const isOrderly = [1000, 1001, 1005].includes(event.code);
        if (this.#state === "connected" && isOrderly && !this.#session.token)
            return this.#ended("");
        if (this.#state === "connected" && event.code === 1006)
            return this.#ended("the connection broke");
        if (this.#state === "connected")
            return this.#ended(isOrderly ? "" : `the server closed with code ${event.code}${reason}`);
        this.#fail(event.code === 1006 ? "could not be connected to"
                                       : `the server closed with code ${event.code}${reason}`);
    }

    /** No connection could be made. */
    #fail(reason) {
        if (!this.#isResuming)
            this.#enqueue({action: "error", error: `${this.#url}: ${reason}`});
        this.#retry();
    }

    /** A connection that stood has ended. */
    #ended(error) {
        if (this.#session.token && this.reconnect) {
            this.#isResuming = true;
            this.#enqueue(builtIn.interrupted);
        } else {
            if (error)
                this.#enqueue({action: "error", error: `${this.#url}: ${error}`});
            this.#endSession(true);
        }
        this.#retry();
    }

    #retry() {
        this.#attempt = this.#isGood ? 1 : this.#attempt + 1;
        this.#isGood = false;
        const isExhausted = this.maximumReconnectAttempts > 0
            && this.#attempt > this.maximumReconnectAttempts;
        if (!this.reconnect || isExhausted) {
            this.#state = "disconnected";
            if (this.#isResuming) {
                this.#enqueue({action: "error", error: `${this.#url}: the session was lost`});
                this.#endSession(true);
            }
            return;
        }
        this.#state = "reconnecting";
        const delay = Math.min(this.reconnectInterval * 2 ** (this.#attempt - 1),
                               this.maximumReconnectInterval);
        this.#open(delay * (0.75 + Math.random() / 2));
    }

    /** This side breaks it off. */
    #break(error) {
        ++this.#attempts;
        this.#clearTimers();
        this.#socket?.close(4000);
        this.#socket = null;
        this.#ended(error);
    }

    #redirect(address) {
        const url = new URL(this.#url);
        url.host = address;
        this.connect(url.href);
    }

    #endSession(wasConnected) {
        this.#session = new Session();
        this.#isResuming = false;
        const requests = this.#requests;
        this.#requests = new Map();
        if (wasConnected)
            this.#enqueue(builtIn.disconnected, requests);
    }

    // Time.

    #after(delay, call) {
        const timer = setTimeout(() => {
            this.#timers.delete(timer);
            call();
        }, delay);
        this.#timers.add(timer);
    }

    #clearTimers() {
        this.#timers.forEach(clearTimeout);
        this.#timers.clear();
    }

    #watch() {
        const interval = Math.max(1, Math.min(this.heartbeatInterval || 5000, 1000));
        this.#after(interval, () => {
            const now = Date.now();
            if (this.#hearsHeartbeats && this.idleTimeout > 0 && now - this.#heard > this.idleTimeout)
                return this.#break(`nothing received for ${this.idleTimeout} ms`);
            if (this.#knowsControl && this.#session.isBehind)
                this.#write(this.#session.acknowledge());
            if (this.heartbeatInterval > 0 && now - this.#said >= this.heartbeatInterval)
                this.#write({});
            this.#watch();
        });
    }

    // Bytes.

    #encode(message) {
        return encode(message, {useBigInt64: true, ignoreUndefined: true});
    }

    #write(message) {
        this.#writeBytes(this.#encode(message));
    }

    #writeBytes(bytes) {
        this.#said = Date.now();
        if (this.#socket?.readyState === 1)
            this.#socket.send(bytes);
    }

    // Delivery.

    #enqueue(message, failedRequests = null) {
        this.#queue.push({message, failedRequests});
        if (this.autoPump && this.#queue.length === 1)
            queueMicrotask(() => this.#pumpAll());
    }

    #pumpAll() {
        if (!this.autoPump || this.#isPumping || this.#queue.length === 0)
            return;
        try {
            this.pump();
        } finally {
            if (this.#queue.length > 0)
                queueMicrotask(() => this.#pumpAll());
        }
    }

    #deliver({message, failedRequests}) {
        for (const request of failedRequests?.values() ?? []) {
            clearTimeout(request.timer);
            request.fail("the connection has ended");
        }
        if (message === builtIn.disconnected)
            this.#replicas.forEach(replicas => replicas.forEach(replica => replica.forget()));
        if (message.action === "_reply" && this.#takeReply(message))
            return;
        const replicas = message.action === "_state" ? this.#replicas.get(message.name) : null;
        if (replicas)
            return replicas.forEach(replica => replica.take(message));
        this.#dispatch(message);
    }

    #takeReply(message) {
        const request = this.#requests.get(message._request);
        if (!request)
            return false;
        this.#requests.delete(message._request);
        clearTimeout(request.timer);
        if (message.error !== undefined)
            request.fail(message.error);
        else
            request.resolve(message.result);
        return true;
    }

    /** Every object that has the handler gets the message; the first answer counts. */
    #dispatch(message) {
        const name = "Network_" + message.action;
        let isHandled = false;
        let answer;
        for (const object of [this, ...this.#handlers]) {
            if (typeof object[name] !== "function")
                continue;
            isHandled = true;
            try {
                const result = object[name](message);
                answer ??= result;
            } catch (error) {
                if (message._request === undefined)
                    throw error;
                answer = Promise.reject(error); // for whoever has asked
            }
        }
        if (!isHandled)
            this.network_received(message);
        if (message._request !== undefined)
            this.#answer(message, isHandled, answer);
    }

    async #answer({action, _request}, isHandled, answer) {
        const reply = {action: "_reply", _request};
        try {
            if (!isHandled)
                throw new Error("there is no handler");
            reply.result = await answer ?? null;
        } catch (error) {
            reply.error = `request "${action}": ${error.message}`;
        }
        this.send(reply);
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
