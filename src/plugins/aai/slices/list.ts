// One A&AI list: the objects, none for an empty result; everything else is the inventory's error.
import { ConductorError } from '../../../domain/errors.ts';
import type { CallContext } from '../../../domain/ports.ts';
import { entitiesOf, foreignShape } from '../batch.ts';
import type { AaiClient, AaiRequest } from '../client.ts';
import type { Entity } from '../wire.ts';

/** `hint`: what else may be wrong when A&AI refuses the question itself. Throws UPSTREAM_*. */
export async function readList(
  client: AaiClient,
  request: AaiRequest,
  type: string,
  ctx: CallContext,
  hint?: string,
): Promise<readonly Entity[]> {
  const verdict = await client(request, ctx);
  if (verdict.kind === 'empty') return [];
  if (verdict.kind === 'refused' && hint !== undefined) {
    throw new ConductorError(verdict.error.code, `${verdict.error.message} (${hint})`, { cause: verdict.error });
  }
  if (verdict.kind !== 'found') throw verdict.error;
  const entities = entitiesOf(verdict.body, type);
  if (entities === null) throw foreignShape(type);
  return entities;
}
