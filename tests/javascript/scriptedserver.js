// SPDX-License-Identifier: MIT
import {once} from "node:events";
import {decode, encode} from "@msgpack/msgpack";
import {WebSocketServer} from "ws";
import {Recorder} from "./process.js";

/**
 * A server that does exactly what a test says. It serves one client at a time; what it gets is
 * written down by its action, or its only key.
 */
export class ScriptedServer {
    #server = new WebSocketServer({port: 0, host: "127.0.0.1"});
    #socket = null;
    got = new Recorder();
    greeting = {action: "connected", _session: "token"};
    onResume = () => ({_resumed: 0});
    onHello = () => this.send({_hello: 1});

    static async start(t) {
        const server = new ScriptedServer();
        t.after(() => server.stop());
        await once(server.#server, "listening");
        server.#server.on("connection", socket => server.#serve(socket));
        return server;
    }

    get url() {
        return `ws://127.0.0.1:${this.#server.address().port}`;
    }

    send(message) {
        this.sendBytes(encode(message));
    }

    sendBytes(bytes) {
        this.#socket.send(bytes);
    }

    /** Closes the client's connection in order. */
    close(code) {
        this.#socket.close(code);
    }

    /** The line is lost. */
    cut() {
        this.#socket.terminate();
    }

    stop() {
        this.#server.clients.forEach(client => client.terminate());
        this.#server.close();
    }

    #serve(socket) {
        this.#socket = socket;
        if (this.greeting)
            this.send(this.greeting);
        socket.on("message", bytes => {
            const message = decode(bytes);
            if ("_hello" in message)
                this.onHello();
            if ("_resume" in message)
                this.send(this.onResume(message));
            this.got.note({action: Object.keys(message)[0], ...message});
        });
        socket.on("close", code => this.got.note({action: "closed", code}));
    }
}
