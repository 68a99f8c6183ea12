// A stand-in for running OOF-HAS services on a real etcd: rows as recorded, put there as its services put them, and a worker that
// walks a plan from status to status by plain, unconditional writes of the whole row. Imports nothing from src/.
import { readFileSync } from 'node:fs';
import { post } from './etcd.ts';

export type HasRow = Record<string, unknown> & { id: string; status: string };

interface Sample {
  readonly key: string;
  readonly value_raw: string;
}

const SAMPLES = JSON.parse(readFileSync('test/golden/etcd/rows_sample.json', 'utf8')) as Readonly<
  Record<string, { readonly sample: readonly Sample[] }>
>;
const TABLES = JSON.parse(readFileSync('test/golden/etcd/table_schemas.json', 'utf8')) as readonly Sample[];

/** Rows of a table as recorded. */
export function recorded(table: 'plans' | 'triage_tool'): readonly { readonly key: string; readonly row: HasRow }[] {
  const samples = SAMPLES[`conductor/${table}`]?.sample ?? [];
  return samples.map(({ key, value_raw: text }) => ({ key, row: JSON.parse(text) as HasRow }));
}

/** A recorded plan that ended so. */
export function recordedPlan(status: string, name?: string): HasRow {
  const found = recorded('plans').find(
    ({ row }) => row.status === status && (name === undefined || row['name'] === name),
  );
  if (!found) throw new Error(`no plan was recorded as ${status}`);
  return structuredClone(found.row);
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

export class OofHas {
  readonly #endpoint: string;
  readonly keyspace: string;

  constructor(endpoint: string, keyspace = 'conductor') {
    this.#endpoint = endpoint;
    this.keyspace = keyspace;
  }

  async put(key: string, value: string): Promise<void> {
    await post(`${this.#endpoint}/v3/kv/put`, { key: base64(key), value: base64(value) });
  }

  /** The keys and values below a prefix, or the one key. */
  async read(prefix: string): Promise<ReadonlyMap<string, string>> {
    const end = Buffer.from(prefix);
    end[end.length - 1] = (end.at(-1) ?? 0) + 1;
    const answer = await post(`${this.#endpoint}/v3/kv/range`, {
      key: base64(prefix),
      range_end: end.toString('base64'),
    });
    const { kvs = [] } = answer as { kvs?: readonly { readonly key: string; readonly value?: string }[] };
    const text = (encoded = '') => Buffer.from(encoded, 'base64').toString('utf8');
    return new Map(kvs.map(({ key, value }) => [text(key), text(value)]));
  }

  /** Keyspaces and tables, as each service makes them when it starts, and the row for monitors. */
  async install(): Promise<void> {
    for (const name of [this.keyspace, `${this.keyspace}_rpc`]) {
      await this.put(name, 'This key is a placeholder for the keyspace');
    }
    for (const { key, value_raw: text } of TABLES) {
      if (key.startsWith('conductor/')) await this.put(key.replace('conductor/', `${this.keyspace}/`), text);
    }
    await this.putPlan({ ...recordedPlan('done'), id: 'healthcheck', name: 'foo', status: 'solved' });
  }

  putPlan(row: HasRow): Promise<void> {
    return this.put(`${this.keyspace}/plans/${row.id}`, JSON.stringify(row));
  }

  /** As its controller deletes a plan: the row, and nothing else. */
  async deletePlan(id: string): Promise<void> {
    await post(`${this.#endpoint}/v3/kv/deleterange`, { key: base64(`${this.keyspace}/plans/${id}`) });
  }

  async plan(id: string): Promise<HasRow | null> {
    const text = (await this.read(`${this.keyspace}/plans/${id}`)).get(`${this.keyspace}/plans/${id}`);
    return text === undefined ? null : (JSON.parse(text) as HasRow);
  }

  /** Reads the row and writes it whole, without a condition. */
  async update(id: string, columns: Readonly<Record<string, unknown>>): Promise<HasRow> {
    const row = await this.plan(id);
    if (!row) throw new Error(`no row ${id}`);
    const unknown = Object.keys(columns).find((column) => !Object.hasOwn(row, column));
    if (unknown !== undefined) throw new Error(`FAILURE: no column ${unknown}`);
    const next = { ...row, ...columns, updated: Number(row['updated']) + 7 };
    await this.putPlan(next);
    return next;
  }

  /** What its translator, solver and reservation do with a plan that goes well, with a result as recorded. */
  async work(id: string, result: HasRow): Promise<void> {
    await this.update(id, { status: 'translating', translation_owner: 'vm-1', translation_counter: 1 });
    await this.update(id, { status: 'translated', translation: result['translation'] });
    await this.update(id, { status: 'solving', solver_owner: 'vm-2', solver_counter: 1 });
    await this.update(id, { status: 'solved', solution: result['solution'] });
    await this.update(id, { status: 'reserving', reservation_owner: 'vm-3', reservation_counter: 1 });
    await this.update(id, { status: 'done' });
  }
}
