// The schema builder with the types it is told about. Every file of this folder adds its types to this one builder; what the
// fields do stands in src/resolvers.
import SchemaBuilder from '@pothos/core';
import ErrorsPlugin from '@pothos/plugin-errors';
import type { GraphqlContext } from '../resolvers/context.ts';
import type { JsonValue } from '../resolvers/scalars.ts';

interface SchemaTypes {
  Context: GraphqlContext;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    /** Milliseconds since the epoch inside, text outside. */
    DateTime: { Input: number; Output: number };
    JSON: { Input: JsonValue; Output: unknown };
  };
}

export const builder = new SchemaBuilder<SchemaTypes>({
  defaultFieldNullability: false,
  plugins: [ErrorsPlugin],
});
