// Writes docs/reliability.md from the fault matrix and from what the cases of one run recorded.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultRecord } from './fault.ts';
import { FAULTS, type Fault, type Group } from './matrix.ts';

const TITLES: Readonly<Record<Group, string>> = {
  store: 'Store (etcd)',
  workers: 'Workers',
  upstreams: 'A&AI and SDN-C',
  abuse: 'Clients',
};

const HEAD = `# Reliability

What happens when something breaks. Each row is a named case of \`test/faults\` (its number stands in front of its title), run
against real etcd processes, the built program and simulators on real sockets. \`npm run test:faults\` runs all of them;
\`npm test\` runs one of each group. This page is written by \`npm run test:faults -- --report docs/reliability.md\`.

A case drives load, lets the fault happen, records what every client was told and what the controller was asked, and then checks
the invariants:

| | invariant | checked by |
| --- | --- | --- |
| I1 | each accepted plan reaches exactly one end | \`endOf\` |
| I2 | its states are a path of the state diagram, its counters those of its history | \`pathOf\`, \`countersOf\` |
| I3 | what the controller holds belongs to plans that are done, or was openly left by a failed release | \`heldBy\` |
| I4 | capacity is never promised twice | \`overbooked\` |
| I5 | a subscriber's sequence is the event log without holes or repetition, or a gap says so | \`sequenceOf\` |
| I6 | an acknowledged plan stays readable | \`checkInvariants\` |
| I7 | memory comes back | \`memoryOf\` |
| I8 | no secret in any log line, error stream or metric | \`processFaults\` |
| I9 | every log line parses | \`processFaults\` |
| I10 | the event loop is on time | \`processFaults\` |

*Recovery* is the time from the blow until the service did again what was asked of it, with leases of 2 seconds (default 10) and
deadlines of 2 seconds (default 5) to the store, on the machine of the run. Where a case has several variants the longest counts.
`;

/** What the suite does not show, said beside what it shows. */
const LIMITS = `## What the cases do not cover

- F10: only processes that lived through the restore know what to look for; what others had reserved is in their logs. What a plan
  that was done holds is kept and named, not released. Work goes on while SDN-C is asked.
- F15: a minute or two, not ten; where the kernel has no netem the packets are lost by nftables and delayed by a proxy.
- F26: the limit is one of the search thread's heap; rows of pair tests lie outside it, bounded apart.
- F28: SIGHUP reads the listener's certificate and key anew; every other option counts from the next start.
- F38: revocation by lists, not by OCSP; a list is read at start.
- F40: the controller judges; resource versions of A&AI are not compared again before reserving.
- F44: plans that were asking when the pause began count that failure. A reservation under pause is a case of
  \`test/engine/reserve/reserve.test.ts\` alone.
- F53: 9,750 silent sockets, and 1,000 that subscribe. F54: limits, validation and credentials; not every error code.
- I4 is judged where the room is counted (F1, F15, F24), I7 in F53 alone. I10 is judged in F2, where a case runs for long enough to have
  a 99th percentile and nothing else holds the machine up; F24 notes the figure. I8 looks for the secrets of this suite, not in core dumps.
`;

/** The page's text. */
export function reliabilityPage(records: readonly FaultRecord[], where: string): string {
  const parts = [HEAD, `Last run: ${where}.\n`];
  for (const group of Object.keys(TITLES) as Group[]) {
    parts.push(
      `## ${TITLES[group]}\n`,
      '| # | fault | expected | recovery | invariants |',
      '| --- | --- | --- | --- | --- |',
    );
    for (const [number, entry] of FAULTS) {
      if (entry.group === group)
        parts.push(
          row(
            number,
            entry,
            records.filter((one) => one.fault === number),
          ),
        );
    }
    parts.push('');
  }
  const notes = records.flatMap((one) => one.notes.map((note) => `- F${one.fault} ${one.title}: ${note}.`));
  parts.push(LIMITS, '## Measured beside\n', ...notes, '');
  return parts.join('\n');
}

function row(number: number, { fault, expected }: Fault, records: readonly FaultRecord[]): string {
  const times = records.flatMap(({ recoveryMs }) => recoveryMs ?? []);
  const longest = times.length > 0 ? `${(Math.max(...times) / 1000).toFixed(1)} s` : '–';
  const invariants = [...new Set(records.flatMap((one) => one.invariants))].sort(
    (a, b) => Number(a.slice(1)) - Number(b.slice(1)),
  );
  const seen = records.length === 0 ? 'not run' : longest;
  return `| F${number} | ${fault} | ${expected} | ${seen} | ${invariants.join(' ')} |`;
}

/** Reads the records of a folder and writes the page. */
export function writeReport(folder: string, file: string, where: string): void {
  const records = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as FaultRecord)
    .sort((a, b) => a.fault - b.fault || a.title.localeCompare(b.title));
  writeFileSync(file, reliabilityPage(records, where));
}
