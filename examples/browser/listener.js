// SPDX-License-Identifier: MIT

import {Backoff} from "./backoff.js";
import {ServerTime} from "./clock.js";
import {encodeMessage} from "./codec.js";
import {Connection} from "./connection.js";
import {Deliveries} from "./deliveries.js";
import {Dispatcher} from "./dispatcher.js";
import {offer} from "./outgoing.js";
import {Replicas, replicasOf} from "./replica.js";
import {PendingRequests} from "./requests.js";
import {Session} from "./session.js";

// The most that may come between the greeting and the answer to a resume, in bytes.
const greatestHeld = 1024 * 1024;
const longestRedirectDelay = 1000; // milliseconds

/**
 * A client's end of a game, as STATE-MACHINE.md describes it. Its state changes only where the game
 * can see it: inside `connect()`, `close()` and `pump()`, when an event of a connection is delivered.
 */
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
    WebSocket = globalThis.WebSocket;

    #state = "disconnected";
    #url = "";
    #current = null; // the requested connection, or the attempt to make it
    #session = null; // of the open or interrupted connection
    #isUp = false; // `connected` has been delivered, but no `disconnected` since
    #isInterrupted = false;
    #refusal = null; // why the server does not want this client
    #hasSaidBye = false;
    #redirect = "";
    #isElsewhere = false; // an attempt to resume goes to where a server has redirected it
    #token = ""; // from the current connection's greeting
    #held = [];  // messages that came before the answer to a resume
    #heldBytes = 0;
    #answerTimer = null;
    #backoff = new Backoff();
    #serverTime = new ServerTime();
    #dispatcher = new Dispatcher(this);
    #deliveries = new Deliveries(delivery => this.#deliver(delivery), () => this.autoPump);
    #requests = new PendingRequests(number => this.#deliveries.some(
        ({message}) => message?.action === "_reply" && message._request === number));

    /** For Replica. */
    [replicasOf] = new Replicas();

    get state() {
        return this.#state;
    }

    get isInterrupted() {
        return this.#isInterrupted;
    }

    connect(url = "ws://127.0.0.1:5072") {
        this.close();
        this.#url = url;
        this.#backoff.reset();
        this.#start(0);
        this.#state = "connecting";
    }

    close() {
        const connection = this.#current;
        this.#current = null;
        clearTimeout(this.#answerTimer);
        if (connection) {
            const isTold = this.#state === "connected" || this.#isInterrupted;
            // What an attempt has brought belongs to nobody.
            connection.isCancelled = !isTold || this.#isInterrupted;
            connection.close();
            if (isTold)
                this.#deliveries.push({kind: "ended", error: "", isLoss: false});
        }
        this.#isInterrupted = false;
        this.#state = "disconnected";
    }

    send(messageOrAction, fields = {}) {
        return offer(messageOrAction, fields, message => this.#queue(message));
    }

    request(action, fields = {}, timeout = this.requestTimeout) {
        return this.#requests.ask(action, timeout,
                                  number => this.#queue({...fields, action, _request: number}));
    }

    serverTime() {
        return this.#serverTime.now;
    }

    pump() {
        return this.#deliveries.pump();
    }

    addHandler(handler) {
        this.#dispatcher.add(handler);
    }

    removeHandler(handler) {
        this.#dispatcher.remove(handler);
    }

    network_received(message) {}

    // The life of a connection

    #start(delay) {
        this.#refusal = null;
        this.#open(new Session(), delay, this.#url);
    }

    /** Makes the next connection, of this session, the current one. */
    #open(session, delay, url) {
        this.#redirect = "";
        this.#hasSaidBye = false;
        this.#current = new Connection(url, this, session, delivery => this.#deliveries.push(delivery));
        this.#current.open(delay);
    }

    #deliver(delivery) {
        const {connection} = delivery;
        if (connection?.isCancelled)
            return;
        switch (delivery.kind) {
        case "joined":
            return this.#joined(connection);
        case "message":
            return this.#received(delivery);
        case "control":
            return this.#isCurrent(connection) && this.#controlled(delivery);
        case "ended":
            return this.#ended(delivery);
        }
    }

    #isCurrent(connection) {
        return connection !== undefined && connection === this.#current;
    }

    #joined(connection) {
        if (this.#isInterrupted && this.#isCurrent(connection)) {
            this.#answerTimer = setTimeout(
                () => connection.fail("the server did not answer the request to resume", true),
                this.connectTimeout);
            return;
        }
        this.#announceConnected(connection);
    }

    #announceConnected(connection) {
        this.#isUp = true;
        this.#session = connection.session;
        if (this.#isCurrent(connection)) {
            this.#backoff.connected();
            this.#state = "connected";
        }
        this.#announce({action: "connected"});
        this.#announce({action: "socketConnect"});
    }

    #received({connection, message, size, isFirst}) {
        if (isFirst) {
            this.#token = connection.greeting?._session ?? "";
            if (!this.#isInterrupted)
                connection.begin(this.#token);
        }
        const {_session, ...said} = message; // handlers must not see the token
        const isBare = message === connection.greeting && Object.keys(said).length === 1;
        const taken = message === connection.greeting ? said : message;
        if (this.#isInterrupted && this.#isCurrent(connection))
            return this.#hold(connection, taken, size, isBare);
        if (!isBare)
            this.#take(taken, connection);
    }

    #take(message, connection) {
        if (message.action === "") // see Connection
            return;
        this.#deliveries.call(() => {
            if (message.action === "_reply" && this.#requests.take(message))
                return;
            if (message.action === "_state" && this[replicasOf].take(message))
                return;
            this.#dispatcher.dispatch(message, reply => this.#reply(connection, reply));
        });
    }

    /** Replies never go to a later session than the one that asked. */
    #reply(connection, message) {
        this.#sendTo(connection.session === this.#session ? this.#current ?? connection : connection, message);
    }

    #controlled({connection, control, time}) {
        if ("_refused" in control)
            this.#refusal = String(control._refused);
        if ("_redirect" in control)
            this.#redirect = String(control._redirect);
        if ("_bye" in control)
            this.#hasSaidBye = true;
        if ("_hello" in control)
            this.#followTime();
        if ("_pong" in control)
            this.#serverTime.take(control, time);
        if (this.#isInterrupted && "_resumed" in control)
            this.#resume(control._resumed);
        if (this.#isInterrupted && "_lost" in control)
            this.#lose(connection, String(control._lost));
    }

    #followTime() {
        this.#serverTime.follow(control => this.#current?.sendControl(control));
    }

    /** A connection, or an attempt to make one, has ended. */
    #ended(delivery) {
        const {connection, error} = delivery;
        if (this.#isCurrent(connection)) {
            this.#backoff.ended();
            if (this.#isInterrupted)
                return this.#attemptFailed(error);
            if (this.#isInterruption(delivery))
                return this.#interrupt();
            this.#followEnd();
        }
        if (error)
            this.#announce({action: "error", error});
        if (this.#isUp)
            this.#announceEnd();
    }

    #announceEnd() {
        this.#isUp = false;
        this.#session?.end();
        this.#session = null;
        this.#serverTime.stop();
        this.#deliveries.call(() => this[replicasOf].expire());
        this.#deliveries.call(() => this.#requests.failAll("the connection ended"));
        this.#announce({action: "disconnected"});
    }

    get #mayTryAgain() {
        return this.reconnect && this.#refusal === null
            && !this.#backoff.isExhausted(this.maximumReconnectAttempts);
    }

    #nextDelay() {
        return this.#backoff.next(this.reconnectInterval, this.maximumReconnectInterval);
    }

    /** The current connection has ended: starts another attempt, unless it was the last. */
    #followEnd() {
        if (this.#redirect)
            return this.#followRedirect();
        this.#state = this.#mayTryAgain ? "reconnecting" : "disconnected";
        if (this.#mayTryAgain)
            this.#start(this.#nextDelay());
        else
            this.#current = null;
    }

    /** Two servers that redirect to each other must not keep it busy: only the first redirect is followed at once. */
    #followRedirect() {
        this.#url = this.#urlElsewhere();
        const isFirst = this.#backoff.isFresh;
        const delay = Math.min(this.#nextDelay(), longestRedirectDelay);
        this.#start(isFirst ? 0 : delay);
        this.#state = "reconnecting";
    }

    #urlElsewhere() {
        return Object.assign(new URL(this.#url), {host: this.#redirect}).href;
    }

    // Sessions

    /** Whether the server may not even notice this end. */
    #isInterruption({connection, isLoss}) {
        return isLoss && this.#isUp && connection.session.isResumable && !this.#hasSaidBye
            && !this.#redirect && this.#mayTryAgain;
    }

    #interrupt() {
        this.#isInterrupted = true;
        this.#tryToResume();
        this.#announce({action: "interrupted"});
    }

    /** If another server keeps the session, asks that one, only this once. If it redirects again, the client waits. */
    #tryToResume() {
        clearTimeout(this.#answerTimer);
        this.#held = [];
        this.#heldBytes = 0;
        const delay = this.#redirect && !this.#isElsewhere ? 0 : this.#nextDelay();
        this.#isElsewhere = this.#redirect !== "";
        this.#open(this.#session, delay, this.#isElsewhere ? this.#urlElsewhere() : this.#url);
        this.#state = "reconnecting";
    }

    /** A message before the answer belongs not to this session, but to a new one if this is lost. */
    #hold(connection, message, size, isBare) {
        if (!isBare)
            this.#held.push(message);
        this.#heldBytes += size;
        if (!this.#token)
            this.#lose(connection, "the server does not keep sessions");
        else if (this.#heldBytes > greatestHeld)
            this.#abandon("the server did not answer the request to resume");
    }

    #resume(count) {
        clearTimeout(this.#answerTimer);
        if (!this.#session.forget(count))
            return this.#abandon("the message counts do not match");
        this.#session.token = this.#token;
        this.#current.sendControl(this.#session.acknowledgement());
        this.#session.kept.forEach(bytes => this.#current.sendBytes(bytes));
        this.#held = [];
        this.#isInterrupted = false;
        this.#backoff.reset();
        this.#backoff.connected();
        this.#state = "connected";
        this.#announce({action: "resumed"});
    }

    /** The session ends, and a new one begins on the connection that was to resume it. */
    #lose(connection, reason) {
        clearTimeout(this.#answerTimer);
        this.#isInterrupted = false;
        this.#announce({action: "error", error: `the session was lost: ${reason}`});
        this.#announceEnd();
        connection.begin(this.#token); // a new session, as the server has said
        this.#followTime();
        this.#announceConnected(connection);
        this.#held.forEach(message => this.#take(message, connection));
        this.#held = [];
    }

    /** The server resumes in a way that this end cannot follow. */
    #abandon(reason) {
        clearTimeout(this.#answerTimer);
        this.#isInterrupted = false;
        this.#session.end();
        this.#current.fail(`the session was lost: ${reason}`, false);
    }

    #attemptFailed(error) {
        clearTimeout(this.#answerTimer);
        if (this.#mayTryAgain && !this.#hasSaidBye)
            return this.#tryToResume();
        this.#isInterrupted = false;
        const lost = this.#hasSaidBye ? "" : `${this.#url}: the connection was lost and has not come back`;
        if (lost) // otherwise the server redirected it while the connection was lost
            this.#redirect = "";
        this.#followEnd();
        if (this.#refusal || error || lost)
            this.#announce({action: "error", error: this.#refusal || error || lost});
        this.#announceEnd();
    }

    // Bytes and delivery

    #queue(message) {
        return this.#state === "connected" || this.#isInterrupted ? this.#sendTo(this.#current, message) : 0;
    }

    #sendTo(connection, message) {
        const {session} = connection;
        if (!connection.isOpen && !session.isResumable)
            return 0;
        const bytes = encodeMessage(message);
        const isAway = this.#isInterrupted && connection === this.#current;
        const waiting = isAway ? session.keptBytes : connection.unsentBytes;
        if (waiting > 0 && waiting + bytes.length > this.maximumSendBacklog)
            return 0;
        session.keep(bytes);
        if (!isAway)
            connection.sendBytes(bytes);
        return bytes.length;
    }

    #announce(message) {
        this.#deliveries.call(() => this.#dispatcher.dispatch(message));
    }
}
