// SPDX-License-Identifier: MIT

// The package that `npm pack` makes of qrepod.js: it has what it imports, and no more.

import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {readFileSync} from "node:fs";
import {join} from "node:path";
import test from "node:test";

const folder = process.env.QREPOD_PACKAGE;
const read = name => readFileSync(join(folder, name), "utf8");

/** What a module needs: files beside it, and packages. */
function importsOf(name) {
    const all = [...read(name).matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map(match => match[1]);
    return {files: all.filter(each => each.startsWith("./")).map(each => each.slice(2)),
            packages: all.filter(each => !each.startsWith("./"))};
}

/** The module and those that it imports. */
function reachable(name, found = new Set()) {
    if (!found.has(name)) {
        found.add(name);
        importsOf(name).files.forEach(each => reachable(each, found));
    }
    return found;
}

test("npm pack makes a package of the module and its types", () => {
    const output = execFileSync(process.env.QREPOD_NPM, ["pack", "--dry-run", "--json", "--offline"],
                                {cwd: folder, encoding: "utf8"});
    const [{name, version, files}] = JSON.parse(output);
    assert.equal(name, "qrepod");
    assert.equal(version, process.env.QREPOD_VERSION);
    assert.deepEqual(files.map(({path}) => path).sort(),
                     [...reachable("qrepod.js"), "README.md", "package.json", "qrepod.d.ts"].sort());
});

test("the package names what it imports", () => {
    const {dependencies, peerDependencies} = JSON.parse(read("package.json"));
    const imported = new Set([...reachable("qrepod.js")].flatMap(name => importsOf(name).packages));
    assert.deepEqual([...imported].sort(), [...Object.keys(dependencies), ...Object.keys(peerDependencies)].sort());
});

test("the types name what the module exports", async () => {
    const declared = [...read("qrepod.d.ts").matchAll(/^export class (\w+)/gm)].map(match => match[1]);
    assert.deepEqual(Object.keys(await import("./qrepod.js")).sort(), declared.sort());
});

test("modules are short enough to read", () => {
    for (const name of reachable("qrepod.js")) {
        assert.ok(read(name).split("\n").length <= 401, name);
        assert.ok(read(name).startsWith("// SPDX-License-Identifier: MIT\n"), name);
    }
});
