// Custom scalars.
import { readDateTime, readDateTimeLiteral, readJsonLiteral, writeDateTime } from '../resolvers/scalars.ts';
import { builder } from './builder.ts';

builder.scalarType('DateTime', {
  description: 'A moment in time as RFC 3339 text, for example `2026-11-22T08:30:00.000Z`. Answers are in UTC.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time',
  serialize: writeDateTime,
  parseValue: readDateTime,
  parseLiteral: readDateTimeLiteral,
});

builder.scalarType('JSON', {
  description:
    'Any JSON value. Keys and values are those of the homing template, the REST API or the inventory, unchanged.',
  serialize: (value) => value,
  parseValue: (value) => value as never,
  parseLiteral: readJsonLiteral,
});
