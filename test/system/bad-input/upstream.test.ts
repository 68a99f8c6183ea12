// A&AI and SDN-C at their worst: pages instead of JSON, answers cut off or of the wrong types, errors, silence, absence. The plan
// fails with a message that names the system and what it did, and the next one works when the system does.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AaiSimulator, startAaiSimulator } from '../../sim/aai.ts';
import type { Fault } from '../../sim/faults.ts';
import { type Simulators, startSimulators } from '../../sim/start.ts';
import { vcpeWorld } from '../../sim/world.ts';
import { type Gateway, startGateway } from '../../support/gateway.ts';
import { PlanDocument } from '../../support/gql/graphql.ts';
import { expectError, GOOD_TEMPLATE, goodBody, stillWorks, template } from './support.ts';

/** One try and one attempt, so that a fault is told at once. */
const ONE_TRY = [
  '[aai]',
  'aai_retries = 1',
  '[sdnc]',
  'sdnc_retries = 1',
  '[controller]',
  'max_translation_counter = 1',
  '[solver]',
  'max_solver_counter = 1',
];
/** For silence alone: what answers at all may take its time on a slow machine. */
const IMPATIENT = [...ONE_TRY, '[aai]', 'aai_rest_timeout = 2', '[sdnc]', 'sdnc_rest_timeout = 2'];
const linesFor = ({ kind }: Fault) => (kind === 'hang' ? IMPATIENT : ONE_TRY);

let simulators: Simulators;

beforeAll(async () => {
  simulators = await startSimulators();
});

afterAll(() => simulators.stop());

/** A demand that is read anew for every plan: services of a customer. */
const SERVICES = template({
  demands: {
    vG: [
      {
        inventory_provider: 'aai',
        inventory_type: 'service',
        filtering_attributes: { 'equipment-role': 'vGMuxInfra', 'global-customer-id': 'Meridian-Retail' },
      },
    ],
  },
});
const HOST = template({ locations: { customer: { host_name: 'ucpe-chi' } } });

describe('A&AI', () => {
  const faults: readonly (readonly [what: string, fault: Fault, cause: RegExp])[] = [
    ['a page of a proxy with status 200', { kind: 'html', status: 200 }, /A&AI sent an answer that is not JSON/],
    ['a page of a proxy with status 502', { kind: 'html', status: 502 }, /A&AI cannot answer now: .*\(502\)/],
    ['half an answer and a broken connection', { kind: 'truncate' }, /A&AI sent an answer that was cut off/],
    ['half an answer as if it were whole', { kind: 'cut-json' }, /A&AI sent an answer that is not JSON/],
    ['values of other types', { kind: 'wrong-types' }, /A&AI sent an answer of another shape/],
    ['status 500', { kind: 'status', status: 500 }, /A&AI cannot answer now: .*\(500/],
    ['status 401', { kind: 'status', status: 401 }, /A&AI refused .*\(401/],
    ['a broken connection', { kind: 'reset' }, /A&AI does not answer/],
    ['nothing, ever', { kind: 'hang' }, /A&AI did not answer in time/],
  ];

  it.each(faults)(
    'that answers every question with %s fails the plans with the cause, and spoils none after it',
    async (_what, fault, cause) => {
      const healed = simulators.aai.faults.add(fault);
      const gateway = await startGateway({ simulators, lines: linesFor(fault) });
      try {
        // Cold: regions, services and hosts have never been read.
        await Promise.all([goodBody(), SERVICES, HOST].map((body) => expectError(gateway, body, cause)));
        healed();
        const after = await Promise.all([SERVICES, HOST].map((body) => gateway.solved(body)));
        expect(after.map(({ status, message }) => [status, message])).toEqual([
          ['done', undefined],
          ['done', undefined],
        ]);
        await stillWorks(gateway);
        // Warm: the regions are known, so a plan that needs no more goes on.
        simulators.aai.faults.add(fault);
        expect((await gateway.solved(goodBody())).status).toBe('done');
        await expectError(gateway, SERVICES, cause);
      } finally {
        simulators.aai.faults.clear();
        await gateway.stop();
      }
    },
  );

  it('that fails once or twice and then answers costs the plan nothing but time', async () => {
    const gateway = await startGateway({ simulators });
    try {
      for (const kind of ['reset', 'truncate', 'status'] as const) {
        simulators.aai.faults.add({ kind, times: 2, match: { path: 'generic-vnfs' } });
        const plan = await gateway.solved(SERVICES);
        expect([kind, plan.status, plan.message]).toEqual([kind, 'done', undefined]);
        expect(simulators.aai.faults.take('GET', '/generic-vnfs')).toBeNull();
      }
    } finally {
      simulators.aai.faults.clear();
      await gateway.stop();
    }
  });
});

describe('A&AI that is down at the start', () => {
  it('keeps the gateway from nothing but plans: it is ready, tells the cause, and works when A&AI is there', async () => {
    const own = await startSimulators();
    await own.aai.stop();
    const gateway = await startGateway({ simulators: own, lines: ONE_TRY });
    let back: AaiSimulator | null = null;
    try {
      expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
      await expectError(gateway, goodBody(), /A&AI does not answer/);
      await expectError(gateway, SERVICES, /A&AI does not answer/);
      const { serverCert: cert, serverKey: key, ca } = own.certificates;
      const { username, password } = own;
      back = await startAaiSimulator({
        world: vcpeWorld(),
        tls: { cert, key, ca, requireClientCert: true },
        port: own.aai.port,
        username,
        password,
      });
      await stillWorks(gateway);
    } finally {
      await gateway.stop();
      await back?.stop();
      await own.stop();
    }
  });
});

describe('SDN-C', () => {
  /** Three demands, each reserved by an entry of its own. */
  const demands = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, GOOD_TEMPLATE.demands.vG]));
  const entries = ['a', 'b', 'c'].map((name) => [
    `hold-${name}`,
    {
      demands: [name],
      properties: { controller: 'SDN-C', request: { service_speed: '10', service_speed_unit: 'Mbps' } },
    },
  ]);
  const RESERVING = template({
    demands,
    constraints: {},
    optimization: {},
    reservation: { service_model: 'ADIOD', service_candidates: Object.fromEntries(entries) },
  });
  const entityOf = ({ body }: { readonly body: string }) => /"reservation-entity-id":"([^"]+)"/.exec(body)?.[1];
  let gateway: Gateway;
  let impatient: Gateway;

  beforeAll(async () => {
    gateway = await startGateway({ simulators, lines: ONE_TRY });
    impatient = await startGateway({ simulators, lines: IMPATIENT });
  });

  afterAll(() => Promise.all([gateway.stop(), impatient.stop()]));

  const faults: readonly (readonly [what: string, fault: Fault, cause: RegExp])[] = [
    ['status 500 instead of the third reservation', { kind: 'status', status: 500 }, /: SDN-C answered HTTP 500/],
    [
      'a page instead of the third reservation',
      { kind: 'html', status: 200 },
      /: SDN-C sent an answer that is not JSON/,
    ],
    ['a broken connection instead of the third reservation', { kind: 'reset' }, /: SDN-C does not answer/],
    ['nothing instead of the third reservation', { kind: 'hang' }, /: SDN-C did not answer in time/],
  ];

  it.each(faults)(
    '%s: what was reserved is released in reverse, and the plan names it',
    async (_what, fault, cause) => {
      const used = fault.kind === 'hang' ? impatient : gateway;
      simulators.sdnc.clearCalls();
      simulators.sdnc.faults.add({
        ...fault,
        times: 1,
        skip: 2,
        match: { path: 'service-capacity-reserve-operation' },
      });
      const plan = await used.solved(RESERVING);
      expect(plan.status).toBe('error');
      expect(plan.message).toMatch(/Reservation hold-c of c by SDN-C failed/);
      expect(plan.message).toMatch(cause);
      const calls = (operation: string) =>
        simulators.sdnc.calls.filter(({ path }) => path.includes(`capacity-${operation}-operation`)).map(entityOf);
      const reserved = calls('reserve');
      expect(reserved).toHaveLength(3);
      expect(new Set(reserved).size).toBe(3);
      // The outcome of the third is not known for sure, so it is released too.
      expect(calls('release')).toEqual(reserved.toReversed());
      expect(simulators.sdnc.reservations().size).toBe(0);
      const { plan: shown } = await used.graphql(PlanDocument, { id: plan.id });
      expect(shown?.reservations?.map(({ state }) => state)).toEqual(['RELEASED', 'RELEASED', 'RELEASED']);
    },
  );

  it('a reservation that was made though its answer was lost is kept, not made twice', async () => {
    simulators.sdnc.clearCalls();
    const lost: Fault = { kind: 'reset', when: 'after', times: 1, skip: 1, match: { path: 'reserve-operation' } };
    simulators.sdnc.faults.add(lost);
    const plan = await gateway.solved(RESERVING);
    expect([plan.status, plan.message]).toEqual(['done', undefined]);
    expect(simulators.sdnc.reservations().size).toBe(3);
    simulators.sdnc.clearReservations();
  });

  it('that cannot release says so in the plan, and what is left is shown', async () => {
    simulators.sdnc.faults.add({ kind: 'status', times: 1, skip: 2, match: { path: 'capacity-reserve-operation' } });
    simulators.sdnc.faults.add({ kind: 'status', match: { path: 'capacity-release-operation' } });
    const plan = await gateway.solved(RESERVING);
    simulators.sdnc.faults.clear();
    expect(plan.status).toBe('error');
    expect(plan.message).toMatch(
      /^Reservation release failed: hold-b of b by SDN-C: .*HTTP 500.*; hold-a of a by SDN-C/,
    );
    expect(simulators.sdnc.reservations().size).toBe(2);
    const { plan: shown } = await gateway.graphql(PlanDocument, { id: plan.id });
    expect(shown?.reservations?.map(({ demand, state }) => [demand, state])).toEqual([
      ['a', 'RELEASE_FAILED'],
      ['b', 'RELEASE_FAILED'],
      ['c', 'RELEASED'],
    ]);
    simulators.sdnc.clearReservations();
  });

  it('that fails every check makes no candidate good and no plan unsolvable: the plan fails, naming who could not judge', async () => {
    const fit = { type: 'region_fit', demands: ['vG'], properties: { controller: 'SDN-C', request: {} } };
    simulators.sdnc.faults.add({ kind: 'status', match: { path: 'capacity-check-operation' } });
    const plan = await gateway.solved(template({ constraints: { fit } }));
    simulators.sdnc.faults.clear();
    expect(plan.status).toBe('error');
    expect(plan.message).toMatch(/^Tried 1 times\. .*"fit" could not judge 12 \(SDN-C answered HTTP 500/);
  });

  it('afterwards the gateway works, and nothing that it accepted is lost', () => stillWorks(gateway));
});
