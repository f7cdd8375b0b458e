// SPDX-License-Identifier: MIT
import {spawn} from "node:child_process";
import {once} from "node:events";
import {createInterface} from "node:readline";

const patience = 60000; // far more than a busy machine needs, in milliseconds

/**
 * The game's server as a process, with a network in front of it that can be bad; see
 * javascriptserver.cpp. Ends with the test.
 */
export async function startServer(t, port = 0) {
    const child = spawn(process.env.QREPOD_SERVER, [String(port)], {stdio: ["pipe", "pipe", "inherit"]});
    const lines = createInterface({input: child.stdout});
    const [line] = await once(lines, "line");
    const [gate, network] = line.split(" ");
    const stop = async () => {
        if (child.exitCode !== null)
            return;
        child.stdin.end();
        await once(child, "exit");
    };
    t.after(stop);
    /** Resolves with the answer to the command, which has taken effect then. */
    const tell = async command => {
        child.stdin.write(command + "\n");
        return (await once(lines, "line"))[0];
    };
    return {port: Number(gate), url: `ws://127.0.0.1:${gate}`, network: `ws://127.0.0.1:${network}`, stop, tell};
}

/** Resolves with the next message of the action that the listener gets. */
export class Recorder {
    log = [];
    #waiting = [];

    note(message) {
        this.log.push(message);
        this.#waiting = this.#waiting.filter(wait => !wait());
    }

    actions() {
        return this.log.map(message => message.action);
    }

    /**
     * Resolves with the message of this action that came as the one with this number. If it does
     * not come, what came instead is the error.
     */
    next(action, number = 1) {
        return new Promise((resolve, reject) => {
            const giveUp = () => reject(new Error(`no ${action} (${number}), but ${JSON.stringify(this.log)}`));
            const timer = setTimeout(giveUp, patience);
            const look = () => {
                const found = this.log.filter(message => message.action === action)[number - 1];
                if (found) {
                    clearTimeout(timer);
                    resolve(found);
                }
                return found !== undefined;
            };
            if (!look())
                this.#waiting.push(look);
        });
    }
}
