// The soak: a steady load and a steady rain of faults on a whole service for minutes or hours, and then the same questions that the
// fault matrix asks after each case.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Helper, startHelper } from '../bench/children.ts';
import { Api, type SeenPlan } from '../faults/api.ts';
import { keysOf } from '../faults/cluster.ts';
import { findViolations } from '../faults/invariants.ts';
import { heldUp, measureOwnLoop } from '../faults/process-invariants.ts';
import { INVALID, MARKER } from '../faults/templates.ts';
import { Watcher } from '../faults/watcher.ts';
import { blowsOf } from './blows.ts';
import type { Sample } from './flat.ts';
import { healthOf } from './health.ts';
import { create, KINDS, kindOf, SHARE_SOLVABLE } from './load.ts';
import { type Numbers, numbersOf } from './numbers.ts';
import type { Counts, Judgement, Request } from './protocol.ts';
import { type Service, type Slot, startService } from './service.ts';
import { healthTable, type Life, textTable } from './tables.ts';

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly print: (line: string) => void;
  /** Ends it early: everything is stopped and nothing judged. */
  readonly stopped: AbortSignal;
}

export interface SoakResult {
  /** Invariants that do not hold, in words; empty is success. */
  readonly broken: readonly string[];
}

const PLANS_A_MINUTE = 50;
/** 200 in all. Each single plan is followed by so many of the last two. */
const SUBSCRIBERS = { all: 80, allEvents: 20, single: 70, rest: 30 };
const FOLLOWERS_OF_A_PLAN = 3;
/** Mbps of each reservation. */
const SPEED = 400;
/** Of what is asked for in the whole run: at its end capacity is scarce. */
const ROOM = 0.8;
/** Seconds between two blows, in a short run. */
const SHORTLY = 20;

class Soak {
  readonly #options: SoakOptions;
  readonly #service: Service;
  readonly #watcher: Watcher;
  readonly #subscribers: Asking;
  readonly #api: Api;
  readonly #room: number;
  readonly #kinds = new Map<string, string>();
  readonly #acknowledged: string[] = [];
  readonly #refusals = new Map<number, number>();
  readonly #told = new Map<string, number>();
  readonly #lives = new Map<string, Sample[]>();
  readonly #broken: string[] = [];
  readonly #began = performance.now();
  #sampledAt = performance.now();

  constructor(
    options: SoakOptions,
    parts: { service: Service; watcher: Watcher; subscribers: Asking; api: Api; room: number },
  ) {
    this.#options = options;
    this.#service = parts.service;
    this.#watcher = parts.watcher;
    this.#subscribers = parts.subscribers;
    this.#api = parts.api;
    this.#room = parts.room;
  }

  async run(): Promise<SoakResult> {
    const { seed, minutes, print } = this.#options;
    const open: Promise<void>[] = [];
    await Promise.all([this.#load(numbersOf(seed), open), this.#rain(numbersOf(seed + 1)), this.#measure()]);
    if (this.#options.stopped.aborted) return { broken: [] };
    print('the load is over, everything runs again: waiting for the ends of all plans');
    await this.#until(Promise.all(open), 60, 'creations that are under way');
    await this.#quiesce();
    if (this.#options.stopped.aborted) return { broken: [] };
    return this.#judge(minutes);
  }

  /** Seconds since the beginning. */
  #now(): number {
    return (performance.now() - this.#began) / 1000;
  }

  async #load(numbers: Numbers, open: Promise<void>[]): Promise<void> {
    const { minutes, stopped } = this.#options;
    for (let at = 0; at < minutes * PLANS_A_MINUTE; at += 1) {
      await pauseFor((at * 60) / PLANS_A_MINUTE - this.#now(), stopped);
      open.push(this.#createOne(numbersOf(numbers.below(2 ** 31)), at));
    }
  }

  async #createOne(numbers: Numbers, at: number): Promise<void> {
    const kind = kindOf(numbers);
    const name = `${kind.name} ${at}`;
    const made = await create(kind, name, () => serving(this.#service), numbers, this.#options.stopped).catch(
      (error: unknown) => {
        this.#broken.push(String(error));
        return null;
      },
    );
    if (made === null) return;
    for (const status of made.refusals) this.#refusals.set(status, (this.#refusals.get(status) ?? 0) + 1);
    this.#acknowledged.push(made.id);
    this.#kinds.set(made.id, kind.name);
    await this.#subscribers.ask({ kind: 'plan', id: made.id, followers: FOLLOWERS_OF_A_PLAN });
  }

  async #rain(numbers: Numbers): Promise<void> {
    const { minutes, stopped, print } = this.#options;
    const every = minutes >= 3 ? 60 : SHORTLY;
    const scene = {
      service: this.#service,
      numbers,
      pause: (seconds: number) => pauseFor(seconds, stopped),
      moved: () => this.#moved(),
    };
    let count = 0;
    for (const blow of blowsOf(numbers)) {
      await pauseFor(count * every + 5 - this.#now(), stopped);
      if (stopped.aborted || this.#now() > minutes * 60 - 15) return;
      const { words, done } = blow(scene);
      count += 1;
      print(`${clock(this.#now())}  fault ${count}: ${words}`);
      const name = words
        .replace(/g\d-\d+/, 'a gateway')
        .replace(/ m\d\b/, '')
        .replace(/ for \d+ s$/, '');
      this.#told.set(name, (this.#told.get(name) ?? 0) + 1);
      await done;
    }
  }

  async #moved(): Promise<void> {
    await this.#subscribers.ask({ kind: 'urls', urls: urlsOf(this.#service) });
  }

  async #measure(): Promise<void> {
    const { minutes, stopped } = this.#options;
    for (let minute = 1; minute <= minutes && !stopped.aborted; minute += 1) {
      await pauseFor(minute * 60 - 5 - this.#now(), stopped);
      if (stopped.aborted) return;
      const slots = this.#service.slots.filter(({ state }) => state === 'serving');
      const seen = await Promise.all(slots.map((slot) => this.#sample(slot, minute).catch(() => null)));
      this.#sampledAt = performance.now();
      measureOwnLoop();
      await this.#line(
        minute,
        seen.flatMap((one) => one ?? []),
      );
    }
  }

  async #sample(slot: Slot, minute: number): Promise<Shown> {
    const { gateway, since } = slot;
    const { sample, metrics, fds } = await healthOf(gateway, minute);
    const samples = this.#lives.get(gateway.name) ?? [];
    this.#lives.set(gateway.name, [...samples, sample]);
    // A process that stood still or was just started was not on time, of course.
    if (since < this.#sampledAt) this.#broken.push(...heldUp(gateway.name, metrics));
    return { name: gateway.name, sample, fds };
  }

  async #line(minute: number, seen: readonly Shown[]): Promise<void> {
    const { events, gaps, reconnects } = await this.#subscribers.ask<Counts>({ kind: 'counts' });
    const each = (value: (shown: Shown) => number) => seen.map((shown) => value(shown).toFixed(0)).join('/');
    const faults = [...this.#told.values()].reduce((sum, count) => sum + count, 0);
    this.#options.print(
      `minute ${minute}: ${this.#acknowledged.length} plans, ${faults} faults, ${events} events told, ${gaps} gaps, ${reconnects} reconnections, ` +
        `RSS ${each(({ sample }) => sample.rss)} MB, heap ${each(({ sample }) => sample.heap ?? Number.NaN)} MB, ` +
        `fds ${each(({ fds }) => fds)} (${seen.map(({ name }) => name).join('/')})`,
    );
  }

  async #quiesce(): Promise<void> {
    const ids = await this.#until(this.#api.ids(), 30, 'a list of all plans');
    await this.#until(this.#watcher.ended(ids ?? []), 180, 'the ends of all plans');
  }

  /** null when it took too long, which is a broken promise by itself. */
  async #until<T>(work: Promise<T>, seconds: number, what: string): Promise<T | null> {
    const { stopped } = this.#options;
    let over = false;
    const patience = async () => {
      const end = performance.now() + seconds * 1000;
      while (!over && !stopped.aborted && performance.now() < end) await pauseFor(0.2, stopped);
      if (!over) this.#broken.push(`I1: waited ${seconds} s in vain for ${what}`);
      return null;
    };
    const found = await Promise.race([work, patience()]);
    over = true;
    return found;
  }

  async #judge(minutes: number): Promise<SoakResult> {
    const { print } = this.#options;
    print('judging');
    const { broken, plans } = await findViolations({
      api: this.#api,
      simulators: this.#service.simulators,
      acknowledged: this.#acknowledged,
      watchers: [this.#watcher],
      room: this.#room,
      gateways: this.#service.gateways,
    });
    const told = [...plans.values()].map(({ id, name, events }) => ({ id, name, events }));
    const judged = await this.#subscribers.ask<Judgement>({ kind: 'judge', plans: told, patienceMs: 30_000 });
    const left = await keysOf(this.#service.etcd, /^conductor\/gateway\/(claims|queue)\//);
    const lives: Life[] = [...this.#lives].map(([name, samples]) => ({ name, samples }));
    const health = healthTable(lives);
    const all = [
      ...this.#broken,
      ...broken,
      ...judged.broken,
      ...left.map((key) => `left behind: ${key}`),
      ...health.growing,
    ];
    print(`\n${this.#endings(plans)}\n`);
    const words = [...this.#told].map(([what, count]) => `  ${count} × ${what}`);
    print(`Faults:\n${words.join('\n')}\n`);
    const refused = [...this.#refusals].map(([status, count]) => `${count} × ${status === 0 ? 'no answer' : status}`);
    print(`Creations asked for again: ${refused.join(', ') || 'none'}`);
    const { events, gaps, reconnects, refusals } = judged;
    print(
      `Subscribers: 200, ${events} events told, ${gaps} gaps, ${reconnects} reconnections with the cursor, ${refusals} refusals`,
    );
    print(`\n${health.text}\n`);
    print(
      `${this.#acknowledged.length} plans in ${minutes} minutes; invariants checked: I1 to I10 (I7 where judged above)`,
    );
    return { broken: all };
  }

  /** How plans of each kind ended, and the messages of those that an undisturbed service would have ended otherwise. */
  #endings(plans: ReadonlyMap<string, SeenPlan>): string {
    const ends = ['done', 'not found', 'error'];
    const rows = [['kind', ...ends]];
    const others = new Map<string, number>();
    for (const { name, end } of KINDS) {
      const own = [...plans.values()].filter(({ id }) => this.#kinds.get(id) === name);
      rows.push([name, ...ends.map((status) => String(own.filter((plan) => plan.status === status).length))]);
      for (const { status, message } of own.filter((plan) => plan.status !== end)) {
        const words = `${name}: ${status}, ${(message ?? '').replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…').slice(0, 160)}`;
        others.set(words, (others.get(words) ?? 0) + 1);
      }
    }
    const lines = [...others].map(([words, count]) => `  ${count} × ${words}`);
    const taken = [...plans.values()].flatMap(({ events }) => events).filter(({ reason }) => reason === 'taken-over');
    return `${textTable(rows)}\nplans taken over from workers that were gone: ${taken.length}${
      lines.length > 0 ? `\nended otherwise than in peace (faults upstream, no room left):\n${lines.join('\n')}` : ''
    }`;
  }
}

interface Shown {
  readonly name: string;
  readonly sample: Sample;
  readonly fds: number;
}

/** A helper that is asked one thing after the other. */
class Asking {
  readonly #helper: Helper;
  #last: Promise<unknown> = Promise.resolve();

  constructor(helper: Helper) {
    this.#helper = helper;
  }

  ask<Answer>(request: Request): Promise<Answer> {
    const next = this.#last.then(() => this.#helper.ask<Answer>(request));
    this.#last = next.catch(() => null);
    return next;
  }
}

function urlsOf({ slots }: Service): (string | null)[] {
  return slots.map(({ state, gateway }) => (state === 'gone' ? null : gateway.api.url));
}

/** Addresses of gateways that a load balancer would not take for dead. */
function serving(service: Service): string[] {
  return urlsOf(service).flatMap((url) => url ?? []);
}

function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

function pauseFor(seconds: number, stopped: AbortSignal): Promise<void> {
  if (seconds <= 0 || stopped.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stopped.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, seconds * 1000);
    stopped.addEventListener('abort', done);
  });
}

/** Starts everything, runs, judges and stops everything, whatever happens. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const stops: (() => Promise<unknown>)[] = [];
  const { minutes, seed, print, stopped } = options;
  const room = Math.ceil(minutes * PLANS_A_MINUTE * SHARE_SOLVABLE * ROOM) * SPEED;
  let service: Service | null = null;
  try {
    service = await startService(room, (stop) => stops.push(stop));
    const { slots } = service;
    const alive = () => slots.find(({ state }) => state === 'serving')?.gateway.api.url ?? 'http://127.0.0.1:1';
    const api = new Api(alive);
    const marker = await api.create(MARKER, INVALID);
    const watcher = await Watcher.after(api, marker);
    stops.push(() => watcher.stop());
    const helper = startHelper('subscribers', import.meta.url);
    stops.push(() => helper.stop());
    const subscribers = new Asking(helper);
    await subscribers.ask({ kind: 'start', seed, urls: urlsOf(service), marker, ...SUBSCRIBERS });
    const words = slots.map(({ gateway: { name, program } }) => `${name} pid ${program.pid}`).join(', ');
    print(
      `seed ${seed}, ${minutes} minutes, ${PLANS_A_MINUTE} plans a minute, 200 subscribers, 3 members of etcd, ${words}`,
    );
    const result = await new Soak(options, { service, watcher, subscribers, api, room }).run();
    if (result.broken.length > 0 && !stopped.aborted) print(`logs of the gateways: ${keepLogs(service)}`);
    return result;
  } finally {
    for (const stop of stops.reverse())
      await stop().catch((error: unknown) => print(`while stopping: ${String(error)}`));
  }
}

function keepLogs({ gateways }: Service): string {
  const folder = mkdtempSync(join(tmpdir(), 'conductor-soak-'));
  for (const { name, program } of gateways)
    writeFileSync(join(folder, `${name}.log`), program.stdout() + program.stderr());
  return folder;
}
