// The order in which the search takes demands. Results depend on it (ties), so it is the reference's: demands with a
// location in the objective first, what objective operands link to them next, then template order.

/** Names of `demands` in search order. `anchors` and `links` as the prepared objective gives them. */
export function demandOrder(
  demands: readonly string[],
  anchors: readonly string[],
  links: readonly (readonly [string, string])[],
): readonly string[] {
  const taken = new Set<string>();
  take(anchors, links, taken);
  // Without anchors, and whenever the queue runs dry, the first demand not yet taken starts anew.
  for (const name of demands) take([name], links, taken);
  return [...taken];
}

/** First in, first out; each demand that is taken appends those linked to it. */
function take(seeds: readonly string[], links: readonly (readonly [string, string])[], taken: Set<string>): void {
  const queue = [...seeds];
  for (let at = 0; at < queue.length; at += 1) {
    const next = queue[at] ?? '';
    if (taken.has(next)) continue;
    taken.add(next);
    for (const [a, b] of links) {
      if (a === next) queue.push(b);
      else if (b === next) queue.push(a);
    }
  }
}
