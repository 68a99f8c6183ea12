// Demands that no chain of pairwise constraints connects do not influence each other: each group is searched alone, which
// keeps a hard group from multiplying with the easy rest.

/** Groups of positions 0..count-1, each ascending, ordered by their first member. */
export function components(count: number, links: readonly { readonly a: number; readonly b: number }[]): number[][] {
  const parent = Array.from({ length: count }, (_, index) => index);
  const root = (index: number): number => {
    let at = index;
    while (parent[at] !== at && parent[at] !== undefined) at = parent[at] ?? at;
    return at;
  };
  for (const { a, b } of links) {
    const [x, y] = [root(a), root(b)];
    parent[Math.max(x, y)] = Math.min(x, y);
  }
  const groups = new Map<number, number[]>();
  for (let index = 0; index < count; index += 1) {
    const key = root(index);
    const group = groups.get(key);
    if (group) group.push(index);
    else groups.set(key, [index]);
  }
  return [...groups.values()];
}
