// The subscribers of the soak, all in one process, so that those who judge are not disturbed: they are told who listens and which
// plans there are, follow them over three transports, and compare at the end what each was told with the event logs.
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { serve } from '../../bench/child/serve.ts';
import { AUTHORIZATION, EVENT_FIELDS, eventOf, type SeenEvent } from '../../faults/api.ts';
import { sequenceOf } from '../../faults/invariants.ts';
import type { Item } from '../../faults/watcher.ts';
import { numbersOf } from '../numbers.ts';
import type { Counts, Judgement, Request, ToldPlan } from '../protocol.ts';
import { readEvents } from '../sse.ts';

const FIELDS = `{ __typename cursor ... on PlanUpdated { plan { id } event { ${EVENT_FIELDS} } }
  ... on PlanDeleted { planId } ... on Gap { reason } }`;
const ONE = `subscription ($id: ID!, $after: String) { change: planChanged(id: $id, after: $after) ${FIELDS} }`;
const ALL = `subscription ($after: String!) { change: plansChanged(after: $after) ${FIELDS} }`;
const FINAL: ReadonlySet<string> = new Set(['done', 'not found', 'error']);

/** Silence after which a subscriber takes its gateway for dead; the gateways send something every second or two. */
const SILENCE_MS = 6_000;

interface Change {
  readonly __typename: string;
  readonly cursor: string;
  readonly plan?: { readonly id: string };
  readonly event?: SeenEvent;
  readonly reason?: string;
}

let urls: readonly (string | null)[] = [];
let random = numbersOf(1);
let marker = '';
let events = 0;
let gaps = 0;
let reconnects = 0;
let refusals = 0;
const invalid: string[] = [];
/** One object for each event, whoever is told of it. */
const interned = new Map<string, Item>();

function intern(planId: string, told: SeenEvent): Item {
  const { seq, at, from, to, reason, actor, message } = told;
  const event = { seq, at, from, to, reason, actor, message: message === '' ? null : message };
  const key = `${planId}${JSON.stringify(event)}`;
  const known = interned.get(key);
  if (known) return known;
  const item: Item = { kind: 'event', planId, event };
  interned.set(key, item);
  return item;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Aborts the attempt when nothing comes for too long, or when its owner wants to be elsewhere. */
class Attempt {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  alive(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(), SILENCE_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }
}

class AuthorizedSocket extends WebSocket {
  constructor(address: string, protocols?: string | string[]) {
    super(address, protocols, { headers: { authorization: AUTHORIZATION } });
    // Given up while it was being opened; graphql-ws no longer listens then.
    this.on('error', () => undefined);
  }
}

type Variables = Readonly<Record<string, string | null>>;

async function* overSocket(url: string, query: string, variables: Variables, attempt: Attempt): AsyncGenerator<Change> {
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: AuthorizedSocket,
    retryAttempts: 0,
    keepAlive: 2_000,
    on: { message: () => attempt.alive() },
  });
  attempt.signal.addEventListener('abort', () => client.terminate());
  try {
    for await (const { data, errors } of client.iterate<{ change: Change }>({ query, variables })) {
      if (errors) throw new Refused(JSON.stringify(errors));
      if (data) yield data.change;
    }
  } finally {
    client.terminate();
  }
}

async function* overEvents(url: string, query: string, variables: Variables, attempt: Attempt): AsyncGenerator<Change> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: AUTHORIZATION, 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables }),
    signal: attempt.signal,
  });
  for await (const { event, data } of readEvents(answer, () => attempt.alive())) {
    if (event !== 'next') continue;
    const { data: result, errors } = JSON.parse(data) as { data?: { change: Change }; errors?: object };
    if (errors) throw new Refused(JSON.stringify(errors));
    if (result) yield result.change;
  }
}

async function* overRest(url: string, id: string, after: string | null, attempt: Attempt): AsyncGenerator<Change> {
  const answer = await fetch(`${url}/v1/plans/${id}/events`, {
    headers: {
      authorization: AUTHORIZATION,
      accept: 'text/event-stream',
      ...(after ? { 'last-event-id': after } : {}),
    },
    signal: attempt.signal,
  });
  if (answer.status !== 200 && answer.status !== 204) throw new Refused(`${answer.status} ${await answer.text()}`);
  for await (const { event, id: cursor, data } of readEvents(answer, () => attempt.alive())) {
    const told = JSON.parse(data) as SeenEvent & { readonly reason: string };
    if (event === 'status') yield { __typename: 'PlanUpdated', cursor, plan: { id }, event: told };
    else if (event === 'gap') yield { __typename: 'Gap', cursor, reason: told.reason };
    else if (event === 'failure') throw new Refused(data);
  }
}

/** The gateway does not go on from this cursor now. */
class Refused extends Error {}

interface Kind {
  readonly words: 'graphql' | 'rest';
  /** null: all plans. */
  readonly open: (url: string, id: string | null, after: string | null, attempt: Attempt) => AsyncGenerator<Change>;
}

const SOCKET: Kind = {
  words: 'graphql',
  open: (url, id, after, attempt) =>
    id === null ? overSocket(url, ALL, { after }, attempt) : overSocket(url, ONE, { id, after }, attempt),
};
const EVENTS: Kind = {
  words: 'graphql',
  open: (url, id, after, attempt) =>
    id === null ? overEvents(url, ALL, { after }, attempt) : overEvents(url, ONE, { id, after }, attempt),
};
const REST: Kind = { words: 'rest', open: (url, id, after, attempt) => overRest(url, id ?? '', after, attempt) };

class Subscriber {
  readonly items: Item[] = [];
  readonly name: string;
  /** Newest event told of each plan. */
  readonly told = new Map<string, number>();
  readonly #kind: Kind;
  readonly #home: number;
  #attempt: Attempt | null = null;
  /** Its own gateway did not serve it lately. */
  #away = false;
  #moving = false;

  constructor(name: string, kind: Kind, home: number) {
    this.name = name;
    this.#kind = kind;
    this.#home = home;
  }

  /** Where its gateway listens again it goes back, from its cursor. */
  moveHome(): void {
    if (!this.#away || !urls[this.#home] || this.#moving) return;
    this.#moving = true;
    setTimeout(() => {
      this.#away = false;
      this.#attempt?.end();
    }, random.below(5_000));
  }

  /** Follows all plans for ever (null), or one to its end. */
  async follow(id: string | null, from: string | null): Promise<void> {
    let after = from;
    for (let over = false; !over; ) {
      const attempt = new Attempt();
      this.#attempt = attempt;
      attempt.alive();
      try {
        for await (const change of this.#kind.open(this.#address(), id, after, attempt)) {
          after = change.cursor || after;
          over = this.#take(change, id);
          if (over) break;
        }
      } catch (error) {
        this.#note(error);
      } finally {
        attempt.end();
      }
      // The end of its plan may have come with the end of the connection: then the service says so without a further event.
      over ||= id !== null && this.#ended(id);
      if (over) return;
      this.#away = !this.#moving;
      this.#moving = false;
      reconnects += 1;
      await pause(100 + random.below(400));
    }
  }

  #address(): string {
    const home = urls[this.#home];
    if (home && !this.#away) return home;
    this.#away = true;
    const others = urls.flatMap((url) => (url && url !== home ? [url] : []));
    return random.pick(others.length > 0 ? others : urls.flatMap((url) => url ?? []));
  }

  #note(error: unknown): void {
    if (!(error instanceof Refused)) return;
    refusals += 1;
    if (error.message.includes('CURSOR_INVALID')) invalid.push(`${this.name}: ${error.message}`);
  }

  #take(change: Change, id: string | null): boolean {
    if (change.__typename === 'Gap') {
      gaps += 1;
      this.items.push({ kind: 'gap', reason: change.reason ?? '' });
      return false;
    }
    const planId = change.plan?.id;
    if (planId === undefined || !change.event) return false;
    events += 1;
    const item = intern(planId, this.#kind.words === 'rest' ? change.event : eventOf(change.event));
    this.items.push(item);
    if (item.kind === 'event') this.told.set(planId, item.event.seq);
    return id !== null && this.#ended(id);
  }

  #ended(id: string): boolean {
    const last = this.items.at(-1);
    return last?.kind === 'event' && last.planId === id && FINAL.has(last.event.to);
  }
}

const watching: Subscriber[] = [];
const followers: Subscriber[] = [];
/** Followers without a plan, those that have waited longest first. */
const idle: Subscriber[] = [];
/** Plans each follower has followed. */
const begun = new Map<Subscriber, Set<string>>();

async function start(request: Extract<Request, { kind: 'start' }>): Promise<void> {
  random = numbersOf(request.seed);
  urls = request.urls;
  const probe = new Attempt();
  for await (const { cursor } of SOCKET.open(urls[0] ?? '', request.marker, null, probe)) {
    marker = cursor;
    break;
  }
  probe.end();
  const make = (count: number, name: string, kind: Kind) =>
    Array.from({ length: count }, (_, at) => new Subscriber(`${name} ${at + 1}`, kind, at % urls.length));
  watching.push(
    ...make(request.all, 'all plans, graphql-ws', SOCKET),
    ...make(request.allEvents, 'all plans, SSE', EVENTS),
  );
  followers.push(
    ...make(request.single, 'one plan, graphql-ws', SOCKET),
    ...make(request.rest, 'one plan, REST', REST),
  );
  idle.push(...random.shuffled(followers));
  for (const one of watching) void one.follow(null, marker);
}

function announce(planId: string, count: number): void {
  for (const one of idle.splice(0, count)) {
    const seen = begun.get(one) ?? new Set();
    begun.set(one, seen.add(planId));
    void one.follow(planId, null).then(() => idle.push(one));
  }
}

function counts(): Counts {
  return { events, gaps, reconnects, refusals, following: followers.length - idle.length };
}

/** Waits until everybody has been told everything, or as long as allowed. */
async function judge(plans: readonly ToldPlan[], patienceMs: number): Promise<Judgement> {
  const known = new Map(plans.map((plan) => [plan.id, plan]));
  const last = new Map(plans.map(({ id, events: log }) => [id, log.length]));
  const late = (one: Subscriber) => [...one.told].some(([id, seq]) => seq < (last.get(id) ?? 0));
  const end = performance.now() + patienceMs;
  while (performance.now() < end && (idle.length < followers.length || watching.some(late))) await pause(100);
  const broken = [...invalid];
  const busy = new Set(followers.filter((one) => !idle.includes(one)));
  for (const { name } of busy) broken.push(`I5: ${name} was never told the end of its plan`);
  for (const one of [...watching, ...followers]) {
    broken.push(...sequenceOf(one.items, known, begun.get(one)).map((text) => `${text} (${one.name})`));
  }
  // Nobody who watches everything may have missed a plan without a gap.
  for (const one of watching) {
    if (one.items.some(({ kind }) => kind === 'gap')) continue;
    for (const { id, name } of plans) {
      if (!one.told.has(id) && name !== 'marker') broken.push(`I5: ${one.name} was told nothing of plan ${id}`);
    }
  }
  return { ...counts(), broken };
}

serve(async (request: Request) => {
  switch (request.kind) {
    case 'start':
      return start(request);
    case 'urls':
      urls = request.urls;
      for (const one of [...watching, ...followers]) one.moveHome();
      return null;
    case 'plan':
      return announce(request.id, request.followers);
    case 'counts':
      return counts();
    case 'judge':
      return judge(request.plans, request.patienceMs);
  }
});
