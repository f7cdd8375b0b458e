// SPDX-License-Identifier: MIT

/** Returns the indices of a longest ascending subsequence of `numbers`. */
function longestAscending(numbers) {
    const lasts = []; // for each length, the index of the last number of the best sequence
    const previous = [];
    numbers.forEach((number, place) => {
        let length = lasts.length;
        while (length > 0 && numbers[lasts[length - 1]] > number)
            --length;
        previous[place] = lasts[length - 1] ?? -1;
        lasts[length] = place;
    });
    const places = new Set();
    for (let place = lasts.at(-1) ?? -1; place >= 0; place = previous[place])
        places.add(place);
    return places;
}

/**
 * Returns the steps from one order of distinct keys to another, as changes of the protocol: removals
 * first, then moves, then insertions, for which `rowsOf(first, end)` returns the rows.
 */
export function rowChanges(before, after, rowsOf) {
    const targets = new Map(after.map((key, row) => [key, row]));
    const changes = [];
    for (let row = before.length - 1; row >= 0; --row) { // from the end, so that earlier rows keep their numbers
        if (!targets.has(before[row]))
            changes.push(["remove", row, 1]);
    }
    const rows = before.filter(key => targets.has(key));
    const places = longestAscending(rows.map(key => targets.get(key)));
    const standing = new Set([...places].map(place => rows[place]));
    const present = new Set(rows);
    const kept = after.filter(key => present.has(key));
    kept.forEach((key, place) => {
        const row = rows.indexOf(key, 0);
        // After its predecessor in the new order.
        let to = place === 0 ? 0 : rows.indexOf(kept[place - 1]) + 1;
        if (standing.has(key) || to === row)
            return;
        if (to > row)
            --to;
        rows.splice(to, 0, ...rows.splice(row, 1));
        changes.push(["move", row, 1, to]);
    });
    for (let row = 0; row < after.length; ++row) {
        let end = row;
        while (end < after.length && !present.has(after[end]))
            ++end;
        if (end > row)
            changes.push(["insert", row, rowsOf(row, end)]);
        row = Math.max(row, end);
    }
    return changes;
}
