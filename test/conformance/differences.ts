// Where an answer differs from what it should be, in lines that a person can act on.

const MOST = 6;

/** `path: expected …, answered …` for each place, the first few; empty when they are equal (order of keys apart). */
export function differences(expected: unknown, answered: unknown, path = ''): string[] {
  const found: string[] = [];
  collect(expected, answered, path, found);
  return found.length > MOST ? [...found.slice(0, MOST), `and ${found.length - MOST} more`] : found;
}

function collect(expected: unknown, answered: unknown, path: string, found: string[]): void {
  if (Object.is(expected, answered)) return;
  if (!isContainer(expected) || !isContainer(answered) || Array.isArray(expected) !== Array.isArray(answered)) {
    found.push(`${path || 'value'}: expected ${show(expected)}, answered ${show(answered)}`);
    return;
  }
  const [left, right] = [new Map(Object.entries(expected)), new Map(Object.entries(answered))];
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    collect(left.get(key), right.get(key), path === '' ? key : `${path}.${key}`, found);
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** One line, cut where it gets long. */
export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
