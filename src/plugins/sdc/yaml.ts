// YAML of service models → plain JSON data. Small, flat texts only, so that reading one never holds up the process; tags beyond the
// plain ones are not interpreted (dates stay text), aliases are few, and errors are values of one class.
import { Composer, type CST, type Document, isAlias, Lexer, Parser, visit } from 'yaml';
import type { JsonValue } from '../../lib/json.ts';

/** The text is no YAML, or is beyond a limit. */
export class YamlError extends Error {}

export const MAX_YAML_BYTES = 256 * 1024;
/** A definition of 256 kB has about half as many. */
const MAX_LEXEMES = 125_000;
/** Nested lists and maps; service models need about ten. */
const MAX_DEPTH = 64;
const MAX_ALIASES = 100;
const NOT_PLAIN = /:(timestamp|binary|set|omap|pairs)$/;

const OPTIONS = {
  version: '1.1',
  customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !NOT_PLAIN.test(tag.tag)),
  // Checking each key against all others takes quadratic time.
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
} as const satisfies ConstructorParameters<typeof Composer>[0];

/** Throws YamlError. */
export function readYaml(text: string): JsonValue {
  if (Buffer.byteLength(text) > MAX_YAML_BYTES) throw new YamlError(`it is larger than ${MAX_YAML_BYTES} bytes`);
  try {
    const [document, second] = new Composer(OPTIONS).compose(tokensOf(text));
    if (document === undefined) return null;
    if (second !== undefined) throw new YamlError('it has more than one document');
    return dataOf(document);
  } catch (error) {
    if (error instanceof YamlError) throw error;
    // Alias bombs (ReferenceError), aliases of themselves (TypeError): the library has one class for each.
    throw new YamlError('it cannot be read');
  }
}

/** Lexed piece by piece, so that a text made to be deep or long is left before anything is built from it. */
function tokensOf(text: string): readonly CST.Token[] {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    lexemes += 1;
    if (lexemes > MAX_LEXEMES) throw new YamlError('it has too many elements');
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > MAX_DEPTH) throw new YamlError('it is nested too deeply');
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

function dataOf(document: Document.Parsed): JsonValue {
  const [error] = document.errors;
  if (error) throw new YamlError(error.message.replace(/\s+/g, ' ').slice(0, 200));
  let aliases = 0;
  visit(document, (_key, node) => {
    if (isAlias(node)) aliases += 1;
    return aliases > MAX_ALIASES ? visit.BREAK : undefined;
  });
  if (aliases > MAX_ALIASES) throw new YamlError('it has too many aliases');
  const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
  // Infinity and the like have no place in JSON and become null.
  return JSON.parse(JSON.stringify(value ?? null)) as JsonValue;
}
