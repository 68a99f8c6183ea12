// `PUT /aai/vN/dsl`, grammar V1: `cloud-region*('cloud-owner','O') > [complex*, flavor*]`. Parsed and run over the store.
import { badRequest, resultList, scatter } from './aai-answers.ts';
import { neighbours, type TraversalRequest, traversalFormat } from './aai-query.ts';
import { readDepth } from './aai-resources.ts';
import { hasEdge, hasProperty, TYPE_BY_NAME } from './aai-schema.ts';
import type { AaiStore, Vertex } from './aai-store.ts';
import { isObject, type JsonObject, parseJson, textAt } from './json.ts';

const MAXIMUM_NODES = 15;

interface Filter {
  readonly negated: boolean;
  readonly key: string;
  readonly values: readonly string[];
}

interface Where {
  readonly negated: boolean;
  readonly chain: readonly Step[];
}

interface NodeStep {
  readonly kind: 'node';
  readonly type: string;
  readonly output: boolean;
  readonly filters: readonly Filter[];
  readonly where: readonly Where[];
}

interface UnionStep {
  readonly kind: 'union';
  readonly branches: readonly (readonly Step[])[];
  readonly output: boolean;
}

type Step = NodeStep | UnionStep;

function syntax(message: string): Error {
  return badRequest('SVC6153', '/dsl', `DSL Syntax Error while processing the query: ${message}`);
}

function schema(message: string): Error {
  return badRequest('SVC6149', '/dsl', `DSL Generic Error while processing the query: ${message}`);
}

function invalid(message: string): Error {
  return badRequest('SVC6151', '/dsl', `DSL Validation Error while processing the query: ${message}`);
}

interface Token {
  readonly kind: 'word' | 'text' | 'sign' | 'end';
  readonly value: string;
}

const TOKEN = /\s*(?:([A-Za-z0-9][A-Za-z0-9_.-]*)|'((?:[^'\\\r\n]|\\')*)'|([*()[\],>!]))/y;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (found === null) throw syntax(`token recognition error at position ${at}`);
    if (found[1] !== undefined) tokens.push({ kind: 'word', value: found[1] });
    else if (found[2] !== undefined) tokens.push({ kind: 'text', value: found[2].replace(/\\'/g, "'") });
    else tokens.push({ kind: 'sign', value: found[3] ?? '' });
  }
  return tokens;
}

class Parser {
  private at = 0;
  private nodes = 0;
  private readonly tokens: readonly Token[];
  private readonly version: number;

  constructor(tokens: readonly Token[], version: number) {
    this.tokens = tokens;
    this.version = version;
  }

  query(): { steps: Step[]; limit: number | null } {
    const steps = this.chain(null);
    const first = steps[0];
    if (first?.kind !== 'node' || first.filters.length === 0) throw invalid('the start node needs a filter');
    const limit = this.limit();
    if (this.peek().kind !== 'end') throw syntax(`extraneous input ${this.peek().value}`);
    if (this.nodes > MAXIMUM_NODES) throw invalid(`more than ${MAXIMUM_NODES} nodes`);
    if (!hasOutput(steps)) throw invalid('no node is marked for output');
    return { steps, limit };
  }

  private peek(): Token {
    return this.tokens[this.at] ?? { kind: 'end', value: '<end of query>' };
  }

  private take(sign: string): boolean {
    const token = this.peek();
    if (token.kind !== 'sign' || token.value !== sign) return false;
    this.at += 1;
    return true;
  }

  private need(sign: string): void {
    if (!this.take(sign)) throw syntax(`missing ${sign} at ${this.peek().value}`);
  }

  private limit(): number | null {
    const word = this.peek();
    if (word.kind !== 'word' || word.value.toUpperCase() !== 'LIMIT') return null;
    this.at += 1;
    const count = this.peek();
    if (!/^\d+$/.test(count.value)) throw syntax('LIMIT needs a number');
    this.at += 1;
    return Number(count.value);
  }

  /** A node and its traversals; `before` is the type that it is reached from. */
  private chain(before: readonly string[] | null): Step[] {
    const steps: Step[] = [];
    let types = before;
    do {
      const step = this.step(types, before === null && steps.length === 0);
      steps.push(step);
      types = endTypes(step);
    } while (this.take('>'));
    return steps;
  }

  private step(before: readonly string[] | null, first: boolean): Step {
    if (!first && this.take('[')) {
      const branches: Step[][] = [];
      do branches.push(this.chain(before));
      while (this.take(','));
      this.need(']');
      return { kind: 'union', branches, output: this.take('*') };
    }
    if (!first && this.take('(')) {
      if (this.peek().kind !== 'text') throw syntax('an edge label is a quoted text');
      this.at += 1;
      this.need(')');
    }
    return this.node(before);
  }

  private node(before: readonly string[] | null): NodeStep {
    const name = this.peek();
    if (name.kind !== 'word') throw syntax(`mismatched input ${name.value}, a node is expected`);
    this.at += 1;
    this.nodes += 1;
    if (!TYPE_BY_NAME.has(name.value)) throw schema(`Unrecognized AAI object ${name.value}`);
    if (before !== null && !before.some((type) => hasEdge(type, name.value))) {
      throw schema(`No EdgeRule found for passed nodeTypes: ${before.join(', ')}, ${name.value}`);
    }
    const output = this.take('*');
    const filters: Filter[] = [];
    const where: Where[] = [];
    for (;;) {
      const negated = this.take('!');
      if (!this.take('(')) {
        if (negated) throw syntax('! stands before a filter');
        return { kind: 'node', type: name.value, output, filters, where };
      }
      if (this.take('>')) where.push({ negated, chain: this.chain([name.value]) });
      else filters.push(this.filter(name.value, negated));
      this.need(')');
    }
  }

  private filter(type: string, negated: boolean): Filter {
    const key = this.peek();
    if (key.kind !== 'text') throw syntax(`mismatched input ${key.value}, a quoted key is expected`);
    this.at += 1;
    const known = TYPE_BY_NAME.get(type);
    if (known === undefined || !hasProperty(known, key.value, this.version)) {
      throw schema(`property: ${key.value} not found on ${type}`);
    }
    const values: string[] = [];
    while (this.take(',')) {
      const value = this.peek();
      if (value.kind !== 'text' && value.kind !== 'word') throw syntax(`mismatched input ${value.value}`);
      this.at += 1;
      // As the real processor does: a value that equals the key's name is lost.
      if (value.value !== key.value) values.push(value.value);
    }
    return { negated, key: key.value, values };
  }
}

function hasOutput(steps: readonly Step[]): boolean {
  return steps.some((step) => step.output || (step.kind === 'union' && step.branches.some(hasOutput)));
}

function endTypes(step: Step): string[] {
  if (step.kind === 'node') return [step.type];
  return step.branches.flatMap((branch) => {
    const last = branch.at(-1);
    return last === undefined ? [] : endTypes(last);
  });
}

function keeps(vertex: Vertex, filter: Filter): boolean {
  const own = textAt(vertex.object, filter.key);
  const found = own !== null && (filter.values.length === 0 || filter.values.includes(own));
  return found !== filter.negated;
}

function runStep(store: AaiStore, from: readonly Vertex[] | null, step: Step, output: Set<Vertex>): Vertex[] {
  let reached: Vertex[];
  if (step.kind === 'union') {
    reached = step.branches.flatMap((branch) => runChain(store, from, branch, output));
  } else {
    const near = from === null ? store.ofType(step.type) : neighbours(store, from, step.type);
    reached = near.filter(
      (vertex) =>
        step.filters.every((filter) => keeps(vertex, filter)) &&
        step.where.every((where) => runChain(store, [vertex], where.chain, new Set()).length > 0 !== where.negated),
    );
  }
  const distinct = [...new Set(reached)];
  if (step.output) for (const vertex of distinct) output.add(vertex);
  return distinct;
}

/** Where the chain ends; every node marked for output on the way is put into `output`. */
function runChain(
  store: AaiStore,
  from: readonly Vertex[] | null,
  steps: readonly Step[],
  output: Set<Vertex>,
): Vertex[] {
  let reached: Vertex[] | null = from === null ? null : [...from];
  for (const step of steps) reached = runStep(store, reached, step, output);
  return reached ?? [];
}

/** Answers `PUT dsl`; throws AaiFault for everything that A&AI refuses. Nothing found is an empty list. */
export function runDsl(request: TraversalRequest): JsonObject {
  const format = traversalFormat(request);
  const depth = readDepth(request.query, 1, null, request.path);
  const body = parseJson(request.body);
  const text = isObject(body) ? textAt(body, 'dsl') : null;
  if (text === null || text.trim() === '') throw badRequest('SVC6152', request.path, 'the request has no dsl text');
  const { steps, limit } = new Parser(tokenize(text), request.version).query();
  const output = new Set<Vertex>();
  runChain(request.store, null, steps, output);
  const found = scatter([...output]).slice(0, limit ?? undefined);
  const nodesOnly = request.query.get('nodesOnly') === 'true';
  return resultList(found, format, { version: request.version, depth, nodesOnly });
}
