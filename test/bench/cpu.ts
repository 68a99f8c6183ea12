// CPU time of another process: what its work cost, whatever else ran on the machine meanwhile.
import { readFileSync } from 'node:fs';

/** Linux counts in ticks of 10 ms. */
const MS_PER_TICK = 10;

/** User and system time of all threads of the process so far, in milliseconds; needs Linux. */
export function cpuMs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command's name, in brackets, may contain anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}
