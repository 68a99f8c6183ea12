// The second half of the demo: one threshold of the plan made impossible, what the gateway says to that, and what comes of
// taking its advice. All of it on the inventory recorded with the plan.
import type { Client, WhatIfResult } from './client.ts';
import { heading, say } from './print.ts';

const IMPOSSIBLE = { constraints: { mux_near_customer: { properties: { distance: '< 100 km' } } } };

/** Rejects when the advice does not come, or does not help. */
export async function showWhatIf(client: Client, planId: string): Promise<void> {
  heading('What if the multiplexer had to be within 100 km of the customer?');
  const none = await client.whatIf(planId, IMPOSSIBLE);
  const { explanation } = none.diagnosis;
  const [relaxation] = explanation?.relaxations ?? [];
  if (none.recommendations.length > 0 || !explanation || !relaxation) {
    throw new Error('the impossible threshold was not explained');
  }
  say(`search: ${none.diagnosis.status}`);
  for (const { sentence } of explanation.conflicts) say(`conflict: ${sentence}`);
  for (const one of explanation.relaxations) say(`relaxation: ${one.sentence}`);
  heading(`Accepting the relaxation: ${relaxation.path} = ${JSON.stringify(relaxation.property)}`);
  const solved = await client.whatIf(planId, patchAt(relaxation.path, relaxation.property));
  if (solved.recommendations.length === 0) throw new Error('the relaxation did not help');
  printAnswer(solved);
}

function printAnswer({ recommendations: [first], difference, diagnosis }: WhatIfResult): void {
  say(`solved again: ${diagnosis.status}, objective ${first?.objective?.toFixed(1) ?? 'none'}`);
  for (const { demand, candidate } of first?.demands ?? []) say(`${demand}: ${candidate.candidateId}`);
  const moves = difference?.moves.map(({ demand, from, to }) => `${demand} from ${from} to ${to}`) ?? [];
  say(`against the plan's own answer: ${moves.length > 0 ? moves.join(', ') : 'nothing moved'}`);
}

/** The merge patch that writes `property` at a place such as `constraints > near > properties > distance`. */
function patchAt(path: string, property: unknown): object {
  return path.split(' > ').reduceRight<unknown>((inner, name) => ({ [name]: inner }), property) as object;
}
