// The whole schema: each file adds its types and fields to the builder when it is imported.
import './scalars.ts';
import './query.ts';
import './query-inventory.ts';
import './mutation.ts';
import './order-locks.ts';
import './latency.ts';
import './compensations.ts';
import './members.ts';
import './what-if.ts';
import './subscription.ts';
import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';

export const schema: GraphQLSchema = builder.toSchema({ sortSchema: true });
