// SPDX-License-Identifier: MIT

/**
 * A QRepod client for browsers and Node.js: see README.md, and qrepod.d.ts for types.
 *
 *     class Game extends ConnectionListener {
 *         Network_connected() { this.send("login", {name: "Ada"}); }
 *         Network_chat(message) { console.log(message.text); }
 *     }
 *     new Game().connect("ws://game.example:5072");
 */

export {ConnectionListener} from "./listener.js";
export {Interpolation} from "./interpolation.js";
export {Replica} from "./replica.js";
export {RequestError} from "./requests.js";
