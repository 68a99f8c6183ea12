// Whether an answer has at least the shape of a fixture: the same keys with values of the same kind, lists with such elements.

/** Paths of the fixture that the answer lacks or has with another kind of value; keys in `without` are not looked for. */
export function lacking(fixture: unknown, answer: unknown, without: readonly string[] = [], path = ''): string[] {
  if (kindOf(fixture) !== kindOf(answer))
    return [`${path || 'answer'}: ${kindOf(answer)} instead of ${kindOf(fixture)}`];
  if (Array.isArray(fixture)) {
    const [first] = fixture;
    const elements = answer as readonly unknown[];
    if (first === undefined) return [];
    if (elements.length === 0) return [`${path}: empty`];
    return elements.flatMap((element, index) => lacking(first, element, without, `${path}[${index}]`));
  }
  if (typeof fixture !== 'object' || fixture === null) return [];
  const own = answer as Readonly<Record<string, unknown>>;
  return Object.entries(fixture)
    .filter(([key]) => !without.includes(key))
    .flatMap(([key, value]) =>
      Object.hasOwn(own, key) ? lacking(value, own[key], without, `${path}.${key}`) : [`${path}.${key}: missing`],
    );
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}
