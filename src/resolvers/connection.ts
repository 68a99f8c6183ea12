// Relay connections: page sizes, cursors, and pages cut from a list that is wholly in memory.
import { ConductorError } from '../domain/errors.ts';

export interface PageArgs {
  readonly first: number;
  readonly after?: string | null | undefined;
}

export interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

export interface Connection<T> {
  readonly edges: readonly Edge<T>[];
  readonly pageInfo: PageInfo;
}

/** Items in one page at the most. */
const MAX_PAGE_SIZE = 100;
/** Marks this API's cursors, so that other text is refused instead of meaning some place. */
const CURSOR_MARK = 'k1:';

/** `first` when it is in bounds. Throws BAD_REQUEST or LIMIT_EXCEEDED. */
export function pageSize(first: number): number {
  const rule = `\`first\` must be from 1 to ${MAX_PAGE_SIZE}.`;
  if (first < 1) throw new ConductorError('BAD_REQUEST', rule);
  if (first > MAX_PAGE_SIZE) throw new ConductorError('LIMIT_EXCEEDED', rule);
  return first;
}

export function connection<T>(edges: readonly Edge<T>[], hasNextPage: boolean, args: PageArgs): Connection<T> {
  return {
    edges,
    pageInfo: {
      hasNextPage,
      hasPreviousPage: args.after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/**
 * One page of `items` in the order of their keys. A cursor holds a key and not a position, so that it stays good while
 * items come and go. Throws CURSOR_INVALID, BAD_REQUEST, LIMIT_EXCEEDED.
 */
export function pageOf<T>(items: readonly T[], keyOf: (item: T) => string, args: PageArgs): Connection<T> {
  const first = pageSize(args.first);
  const after = args.after == null ? null : readCursor(args.after);
  const keyed = items.map((node) => ({ key: keyOf(node), node })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const rest = after === null ? keyed : keyed.filter((item) => item.key > after);
  const edges = rest.slice(0, first).map(({ key, node }) => ({ cursor: writeCursor(key), node }));
  return connection(edges, rest.length > first, args);
}

function writeCursor(key: string): string {
  return Buffer.from(CURSOR_MARK + key).toString('base64url');
}

function readCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!text.startsWith(CURSOR_MARK)) throw new ConductorError('CURSOR_INVALID');
  return text.slice(CURSOR_MARK.length);
}

export const nodesOf = <T>(page: Connection<T>): T[] => page.edges.map((edge) => edge.node);
