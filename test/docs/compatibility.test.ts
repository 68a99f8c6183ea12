// docs/compatibility.md answers every entry of the list of deviations, once, and names proofs that exist; docs/conformance.md is
// the table that the recorded cases give.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PLAN_DEVIATIONS } from '../conformance/plan-deviations.ts';
import { recordedPlans, recordedRest } from '../conformance/records.ts';
import { REST_DEVIATIONS } from '../conformance/rest-deviations.ts';

interface Row {
  readonly id: string;
  readonly state: string;
  readonly option: string;
  readonly proof: string;
}

/** How many entries each part of the list has. */
const ENTRIES = { A: 23, L: 14, T: 19, I: 33, S: 24, R: 9, O: 18, D: 14 } as const;
const STATES = ['kept', 'fixed', 'optional'];

const rows: readonly Row[] = [
  ...readFileSync('docs/compatibility.md', 'utf8').matchAll(/^\| ([A-Z]\d+) \| .* \| (\w*) \| (.*) \| (.*) \|$/gm),
].map(([, id = '', state = '', option = '', proof = '']) => ({ id, state, option, proof }));
const own = rows.filter(({ id }) => id.startsWith('X'));

/** Name of the case → its answer in docs/conformance.md. */
const answers = new Map(
  [...readFileSync('docs/conformance.md', 'utf8').matchAll(/^\| `(.*)` \| (.*) \|$/gm)].map(
    ([, name = '', answer = '']) => [name, answer],
  ),
);

describe('docs/compatibility.md', () => {
  it('has every entry of the list once, in order, and numbers its own without gaps', () => {
    const wanted = Object.entries(ENTRIES).flatMap(([part, count]) =>
      Array.from({ length: count }, (_, index) => `${part}${index + 1}`),
    );
    const numbered = own.map((_, index) => `X${index + 1}`);
    expect(rows.map(({ id }) => id)).toEqual([...wanted, ...numbered]);
  });

  it('says what became of each, and names an option where it is optional', () => {
    expect(rows.filter(({ state }) => !STATES.includes(state))).toEqual([]);
    expect(rows.filter(({ state, option }) => state === 'optional' && option === '')).toEqual([]);
  });

  it.each(rows.map((row) => [row.id, row.proof, row.state] as const))(
    '%s is proved by a test or a case that exists: %s',
    (id, proof, state) => {
      const recorded = /^case `(.+)`$/.exec(proof)?.[1];
      if (recorded !== undefined) {
        const answer = answers.get(recorded) ?? 'no such case';
        const entries = /^deviates by entr\w+ ([\w, ]+):/.exec(answer)?.[1]?.split(', ');
        // The entry itself, or the recorded behaviour; the rows on documents and their like may point at another entry.
        if (entries && state !== 'kept' && !/^[DX]/.test(id)) expect(entries).toContain(id);
        else expect(answer).toMatch(/^(same|better|deviates)/);
        return;
      }
      const [, file = '', name = ''] = /^`(.+)` “(.+)”$/.exec(proof) ?? [];
      expect(existsSync(file), file).toBe(true);
      expect(readFileSync(file, 'utf8').replaceAll("\\'", "'"), `${file} has the test`).toContain(name);
    },
  );

  it('knows every entry that a recorded case deviates by', () => {
    const known = new Set(rows.map(({ id }) => id));
    const used = [...PLAN_DEVIATIONS.values(), ...REST_DEVIATIONS.values()].map(({ entry }) => entry);
    expect(used.filter((entry) => !known.has(entry))).toEqual([]);
  });
});

describe('docs/conformance.md', () => {
  it('has every recorded case, and none fails', () => {
    expect([...answers.keys()].sort()).toEqual([...recordedPlans().keys(), ...recordedRest().keys()].sort());
    expect([...answers.values()].filter((answer) => answer.startsWith('FAILS'))).toEqual([]);
  });
});
