// How the two custom scalars read and write their values.
import type { ValueNode } from 'graphql';
import { GraphQLError, Kind, valueFromASTUntyped } from 'graphql';
import type { JsonValue } from '../lib/json.ts';

export type { JsonValue };

/** RFC 3339 date and time with an offset, for example `2026-11-22T08:30:00Z`. */
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds since the epoch as text with milliseconds, in UTC. */
export function writeDateTime(value: unknown): string {
  return new Date(Number(value)).toISOString();
}

/** Milliseconds since the epoch; an Error with the expected form for anything that is not a date and time. */
export function readDateTime(value: unknown): number {
  const time = typeof value === 'string' && DATE_TIME.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new GraphQLError('A DateTime is text such as "2026-11-22T08:30:00Z".', {
      extensions: { code: 'BAD_REQUEST' },
    });
  }
  return time;
}

export function readDateTimeLiteral(node: ValueNode): number {
  return readDateTime(node.kind === Kind.STRING ? node.value : null);
}

export function readJsonLiteral(node: ValueNode, variables?: Readonly<Record<string, unknown>> | null): JsonValue {
  return valueFromASTUntyped(node, variables) as JsonValue;
}
