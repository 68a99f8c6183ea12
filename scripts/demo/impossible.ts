// `npm run demo -- --impossible`: the example plan with one threshold that nothing meets, what the gateway says to that, and the
// plan once more as the gateway advises.
import type { Client } from './client.ts';
import { heading, say } from './print.ts';

const MET = 'distance: "< 1500 km"';
const UNMET = 'distance: "< 100 km"';
const PLACE = 'constraints > mux_near_customer > properties > distance';

/** The template, whose multiplexer must be within 100 km of the customer from now on. */
export function impossible(templateText: string): string {
  if (!templateText.includes(MET)) throw new Error(`the example has no ${MET} any more`);
  return templateText.replace(MET, UNMET);
}

/** Says why the plan has no answer; the template with the relaxation accepted. Rejects when no advice comes. */
export async function accepted(client: Client, planId: string, templateText: string): Promise<string> {
  heading('Why nothing fits, and what would help');
  const { message, diagnosis } = await client.explanation(planId);
  say(`${diagnosis?.status}: ${message}`);
  for (const { sentence } of diagnosis?.explanation?.conflicts ?? []) say(`conflict: ${sentence}`);
  const relaxations = diagnosis?.explanation?.relaxations ?? [];
  for (const { sentence } of relaxations) say(`relaxation: ${sentence}`);
  const relaxation = relaxations.find(({ path }) => path === PLACE);
  if (!relaxation) throw new Error('the impossible threshold was not explained');
  const property = JSON.stringify(relaxation.property);
  heading(`Accepting the relaxation: ${PLACE} = ${property}`);
  return templateText.replace(UNMET, `distance: ${property}`);
}
