// SPDX-License-Identifier: MIT

import {decodeMessage, encodeMessage} from "./codec.js";
import {Session} from "./session.js";

// A page cannot close with code 1002 of RFC 6455, so this code says that the peer broke the
// protocol. The library knows it.
const faultCode = 4000;
// With these codes a server says that this side broke it. Any other end may be a lost connection.
const faultCodes = new Set([1002, 1003, 1007, 1009, faultCode]);
const orderlyCodes = new Set([1000, 1001, 1005]);

/**
 * One WebSocket, from the delay before it to its end.
 *
 * It counts and acknowledges what arrives, sends heartbeats, and notices a silent server. It reports
 * to its owner by `arrived(delivery)`, in this order: `joined`; `message` and `control`; `ended`,
 * once.
 */
export class Connection {
    session;
    arrived;      // called with each delivery
    greeting = null;
    hasJoined = false;
    isCancelled = false; // nothing from it must be delivered any more
    #settings;
    #url;
    #socket = null;
    #isOver = false;
    #isAwaitingAnswer; // to a resume; nothing else is sent before it comes
    #unclaimed = []; // sizes of the messages that came before the answer
    #isFirst = true;
    #knowsControl = false; // the server has said hello
    #hearsHeartbeats = false;
    #heard = 0;
    #said = 0;
    #timers = new Set();

    /** `settings` are the listener's. A session with a token is resumed. */
    constructor(url, settings, session, arrived) {
        this.#url = url;
        this.#settings = settings;
        this.session = session;
        this.arrived = arrived;
        this.#isAwaitingAnswer = session.isResumable;
    }

    async open(delay) {
        if (delay > 0)
            await new Promise(resolve => this.#after(delay, resolve));
        let socket;
        try {
            const Socket = this.#settings.WebSocket ?? (await import("ws")).WebSocket;
            if (this.#isOver)
                return;
            socket = new Socket(this.#url);
        } catch (error) {
            return this.#end(error.message, false);
        }
        this.#socket = socket;
        socket.binaryType = "arraybuffer";
        socket.onopen = () => this.#opened();
        socket.onmessage = event => this.#received(event.data);
        socket.onerror = () => {}; // onclose follows
        socket.onclose = event => this.#closed(event);
        const {connectTimeout} = this.#settings;
        this.#after(connectTimeout, () => {
            if (!this.hasJoined)
                this.fail(`connecting timed out after ${connectTimeout} ms`, true);
        });
    }

    /** Whether messages can be sent. */
    get isOpen() {
        return this.#socket?.readyState === 1 && !this.#isOver;
    }

    get unsentBytes() {
        return this.#socket?.bufferedAmount ?? 0;
    }

    sendBytes(bytes) {
        if (!this.isOpen)
            return;
        this.#said = performance.now();
        this.#socket.send(bytes);
    }

    /** Drops the frame unless the server has said hello. */
    sendControl(control) {
        if (this.#knowsControl)
            this.sendBytes(encodeMessage(control));
    }

    /** The game has taken the greeting, with this token. More may have come behind it. */
    begin(token) {
        this.session.begin(token);
        this.#acknowledgeWhatIsDue();
    }

    /** The game closes the connection: what was sent still goes out, and nothing more arrives. */
    close() {
        this.#knowsControl ||= Boolean(this.greeting?._session);
        if (!this.#isAwaitingAnswer)
            this.sendControl({_bye: 1}); // otherwise it would be an interruption
        this.#leave(1000);
    }

    /** This side ends the connection. If it was lost and there is a session, this is an interruption. */
    fail(error, isLoss) {
        if (this.#isOver)
            return;
        this.#leave(isLoss ? 1000 : faultCode);
        this.#tellEnd(error, isLoss);
    }

    #opened() {
        if (this.#isOver)
            return;
        this.hasJoined = true;
        this.#heard = performance.now();
        const {token, received} = this.session;
        this.sendBytes(encodeMessage(this.#isAwaitingAnswer ? {_resume: token, _received: received}
                                                            : {_hello: 1}));
        this.arrived({kind: "joined", connection: this});
        this.#watch();
    }

    #received(data) {
        if (this.#isOver)
            return;
        this.#heard = performance.now();
        let message;
        try {
            message = decodeMessage(data);
        } catch (error) {
            if (!/__proto__/.test(error.message))
                return this.fail(`the server sent an invalid message: ${error.message}`, false);
            console.warn(`qrepod: a message was dropped: ${error.message}`);
            message = {action: ""}; // it still counts
        }
        if (message === null || typeof message !== "object" || Array.isArray(message))
            return;
        if (!("action" in message))
            return this.#control(message);
        message.action = String(message.action);
        this.#message(message, data.length ?? data.byteLength);
    }

    #message(message, size) {
        const isFirst = this.#isFirst;
        this.#isFirst = false;
        if (isFirst && message.action === "connected")
            this.greeting = message; // the greeting does not count
        else if (this.#isAwaitingAnswer)
            this.#unclaimed.push(size);
        else
            this.session.count(size);
        if (isFirst && this.#isAwaitingAnswer && !this.greeting?._session)
            this.#beginAnew(); // this server keeps no sessions
        this.arrived({kind: "message", connection: this, message, size, isFirst});
        this.#acknowledgeWhatIsDue();
    }

    #acknowledgeWhatIsDue() {
        if (this.#knowsControl && this.session.isResumable && this.session.isAcknowledgementDue)
            this.sendControl(this.session.acknowledgement());
    }

    #control(control) {
        if (Object.keys(control).length === 0)
            this.#hearsHeartbeats = true;
        if ("_resumed" in control)
            this.#isAwaitingAnswer = false;
        if ("_lost" in control && this.#isAwaitingAnswer)
            this.#beginAnew();
        if ("_hello" in control || "_resumed" in control || "_lost" in control)
            this.#knowsControl = true;
        this.#acknowledgeWhatIsDue();
        if ("_ack" in control)
            this.session.forget(control._ack);
        if ("_ping" in control)
            this.sendControl({_pong: control._ping});
        this.arrived({kind: "control", connection: this, control, time: this.#heard});
    }

    /** The session cannot be resumed: what arrives belongs to another. */
    #beginAnew() {
        this.session = new Session();
        this.#isAwaitingAnswer = false;
        this.#unclaimed.forEach(size => this.session.count(size));
    }

    #closed({code, reason}) {
        const text = reason ? `: ${reason}` : "";
        let error = `the server closed with code ${code}${text}`;
        if (code === 1006)
            error = this.hasJoined ? "the connection broke" : "could not connect";
        else if (this.hasJoined && orderlyCodes.has(code))
            error = "";
        this.#end(error, !faultCodes.has(code));
    }

    #end(error, isLoss) {
        if (this.#isOver)
            return;
        this.#leave();
        this.#tellEnd(error, isLoss);
    }

    #leave(code) {
        this.#isOver = true;
        this.#timers.forEach(clearTimeout);
        this.#timers.clear();
        if (code)
            this.#socket?.close(code);
    }

    #tellEnd(error, isLoss) {
        const text = error && `${this.#url}: ${error}`;
        this.arrived({kind: "ended", connection: this, error: text, isLoss});
    }

    #after(delay, call) {
        const timer = setTimeout(() => {
            this.#timers.delete(timer);
            call();
        }, delay);
        this.#timers.add(timer);
    }

    #watch() {
        const {heartbeatInterval, idleTimeout} = this.#settings;
        this.#after(Math.max(1, Math.min(heartbeatInterval || 5000, 1000)), () => {
            const now = performance.now();
            if (this.#hearsHeartbeats && idleTimeout > 0 && now - this.#heard > idleTimeout)
                return this.fail(`nothing received for ${idleTimeout} ms`, true);
            if (!this.#isAwaitingAnswer && heartbeatInterval > 0
                && now - this.#said >= heartbeatInterval)
                this.#beat();
            this.#watch();
        });
    }

    #beat() {
        if (this.session.isResumable && this.session.isBehind)
            this.sendControl(this.session.acknowledgement());
        this.sendBytes(encodeMessage({}));
    }
}
