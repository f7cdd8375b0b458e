// SPDX-License-Identifier: MIT

// What a game in TypeScript writes; it is compiled, not run.

import {ConnectionListener, Interpolation, Replica, RequestError, type Change, type Message, type State} from "./qrepod.js";

class Game extends ConnectionListener {
    Network_chat(message: Message): void {
        console.log(message.text);
    }

    async Network_choose(message: Message): Promise<number> {
        return message.options.length;
    }

    override network_received(message: Message): void {
        console.log(message.action);
    }
}

const game = new Game();
game.reconnect = true;
game.connect("wss://game.example/play");
const bytes: number = game.send("chat", {text: "hello"}) + game.send({action: "jump"});
const state: State = game.state;
game.request("buy", {item: 3}, 500).catch((error: RequestError) => console.log(error.message));
const world = new Replica(game, "world");
world.onchange = ({values, rows}) => console.log(values.score, rows.length, bytes, state);
const players = new Replica(game, "players");
players.onchange = (replica, changes: Change[]) => {
    for (const change of changes) {
        if (change[0] === "insert")
            console.log(replica.rows.slice(change[1], change[1] + change[2]));
        else if (change[0] === "set")
            console.log(change[2].join());
    }
};
players.close();
const x = new Interpolation(100);
x.period = 360;
x.addSample(game.serverTime(), 1.5);
const drawn: number = x.valueAt(game.serverTime() - x.delay);
console.log(drawn);
game.addHandler({Network_chat(message: Message) { console.log(message.text); }});
const delivered: number = game.pump();
console.log(delivered, game.isInterrupted);
// @ts-expect-error: a message has an action
game.send({text: "hello"});
// @ts-expect-error: a fourth state
const other: State = "lost";
console.log(other);
