// The recorded plans of the reference, each posted through REST to a running gateway over the recorded world and followed to its
// end: status, steps, message and recommendations are as recorded, or better, or as the table of deviations says.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlanOutcome } from '../../conformance/judge-plan.ts';
import { PLAN_DEVIATIONS } from '../../conformance/plan-deviations.ts';
import { recordedPlans } from '../../conformance/records.ts';
import { tableRow } from '../../conformance/report.ts';
import { judgePlans, type PlanWorld, ROOM, runPlans, startPlanWorld } from '../../conformance/run.ts';
import type { Verdict } from '../../conformance/verdict.ts';
import { PlanDocument } from '../../support/gql/graphql.ts';

const PAGE = readFileSync('docs/conformance.md', 'utf8').split('\n');
const records = recordedPlans();
let world: PlanWorld;
let outcomes: ReadonlyMap<string, PlanOutcome>;
const verdicts = new Map<string, Verdict>();

beforeAll(async () => {
  world = await startPlanWorld();
  outcomes = await runPlans(world, records);
  for (const { name, verdict } of judgePlans(records, outcomes)) verdicts.set(name, verdict);
});

afterAll(() => world.stop());

describe('the table of deviations', () => {
  it('names recorded plans only', () => {
    expect([...PLAN_DEVIATIONS.keys()].filter((name) => !records.has(name))).toEqual([]);
  });

  it('says what a recorded crash, an endless or a very slow plan means', () => {
    const broken = [...records].filter(([, { flags }]) =>
      ['CRASH', 'STUCK', 'SLOW'].some((flag) => flags.includes(flag)),
    );
    expect(broken.map(([name]) => name).filter((name) => !PLAN_DEVIATIONS.has(name))).toEqual([]);
    expect(records.size).toBe(241);
  });
});

describe('a recorded plan is answered as recorded, or better, or as the table of deviations says', () => {
  it.each([...records.keys()])('%s', (name) => {
    const verdict = verdicts.get(name);
    if (!verdict) throw new Error('was not run');
    expect(verdict.kind === 'fails' ? verdict.differences : []).toEqual([]);
    expect(PAGE, 'docs/conformance.md is out of date').toContain(tableRow({ name, verdict }));
  });
});

describe('what the record cannot show', () => {
  /** Per constraint of the one demand: who was refused, and why. */
  async function outcomesOf(name: string) {
    const gateway = world.gateways.get(records.get(name)?.providers ?? '');
    const found = await gateway?.graphql(PlanDocument, { id: outcomes.get(name)?.plan?.id ?? '' });
    return found?.plan?.diagnosis?.demands.flatMap(({ outcomes: each }) => each) ?? [];
  }

  it('SDN-C is asked about every region (I26), and only those that it has room in stay', async () => {
    const [fit] = await outcomesOf('c_region_fit_sdnc');
    const regions = Object.keys(ROOM);
    expect(fit).toMatchObject({ constraint: 's', type: 'region_fit', before: 16, after: 4 + regions.length });
    expect(fit?.rejected.map(({ candidateId }) => candidateId)).not.toContain(regions[0]);
    expect(new Set(fit?.rejected.map(({ reason }) => reason))).toEqual(new Set(['SDN-C has no capacity for it.']));
  });

  it('a plan without an answer tells which rule took the candidates away', async () => {
    const [refused] = await outcomesOf('inline_ok');
    expect(refused?.rejected).toEqual([
      { candidateId: 'nyc-1', reason: 'no coordinates, so its distance from cust is not known' },
    ]);
  });
});

describe('afterwards', () => {
  it('SDN-C holds the reservations of the plans that reserve, and no other', () => {
    expect(world.simulators.sdnc.reservations().size).toBe(3);
  });

  it('nothing was logged as an error', async () => {
    const logs = await Promise.all([...world.gateways.values()].map((gateway) => gateway.log()));
    expect(logs.flat().filter(({ level }) => level === 'error')).toEqual([]);
  });
});
