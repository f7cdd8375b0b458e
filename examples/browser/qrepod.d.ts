// SPDX-License-Identifier: MIT

/** A message: a map whose `action` names what it is. */
export interface Message {
    action: string;
    [field: string]: any;
}

export type State = "disconnected" | "connecting" | "connected" | "reconnecting";

/** A request was refused or not answered; the message names the action and the reason. */
export class RequestError extends Error {}

/**
 * A client of a QRepod game, for browsers and Node.js.
 *
 * Subclass it and write methods named `Network_<action>`; each gets the message. The return value of
 * such a method, or the Promise it returns, answers a request of the server. Built-in actions:
 * `connected`, `socketConnect`, `disconnected`, `error`, `interrupted` and `resumed`.
 */
export class ConnectionListener {
    /** Whether messages are delivered as they arrive, instead of by `pump()`. Default: true. */
    autoPump: boolean;
    /** Whether to reconnect when the connection ends. Default: false. */
    reconnect: boolean;
    /** The delay before the first attempt, in milliseconds; it doubles each time. Default: 500. */
    reconnectInterval: number;
    /** The longest such delay, in milliseconds. Default: 30,000. */
    maximumReconnectInterval: number;
    /** The most attempts to reconnect; 0, the default, for any number. */
    maximumReconnectAttempts: number;
    /** How long an attempt to connect may take, in milliseconds. Default: 10,000. */
    connectTimeout: number;
    /** How long `request()` waits for an answer, in milliseconds. Default: 10,000. */
    requestTimeout: number;
    /** Milliseconds without sending after which a heartbeat is sent; 0 for never. Default: 5,000. */
    heartbeatInterval: number;
    /** Milliseconds for which a server that sends heartbeats may be silent; 0 for ever. Default: 15,000. */
    idleTimeout: number;
    /** The most bytes that may be sent but not written yet, or kept for a resume. Default: 64 MiB. */
    maximumSendBacklog: number;
    /** The class to connect with: by default the global one, or else that of the package `ws`. */
    WebSocket: (new (url: string) => any) | undefined;

    readonly state: State;
    /** Whether the connection of a session was lost and is being made again. */
    readonly isInterrupted: boolean;

    /** Connects to a gate, and closes an open connection first. Default: port 5072 on this host. */
    connect(url?: string): void;
    close(): void;

    /**
     * Returns the size in bytes of what will be sent; 0 if nothing is. If that is because a value
     * cannot be encoded, such as a function or a `Map`, a warning names its path.
     */
    send(message: Message): number;
    send(action: string, fields?: Record<string, unknown>): number;

    /** Returns a Promise of the server's answer, which fails with a `RequestError`. */
    request(action: string, fields?: Record<string, unknown>, timeout?: number): Promise<any>;

    /** Delivers what is queued, and returns the number of messages, including built-in ones. */
    pump(): number;

    /**
     * The time on the server's clock, in whole milliseconds; -1 while it is not known. The server is
     * asked for it from the first call on. It never goes back while the connection lasts.
     */
    serverTime(): number;

    /** Adds an object. If it has a method `Network_<action>`, it gets the message after this object. */
    addHandler(handler: object): void;
    removeHandler(handler: object): void;

    /** Gets every message without a handler. */
    network_received(message: Message): void;
}

/**
 * A change: a property with its value, `undefined` if it is gone; rows that were inserted, removed,
 * or moved to where they are among the others; roles of a row; or all rows.
 */
export type Change =
    | ["value", name: string, value: any]
    | ["insert", row: number, count: number]
    | ["remove", row: number, count: number]
    | ["move", row: number, count: number, to: number]
    | ["set", row: number, roles: string[]]
    | ["reset"];

/**
 * An object or a list that the server shares.
 *
 * When the connection ends, it is no longer ready, but keeps what it knows. If the server names a
 * role that identifies rows, they are matched by it afterwards: rows that are the same stay the same
 * objects, and only the differences are reported.
 */
export class Replica {
    constructor(listener: ConnectionListener, name: string);
    readonly name: string;
    readonly isReady: boolean;
    /** The properties of an object. */
    readonly values: Record<string, any>;
    /** The rows of a list, each by its roles. */
    readonly rows: Record<string, any>[];
    /** When this state was current, in milliseconds on the server's clock; -1 before the first state. */
    readonly time: number;
    /** Called on each change, and when the replica becomes ready or stops being ready, perhaps without changes. */
    onchange: ((replica: Replica, changes: Change[]) => void) | null;
    /** Stops following. */
    close(): void;
}

/**
 * A number that is known only now and then but moves smoothly: a game draws
 * `x.valueAt(game.serverTime() - x.delay)`, which is between two states that have arrived already.
 *
 * Times are in milliseconds on any one clock, usually the server's.
 */
export class Interpolation {
    constructor(delay?: number);
    /** For how long the value goes on at its last speed after the newest sample. Default: 100. */
    delay: number;
    /** For angles: the value that means the same as 0, such as 360. Default: 0, none. */
    period: number;
    /** A larger difference between two samples is a jump. Default: 0, none. */
    maximumStep: number;
    /** The value was `value` at `time`. Of two samples for the same time, the later call counts. */
    addSample(time: number, value: number): void;
    /** At `time` the value still was that of the newest sample. */
    hold(time: number): void;
    /** Returns the value at `time`; 0 without any sample. */
    valueAt(time: number): number;
    clear(): void;
    readonly isEmpty: boolean;
    /** The time of the newest sample; 0 without any. */
    readonly newestTime: number;
}
