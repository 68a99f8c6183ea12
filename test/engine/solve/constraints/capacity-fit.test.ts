import { describe, expect, it } from 'vitest';
import type { CapacityCheck, CapacityVerdict } from '../../../../src/domain/controller-ports.ts';
import { instanceFit } from '../../../../src/engine/solve/constraints/instance-fit.ts';
import { regionFit } from '../../../../src/engine/solve/constraints/region-fit.ts';
import { candidate, checkContext, controller, judge, parsed, words } from '../support.ts';

const cloud = [candidate('c1'), candidate('c2')];
const service = candidate('s1', { inventory_type: 'service' });
const request = { service_model: 'ADIOD' };

/** A controller that records its questions and answers by candidate id. */
function recording(answers: Record<string, CapacityVerdict>) {
  const checks: CapacityCheck[] = [];
  const one = controller('SDN-C', async (check) => {
    checks.push(check);
    return check.candidates.flatMap(({ candidate_id }) => answers[candidate_id] ?? []);
  });
  return { checks, ctx: checkContext({ controllers: [one] }) };
}

describe.each([
  ['region_fit', regionFit, cloud, service],
  ['instance_fit', instanceFit, [service, candidate('s2', { inventory_type: 'service' })], cloud[0]],
])('%s', (name, type, concerned, other) => {
  const [first, second] = concerned.map(({ candidate_id }) => candidate_id);

  it('asks once about all candidates of its type and lets the others pass', async () => {
    const { checks, ctx } = recording({
      [String(first)]: { kind: 'reject', reason: 'no port left' },
      [String(second)]: { kind: 'fit' },
    });
    const all = [...concerned, ...(other ? [other] : [])];
    const verdicts = await judge(type, { controller: 'sdn-c', request }, all, ctx);
    expect(verdicts.map(words)).toEqual(['no port left', 'fit', 'fit']);
    expect(checks).toEqual([
      { constraintName: 'c', constraintType: name, requestType: 'initial', request, candidates: concerned },
    ]);
  });

  it('does not count unknown or missing verdicts as fit', async () => {
    const { ctx } = recording({ [String(first)]: { kind: 'unknown', reason: 'no answer' } });
    const verdicts = await judge(type, { controller: 'SDN-C' }, concerned, ctx);
    expect(verdicts.map(words)).toEqual(['unknown: no answer', 'unknown: SDN-C gave no verdict']);
  });

  it('rejects every checked candidate when nobody knows the controller, and names it', async () => {
    const all = [...concerned, ...(other ? [other] : [])];
    const verdicts = await judge(type, { controller: 'XYZ' }, all);
    expect(verdicts.map(words)).toEqual([
      "service controller 'XYZ' is not known",
      "service controller 'XYZ' is not known",
      'fit',
    ]);
  });

  it('asks nobody when there is nothing of its type', async () => {
    const { checks, ctx } = recording({});
    const verdicts = await judge(type, { controller: 'SDN-C' }, other ? [other] : [], ctx);
    expect(verdicts.map(words)).toEqual(['fit']);
    expect(checks).toEqual([]);
  });

  it('asks about a candidate once a plan', async () => {
    const { checks, ctx } = recording({ [String(first)]: { kind: 'fit' }, [String(second)]: { kind: 'fit' } });
    await judge(type, { controller: 'SDN-C', request }, concerned.slice(0, 1), ctx);
    await judge(type, { controller: 'sdn-C', request }, concerned, ctx);
    expect(checks.map(({ candidates }) => candidates.map((one) => one.candidate_id))).toEqual([[first], [second]]);
  });

  it('needs a controller', () => {
    expect(() => parsed(type, { request })).toThrow("No value specified for property 'controller'");
  });
});
