// A worker that is killed in the middle of its work leaves its plan to others: on etcd within its lease, on the embedded store
// when the folder is opened again.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClaimedPlan } from '../../src/domain/ports.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openEmbeddedKv } from '../../src/store/embedded/index.ts';
import { openEtcdKv } from '../../src/store/etcd/index.ts';
import type { Stores } from '../../src/store/index.ts';
import { startEtcd } from '../support/etcd.ts';
import { ids, quiet, random } from './rigs.ts';
import { advanced, newPlan, startStores } from './stores-rig.ts';

let bundle: string;
beforeAll(async () => {
  // Inside the project, so that the bundle finds its packages.
  bundle = join('node_modules', '.cache', `claim-holder-${ids.uuid()}.mjs`);
  const common = { bundle: true, platform: 'node', format: 'esm', packages: 'external' } as const;
  await build({ ...common, entryPoints: ['test/store/claim-holder.ts'], outfile: bundle });
});
afterAll(() => rmSync(bundle, { force: true }));

async function holder(...args: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [bundle, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await once(child.stdout, 'data');
  expect(String(said)).toBe('claimed\n');
  return child;
}

async function takeOver(stores: Stores, id: string): Promise<void> {
  const stop = new AbortController();
  let claim: ClaimedPlan | null = null;
  for await (const offered of stores.work.offers('controller', stop.signal)) {
    claim = offered === id ? await stores.work.claim(id, 'controller', 'heir') : null;
    if (claim) break;
  }
  expect(claim?.previous).toBe('translating');
  await claim?.advance(advanced);
  const events = await stores.plans.events(id, 0);
  expect(events.map(({ reason, actor }) => [reason, actor])).toEqual([
    ['created', 'alice'],
    ['claimed', 'victim'],
    ['taken-over', 'heir'],
    ['completed', 'heir'],
  ]);
  const record = await stores.plans.get(id);
  expect(record?.head.translation).toMatchObject({ counter: 2, failures: 0 });
}

it('on etcd', async () => {
  const server = await startEtcd();
  const common = { clock: systemClock, random, logger: quiet };
  const kv = await openEtcdKv({ ...common, endpoints: [server.endpoint], prefix: 'p/' });
  const stores = await startStores(kv, systemClock);
  const plan = newPlan();
  await stores.plans.create(plan);
  const child = await holder('etcd', server.endpoint, 'p/', plan.id);
  expect(await stores.work.claim(plan.id, 'controller', 'heir')).toBeNull();
  child.kill('SIGKILL');
  await takeOver(stores, plan.id);
  await stores.close();
  await kv.close();
  await server.stop();
});

it('on the embedded store', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'store-'));
  const open = () => openEmbeddedKv({ dir, clock: systemClock, ids });
  const first = await open();
  const stores = await startStores(first, systemClock);
  const plan = newPlan();
  await stores.plans.create(plan);
  await stores.close();
  await first.close();
  const child = await holder('embedded', dir, '', plan.id);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const kv = await open();
  const heirs = await startStores(kv, systemClock);
  await takeOver(heirs, plan.id);
  await heirs.close();
  await kv.close();
  rmSync(dir, { recursive: true, force: true });
});
