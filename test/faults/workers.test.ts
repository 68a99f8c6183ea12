// F16 to F25, F27, F28, F30: the worker that has a plan is killed, frozen, ended, confused about the time or out of room for its log.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as lasting } from 'node:timers/promises';
import { connect } from 'node:tls';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { WebSocket } from 'ws';
import { ensureTool } from '../../scripts/ensure-tool.ts';
import { makeCertificates } from '../sim/certificates.ts';
import { startSimulators } from '../sim/start.ts';
import { AUTHORIZATION, type SeenPlan } from './api.ts';
import { type Cluster, FULL, type Gateway, gate, LONG_LEASE, startCluster } from './cluster.ts';
import { type Answers, expectDone, expectUnharmed } from './expectations.ts';
import { fault } from './fault.ts';
import { type Hold, held, holdPlan, ONE_EACH, referenceAnswers, type World } from './holds.ts';
import { LIGHT, ONE_RESERVATION } from './templates.ts';
import { createMany, soon, verify, verifyProcesses, withCluster, withSingle } from './verify.ts';

const [TRANSLATING, SOLVING] = [held('translating'), held('solving')];
const RESERVING = held('reserving, before SDN-C has accepted');
const ACCEPTED = held('reserving, after SDN-C has accepted and before that is recorded');

describe('the worker that has the plan', () => {
  let cluster: Cluster;
  let world: World;
  let answers: Answers;
  let count = 0;

  beforeAll(async () => {
    cluster = await startCluster({ lines: ONE_EACH, debug: true });
    world = { ...cluster, api: cluster.front.api };
    const first = await nextGateway();
    answers = await referenceAnswers(world);
    await first.program.kill('SIGTERM');
  }, 120_000);
  afterAll(() => cluster.stop());

  function nextGateway(): Promise<Gateway> {
    count += 1;
    return cluster.gateway(`worker-${count}`);
  }

  const states: readonly (readonly [number, string, Hold, Hold | null])[] = [
    [16, 'template', held('template'), TRANSLATING],
    [17, 'translating', TRANSLATING, null],
    [18, 'translated', held('translated'), SOLVING],
    [19, 'solving', SOLVING, null],
    [20, 'solved', held('solved'), RESERVING],
    [21, 'reserving', RESERVING, null],
    [22, 'reserving, accepted by SDN-C and not recorded', ACCEPTED, null],
  ];

  for (const [number, state, wanted, blocker] of states) {
    fault(number, `kill -9 with the plan in ${state}: as if undisturbed`, async (run) => {
      const first = await nextGateway();
      const blocked = blocker ? [await holdPlan(world, blocker)] : [];
      const id = await holdPlan(world, wanted);
      const seen = (await world.api.plan(id))?.events.length ?? 0;
      run.struck();
      await first.program.kill('SIGKILL');
      const second = await nextGateway();
      await cluster.watcher.event(id, (event) => event.seq > seen);
      run.recovered();
      const plans = await verify(cluster, run, [id, ...blocked]);
      expectUnharmed(plans[0], wanted, first.name, answers);
      if (number === 22) {
        const calls = cluster.simulators.sdnc.calls.filter(
          ({ path, body }) => path.includes('reserve-operation') && body.includes(id),
        );
        expect(calls).toHaveLength(1);
      }
      await second.program.kill('SIGTERM');
    });
  }

  fault(23, 'SIGSTOP for twice the lease, then SIGCONT: every write of the zombie is refused', async (run) => {
    const first = await nextGateway();
    const late = gate();
    const ids: string[] = [];
    for (const wanted of [RESERVING, SOLVING, TRANSLATING]) ids.push(await holdPlan(world, wanted, late.promise));
    run.struck();
    first.program.child.kill('SIGSTOP');
    const second = await nextGateway();
    await cluster.watcher.ended(ids);
    run.recovered();
    if (FULL) await lasting(4_000);
    // Its answers come while it is still stopped: it wakes up with results in hand.
    late.release();
    first.program.child.kill('SIGCONT');
    for (const id of ids) {
      await first.program.logged((line) => line.planId === id && /^claim lost/.test(line.message ?? ''));
    }
    const plans = await verify(cluster, run, ids);
    for (const [at, wanted] of [RESERVING, SOLVING, TRANSLATING].entries()) {
      expectUnharmed(plans[at], wanted, first.name, answers);
    }
    await second.program.kill('SIGTERM');
    // The zombie is a worker again.
    const after = await world.api.create('after', ONE_RESERVATION);
    const [plan] = await verify(cluster, run, [after]);
    expectDone(plan, ONE_RESERVATION, answers);
    expect(await first.program.kill('SIGTERM')).toBe(0);
  });
});

const PATH = 'template translating translated solving solved reserving done';

fault(
  24,
  'two gateways start at once over many waiting plans: each is claimed once a stage',
  (run) =>
    withCluster({ leaseTtl: LONG_LEASE }, async (cluster) => {
      const { front } = cluster;
      const many = FULL ? 1_000 : 50;
      const ids: string[] = [];
      for (let at = 0; at < many; at += 50) {
        const names = Array.from({ length: Math.min(50, many - at) }, (_, index) => `plan ${at + index}`);
        ids.push(...(await Promise.all(names.map((name) => front.api.create(name, LIGHT)))));
      }
      run.struck();
      await Promise.all(['left', 'right'].map((name) => cluster.gateway(name)));
      await cluster.watcher.ended(ids);
      run.recovered();
      run.note(`${many} plans`);
      const plans = await verify(cluster, run, ids);
      expect([...new Set(plans.map(({ events }) => events.map(({ to }) => to).join(' ')))]).toEqual([PATH]);
      expect([...new Set(plans.flatMap(({ stages }) => stages.map(({ counter }) => counter)))]).toEqual([1]);
      expect(actorsOf(plans)).toEqual(new Set(['left', 'right']));
    }),
  { timeout: 400_000 },
);

function actorsOf(plans: readonly SeenPlan[]): Set<string> {
  return new Set(plans.flatMap(({ events }) => events.slice(1).map(({ actor }) => actor)));
}

const LIBRARY = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
];
const FAKETIME = FULL ? ensureTool(LIBRARY, 'libfaketime') : null;
if (FULL && FAKETIME === null) process.stdout.write('F25 cannot run: libfaketime is not installed and cannot be.\n');

if (FAKETIME !== null) {
  fault(25, 'clocks 1 h ahead, 1 h back, and leaping: leases and time-outs do not care', async (run) => {
    // Their certificates are from yesterday: else they would not be valid yet for a clock that goes back.
    Object.assign(process.env, { LD_PRELOAD: FAKETIME, FAKETIME: '-1d' });
    const simulators = await startSimulators();
    for (const name of ['LD_PRELOAD', 'FAKETIME']) delete process.env[name];
    await withCluster({ leaseTtl: 5, simulators }, async (cluster) => {
      const folder = mkdtempSync(join(tmpdir(), 'conductor-time-'));
      const leap = join(folder, 'time');
      writeFileSync(leap, '+0');
      const shared = { LD_PRELOAD: FAKETIME, FAKETIME_DONT_FAKE_MONOTONIC: '1', FAKETIME_NO_CACHE: '1' };
      await cluster.gateway('ahead', { env: { ...shared, FAKETIME: '+1h' } });
      await cluster.gateway('back', { env: { ...shared, FAKETIME: '-1h' } });
      await cluster.gateway('leaping', { env: { ...shared, FAKETIME_TIMESTAMP_FILE: leap } });
      const first = await createMany(cluster, 12);
      await cluster.watcher.reached(first[0] ?? '', 'solving');
      run.struck();
      const ids = [...first];
      for (const offset of ['+3600', '-3600', '+0']) {
        writeFileSync(leap, offset);
        const more = await createMany(cluster, 9, offset);
        await cluster.watcher.ended(more);
        ids.push(...more);
      }
      run.recovered();
      const plans = await verify(cluster, run, ids);
      const events = plans.flatMap((plan) => plan.events);
      expect(events.filter(({ reason }) => reason === 'taken-over')).toEqual([]);
      const skew = (actor: string) =>
        events.filter((event) => event.actor === actor).map(({ at }) => Date.parse(at) - Date.now());
      // The clocks were wrong indeed.
      expect(Math.max(...skew('ahead'))).toBeGreaterThan(3_000_000);
      expect(Math.min(...skew('back'))).toBeLessThan(-3_000_000);
      for (const { program } of cluster.gateways) expect(program.stdout()).not.toContain('lease lost');
      rmSync(folder, { recursive: true, force: true });
    });
  });
}

fault(27, 'SIGTERM under load: not ready first, subscribers told, claims given back, exit 0', (run) =>
  withCluster({ leaseTtl: LONG_LEASE }, async (cluster) => {
    const { simulators, watcher } = cluster;
    const going = await cluster.gateway('going', {
      env: { OS_GATEWAY__DRAIN_TIMEOUT: '3', OS_GATEWAY__DRAIN_NOTICE: '1' },
    });
    const { faults } = simulators.sdnc;
    const stuck = faults.hitsReached(1);
    faults.add({ match: { path: 'service-capacity-reserve' }, times: 1, kind: 'hang' });
    const ids = await createMany(cluster, 30);
    await stuck;
    const [quiet = ''] = ids;
    await watcher.reached(quiet, 'translating');
    const socket = closing(going);
    const stream = completed(going, quiet);
    await Promise.all([socket.open, stream.open]);
    run.struck();
    going.program.child.kill('SIGTERM');
    const refused = await soon(async () => (await going.api.get('/readyz')).status === 503, 5);
    expect(refused).toBe(true);
    expect([1001, 4503]).toContain(await socket.code);
    expect(await stream.text).toMatch(/event: complete/);
    const began = performance.now();
    expect(await going.program.ended).toBe(0);
    expect(performance.now() - began).toBeLessThan(30_000);
    await cluster.gateway('staying');
    await watcher.ended(ids);
    run.recovered();
    await verify(cluster, run, ids);
  }),
);

/** A GraphQL WebSocket with one quiet subscription, and the code that it is closed with. */
function closing({ api }: Gateway) {
  const opened = gate();
  const code = new Promise<number>((resolve) => {
    class Authorized extends WebSocket {
      constructor(address: string, protocols?: string | string[]) {
        super(address, protocols, { headers: { authorization: AUTHORIZATION } });
      }
    }
    const client = createClient({
      url: `${api.url.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: Authorized,
      retryAttempts: 0,
      lazy: false,
      on: { connected: () => opened.release(), closed: (event) => resolve((event as { code: number }).code) },
      onNonLazyError: () => undefined,
    });
    client.subscribe(
      { query: 'subscription { plansChanged { __typename } }' },
      { next() {}, error() {}, complete() {} },
    );
  });
  return { open: opened.promise, code };
}

/** A plan's subscription over server-sent events: everything that came until it ended. */
function completed({ api }: Gateway, id: string) {
  const opened = gate();
  const text = (async () => {
    const answer = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { authorization: AUTHORIZATION, 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({
        query: 'subscription ($id: ID!) { planChanged(id: $id) { __typename } }',
        variables: { id },
      }),
    });
    expect(answer.status).toBe(200);
    let all = '';
    const decoder = new TextDecoder();
    for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) {
      all += decoder.decode(piece, { stream: true });
      if (all.includes('event: next')) opened.release();
    }
    return all;
  })();
  return { open: opened.promise, text };
}

fault(28, 'SIGTERM twice ends it at once; SIGHUP reads the certificate anew', async (run) => {
  const folder = mkdtempSync(join(tmpdir(), 'conductor-hup-'));
  const first = await makeCertificates(folder);
  await withCluster({ leaseTtl: LONG_LEASE }, async (cluster) => {
    const { simulators } = cluster;
    const env = { OS_LISTENER__TLS_CERTIFICATE_FILE: first.serverCert, OS_LISTENER__TLS_KEY_FILE: first.serverKey };
    const secure = await cluster.gateway('secure', { roles: 'api', env });
    const before = await certificateAt(secure);
    await makeCertificates(folder);
    run.struck();
    secure.program.child.kill('SIGHUP');
    await secure.program.logged('configuration read anew');
    const after = await certificateAt(secure);
    run.recovered();
    expect(after).not.toBe(before);
    // A file that cannot be used leaves everything as it was.
    writeFileSync(first.serverCert, 'no certificate');
    secure.program.child.kill('SIGHUP');
    await secure.program.logged((line) => /could not be read anew/.test(line.message ?? ''));
    expect(await certificateAt(secure)).toBe(after);
    const worker = await cluster.gateway('worker');
    const { faults } = simulators.sdnc;
    faults.add({ match: { path: 'service-capacity-reserve' }, times: 1, kind: 'hang' });
    const stuck = faults.hitsReached(1);
    const ids = [await cluster.front.api.create('stuck', ONE_RESERVATION)];
    await stuck;
    worker.program.child.kill('SIGTERM');
    await worker.program.logged('draining');
    const began = performance.now();
    expect(await worker.program.kill('SIGTERM')).toBe(1);
    run.note(`ended ${Math.round(performance.now() - began)} ms after the second SIGTERM`);
    expect(ids).toHaveLength(1);
    // Its metrics are behind a certificate that nobody knows; what it has logged is judged.
    await secure.program.kill('SIGTERM');
    await verifyProcesses(cluster.gateways, run);
  });
  rmSync(folder, { recursive: true, force: true });
});

/** Fingerprint of the certificate that the gateway shows. */
async function certificateAt({ api }: Gateway): Promise<string> {
  const { port } = new URL(api.url);
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

fault(30, 'the disk of the log is full: the service goes on and says so once', (run) =>
  withSingle({ env: { OS_DEFAULT__LOG_DIR: '/dev', OS_DEFAULT__LOG_FILE: 'full' } }, async (single) => {
    const ids = await Promise.all(
      Array.from({ length: 10 }, (_, at) => single.api.create(`plan ${at}`, ONE_RESERVATION)),
    );
    await verify(single, run, ids);
    const complaints = single.program
      .stderr()
      .split('\n')
      .filter((line) => line.includes('/dev/full'));
    expect(complaints).toHaveLength(1);
    run.note('the log file is /dev/full');
  }),
);
