// SPDX-License-Identifier: MIT

/** A message: a map whose `action` says what it is. */
export interface Message {
    action: string;
    [field: string]: any;
}

export type State = "disconnected" | "connecting" | "connected" | "reconnecting";

/** A request that was refused or got no answer; its message names the action and why. */
export class RequestError extends Error {}

/**
 * A browser's or Node.js program's end of a QRepod game.
 *
 * Subclass it and write methods named `Network_<action>`; each gets the message. What such a method
 * returns, or the Promise that it returns, answers a request of the server's. Built-in actions:
 * `connected`, `socketConnect`, `disconnected`, `error`, `interrupted` and `resumed`.
 */
export class ConnectionListener {
    /** Whether messages are delivered as they arrive; otherwise by `pump()`. Default: true. */
    autoPump: boolean;
    /** Whether to connect again when the connection ends. Default: false. */
    reconnect: boolean;
    /** The delay before the first attempt, in milliseconds; it doubles each time. Default: 500. */
    reconnectInterval: number;
    /** In milliseconds. Default: 30,000. */
    maximumReconnectInterval: number;
    /** 0, the default: any number. */
    maximumReconnectAttempts: number;
    /** In milliseconds. Default: 10,000. */
    connectTimeout: number;
    /** Of `request()`, in milliseconds. Default: 10,000. */
    requestTimeout: number;
    /** How long nothing may have been sent before a heartbeat is; 0: never. Default: 5,000. */
    heartbeatInterval: number;
    /** How long a server that sends heartbeats may be silent; 0: for ever. Default: 15,000. */
    idleTimeout: number;
    /** How much may be sent and not yet written, or kept for a resume, in bytes. Default: 64 MiB. */
    maximumSendBacklog: number;
    /** The class to connect with: the global one, or else that of the package `ws`. */
    WebSocket: (new (url: string) => any) | undefined;

    readonly state: State;
    /** Whether a session's connection is lost and being made anew. */
    readonly isInterrupted: boolean;

    /** Connects to a gate; a connection that stands is closed first. Default: port 5072 here. */
    connect(url?: string): void;
    close(): void;

    /**
     * Returns the size in bytes of what will be sent; 0 if nothing is. If that is because a value
     * cannot be encoded, such as a function or a `Map`, a warning names its path.
     */
    send(message: Message): number;
    send(action: string, fields?: Record<string, unknown>): number;

    /** A Promise of the server's answer; it fails with a `RequestError`. */
    request(action: string, fields?: Record<string, unknown>, timeout?: number): Promise<any>;

    /** Delivers what is queued, and returns how many messages that were, built-in ones included. */
    pump(): number;

    /**
     * What time it is on the server's clock, in whole milliseconds; -1 while that is not known. It
     * is asked for from the first call on, and never goes back while the connection stands.
     */
    serverTime(): number;

    /** Each of them with a method `Network_<action>` gets the message, after this object. */
    addHandler(handler: object): void;
    removeHandler(handler: object): void;

    /** Gets every message that no handler took. */
    network_received(message: Message): void;
}

/**
 * What has changed: a property with its value, `undefined` if it is gone; rows that were inserted,
 * removed, or moved to where they stand among the others; roles of a row; or all rows.
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
 * When the connection ends it is not ready, and keeps what it knows. If the server names a role that
 * rows are known by, they are matched by it afterwards: rows that are the same stay the same
 * objects, and only the difference is told.
 */
export class Replica {
    constructor(listener: ConnectionListener, name: string);
    readonly name: string;
    readonly isReady: boolean;
    /** The properties of an object. */
    readonly values: Record<string, any>;
    /** The rows of a list, each by its roles. */
    readonly rows: Record<string, any>[];
    /** When that was true, in milliseconds on the server's clock; -1 before. */
    readonly time: number;
    /** Called when something is different, also when it is ready or no longer is: then there may be no changes. */
    onchange: ((replica: Replica, changes: Change[]) => void) | null;
    /** Follows no more. */
    close(): void;
}

/**
 * A number that moves smoothly, though it is known only now and then: a game draws
 * `x.valueAt(game.serverTime() - x.delay)`, which lies between two states that have come already.
 *
 * Times are in milliseconds on any one clock, mostly the server's.
 */
export class Interpolation {
    constructor(delay?: number);
    /** For how long the value goes on at its last speed past the newest sample. Default: 100. */
    delay: number;
    /** For angles: the value that means the same as 0, such as 360. Default 0: there is none. */
    period: number;
    /** A greater difference between two samples is a jump. Default 0: there is none. */
    maximumStep: number;
    /** It was `value` at `time`. Of two samples of the same time, the later call counts. */
    addSample(time: number, value: number): void;
    /** It was still at `time` what it was in the newest sample. */
    hold(time: number): void;
    /** What it was at `time`; 0 without any sample. */
    valueAt(time: number): number;
    clear(): void;
    readonly isEmpty: boolean;
    /** The time of the newest sample, 0 without any. */
    readonly newestTime: number;
}
