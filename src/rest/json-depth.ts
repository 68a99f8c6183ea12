// A guard against documents nested so deeply that recursive readers further in would run out of stack, or so wide that they stall.

/** Objects and lists inside each other that a request body may have. */
export const MAX_JSON_DEPTH = 200;
/** Members of one object or list. Objects beyond this size cost seconds further in; a real template has hundreds. */
const MAX_JSON_MEMBERS = 100_000;

/**
 * Why JSON text is refused by its shape, for the end of a sentence, or null. Looks at brackets and commas outside strings only;
 * wrong JSON is not its business.
 */
export function shapeExcess(text: string, maxDepth = MAX_JSON_DEPTH): string | null {
  /** Commas seen in each container that is open. */
  const commas: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === BRACE_OPEN || code === BRACKET_OPEN) {
      if (commas.push(0) > maxDepth) return `nests deeper than ${maxDepth} levels`;
    } else if (code === BRACE_CLOSE || code === BRACKET_CLOSE) commas.pop();
    else if (code === COMMA && commas.length > 0 && count(commas) >= MAX_JSON_MEMBERS) {
      return `has more than ${MAX_JSON_MEMBERS} members in one object or list`;
    }
  }
  return null;
}

function count(commas: number[]): number {
  const seen = (commas.at(-1) ?? 0) + 1;
  commas[commas.length - 1] = seen;
  return seen;
}

const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;

/** Position of the quote that ends the string which begins at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (at > 0 && isEscaped(text, at, start)) at = text.indexOf('"', at + 1);
  return at < 0 ? text.length : at;
}

function isEscaped(text: string, quote: number, start: number): boolean {
  let at = quote - 1;
  while (at > start && text.charCodeAt(at) === BACKSLASH) at -= 1;
  return (quote - 1 - at) % 2 === 1;
}
