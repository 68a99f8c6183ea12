// How the reference API prints a JSON value inside an error text: Python's spelling of constants, strings, lists and objects.

const LONGEST = 200;

/** A value as Python's `str` prints it; long texts are cut. */
export function pythonStr(value: unknown): string {
  return typeof value === 'string' ? cut(value === '' ? "''" : value) : pythonRepr(value);
}

/** A value as Python's `repr` prints it; long texts are cut. */
export function pythonRepr(value: unknown): string {
  return cut(repr(value));
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

function repr(value: unknown): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return quoted(value.slice(0, LONGEST + 1));
  if (Array.isArray(value)) return `[${value.slice(0, LONGEST).map(repr).join(', ')}]`;
  if (typeof value === 'object') {
    const members = Object.entries(value).slice(0, LONGEST);
    return `{${members.map(([name, member]) => `${quoted(name)}: ${repr(member)}`).join(', ')}}`;
  }
  return String(value);
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `${quote}${escaped}${quote}`;
}
