// Limits on GraphQL documents, checked before validation, whose own work grows with what is limited here.
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  Lexer,
  type ParseOptions,
  parse,
  type SelectionNode,
  type SelectionSetNode,
  Source,
  TokenKind,
} from 'graphql';
import type { LimitSettings } from './settings.ts';

/** Characters of a document; what is larger belongs into variables. Reading a megabyte takes 50 ms of everybody's time. */
const MAX_TEXT = 256 * 1024;
/** Brackets inside each other in a document's text, lists and objects of arguments included: the parser's recursion. */
const MAX_NESTING = 200;
/** Fragments that spread fragments that spread fragments. */
const MAX_FRAGMENT_CHAIN = 50;

const OPENING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/** graphql-js's `parse` for documents within the limits. Throws a GraphQLError with code LIMIT_EXCEEDED for others. */
export function limitedParser(limits: LimitSettings): typeof parse {
  return (source, options?: ParseOptions) => {
    checkTokens(typeof source === 'string' ? new Source(source) : source, limits.tokens);
    const document = parse(source, options);
    checkDocument(document, limits);
    return document;
  };
}

export function limitError(what: string): GraphQLError {
  return new GraphQLError(what, { extensions: { code: 'LIMIT_EXCEEDED', http: { status: 400 } } });
}

/** Counts without recursion, so that no text can exhaust the stack. Texts that are no GraphQL are left to the parser. */
function checkTokens(source: Source, maxTokens: number): void {
  if (source.body.length > MAX_TEXT) throw limitError(`The document has more than ${MAX_TEXT} characters.`);
  const lexer = new Lexer(source);
  let nesting = 0;
  for (let count = 0; lexer.advance().kind !== TokenKind.EOF; count += 1) {
    if (count >= maxTokens) throw limitError(`The document has more than ${maxTokens} tokens.`);
    if (OPENING.has(lexer.token.kind)) nesting += 1;
    if (CLOSING.has(lexer.token.kind)) nesting -= 1;
    if (nesting > MAX_NESTING) throw limitError(`The document nests deeper than ${MAX_NESTING} brackets.`);
  }
}

interface Extent {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** Fields of the outermost level. */
  readonly fields: number;
}

const NOTHING: Extent = { depth: 0, aliases: 0, directives: 0, fields: 0 };

/** Measures each operation with its fragments spread; each fragment is measured once. */
function checkDocument(document: DocumentNode, limits: LimitSettings): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measure = measurer(fragments);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    const extent = measure(definition.selectionSet);
    const isOperation = definition.kind === Kind.OPERATION_DEFINITION;
    refuse('selections nest', extent.depth, limits.depth);
    refuse('aliases number', extent.aliases, limits.aliases);
    refuse('directives number', extent.directives + (definition.directives?.length ?? 0), limits.directives);
    if (isOperation) refuse('root fields number', extent.fields, limits.rootFields);
  }
}

function refuse(what: string, value: number, limit: number): void {
  if (value > limit) throw limitError(`The document's ${what} more than ${limit}.`);
}

function measurer(
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): (set: SelectionSetNode | undefined) => Extent {
  /** A fragment under way counts as nothing: validation refuses cycles. */
  const known = new Map<string, Extent>();
  let chain = 0;

  const ofFragment = (name: string): Extent => {
    const done = known.get(name);
    const fragment = fragments.get(name);
    if (done || !fragment) return done ?? NOTHING;
    known.set(name, NOTHING);
    chain += 1;
    if (chain > MAX_FRAGMENT_CHAIN)
      throw limitError(`Fragments spread each other more than ${MAX_FRAGMENT_CHAIN} deep.`);
    const inner = ofSet(fragment.selectionSet);
    chain -= 1;
    const extent = { ...inner, directives: inner.directives + (fragment.directives?.length ?? 0) };
    known.set(name, extent);
    return extent;
  };
  const ofSelection = (node: SelectionNode): Extent => {
    const own = node.directives?.length ?? 0;
    if (node.kind === Kind.FIELD) {
      const inner = ofSet(node.selectionSet);
      return {
        depth: inner.depth + 1,
        aliases: inner.aliases + (node.alias ? 1 : 0),
        directives: inner.directives + own,
        fields: 1,
      };
    }
    const inner = node.kind === Kind.FRAGMENT_SPREAD ? ofFragment(node.name.value) : ofSet(node.selectionSet);
    return { ...inner, directives: inner.directives + own };
  };
  const ofSet = (set: SelectionSetNode | undefined): Extent =>
    (set?.selections ?? []).map(ofSelection).reduce(add, NOTHING);
  return ofSet;
}

function add(a: Extent, b: Extent): Extent {
  return {
    depth: Math.max(a.depth, b.depth),
    aliases: a.aliases + b.aliases,
    directives: a.directives + b.directives,
    fields: a.fields + b.fields,
  };
}
