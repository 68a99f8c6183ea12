// Keys of things that are split per demand.

/** The key, or with `~2`, `~3` … when `a` + `b_c` and `a_b` + `c` would both be `a_b_c`; marks it as taken. */
export function uniqueKey(key: string, taken: Set<string>): string {
  let unique = key;
  for (let n = 2; taken.has(unique); n += 1) unique = `${key}~${n}`;
  taken.add(unique);
  return unique;
}
