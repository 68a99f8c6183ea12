// Registers the cases of the fault matrix, and records how long recovery took and which invariants were checked.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';
import { FULL, type Gateway } from './cluster.ts';
import { FAULTS } from './matrix.ts';

interface Stoppable {
  stop(): Promise<void>;
  /** Their logs are kept when the case fails. */
  readonly gateways?: readonly Gateway[];
}

/** What runs for the case of now; whatever it left running is stopped when it is over, also when it took too long. */
const open = new Set<Stoppable>();

/** Sees to it that this is stopped with the case. */
export function stopsWithCase<T extends Stoppable>(started: T): T {
  open.add(started);
  return started;
}

/** What a case leaves behind for docs/reliability.md. */
export interface FaultRecord {
  readonly fault: number;
  readonly title: string;
  /** From the blow until the service did again what was asked of it, in milliseconds; null where nothing had to recover. */
  readonly recoveryMs: number | null;
  readonly invariants: readonly string[];
  readonly notes: readonly string[];
}

export interface Run {
  /** The blow falls now. */
  struck(): void;
  /** The service works again; the first call counts. */
  recovered(): void;
  checked(...invariants: string[]): void;
  /** Where the case stands, for the message when it takes too long. */
  at(step: string): void;
  /** Something measured, for the table. */
  note(text: string): void;
}

const FOLDER = process.env['CONDUCTOR_FAULT_RECORDS'] ?? '';

/** One case of the matrix. The short form of the suite has only those that the matrix marks. `timeout` in ms. */
export function fault(
  number: number,
  title: string,
  body: (run: Run) => Promise<void>,
  { timeout = 180_000, short }: { readonly timeout?: number; readonly short?: boolean } = {},
): void {
  const entry = FAULTS.get(number);
  if (!entry) throw new Error(`the matrix has no fault ${number}`);
  if (!FULL && !(short ?? entry.short ?? false)) return;
  it(`F${number} ${title}`, { timeout: timeout + 30_000 }, async () => {
    let struckAt: number | null = null;
    let recoveryMs: number | null = null;
    const invariants = new Set<string>();
    const notes: string[] = [];
    let step = 'its beginning';
    const work = body({
      at(next) {
        step = next;
      },
      struck() {
        struckAt = performance.now();
      },
      recovered() {
        if (struckAt !== null) recoveryMs ??= Math.round(performance.now() - struckAt);
      },
      checked: (...names) => {
        for (const name of names) invariants.add(name);
      },
      note: (text) => {
        notes.push(text);
      },
    });
    try {
      await within(timeout, work, () => `F${number} took more than ${timeout} ms, at: ${step}`);
    } catch (error) {
      throw new Error(`F${number} failed; the logs of its gateways are in ${keepLogs(number)}`, { cause: error });
    } finally {
      await Promise.all([...open].map((one) => one.stop()));
      open.clear();
    }
    record({ fault: number, title, recoveryMs, invariants: [...invariants].sort(byNumber), notes });
  });
}

function keepLogs(number: number): string {
  const folder = mkdtempSync(join(tmpdir(), `conductor-F${number}-`));
  for (const { gateways = [] } of open) {
    for (const { name, program } of gateways) {
      writeFileSync(join(folder, `${name}.log`), program.stdout() + program.stderr());
    }
  }
  return folder;
}

async function within(ms: number, work: Promise<void>, message: () => string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message())), ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function byNumber(a: string, b: string): number {
  return Number(a.slice(1)) - Number(b.slice(1));
}

function record(made: FaultRecord): void {
  if (FOLDER === '') return;
  mkdirSync(FOLDER, { recursive: true });
  const name = `${made.fault}-${made.title.replace(/\W+/g, '-').slice(0, 60)}.json`;
  writeFileSync(join(FOLDER, name), JSON.stringify(made));
}
