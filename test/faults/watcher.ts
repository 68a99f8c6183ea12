// A subscriber to all plans that records what it is told, goes on from its last cursor when its connection breaks, and lets
// tests wait for what comes.
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { isFinal, type PlanStatus } from '../../src/domain/plan.ts';
import { type Api, AUTHORIZATION, EVENT_FIELDS, eventOf, type SeenEvent } from './api.ts';

export type Item =
  | { readonly kind: 'event'; readonly planId: string; readonly event: SeenEvent }
  | { readonly kind: 'gap'; readonly reason: string }
  | { readonly kind: 'deleted'; readonly planId: string };

interface Change {
  readonly __typename: string;
  readonly cursor: string;
  readonly plan: { readonly id: string };
  readonly event: SeenEvent;
  readonly planId: string;
  readonly reason: string;
}

const FIELDS = `{ __typename cursor ... on PlanUpdated { plan { id } event { ${EVENT_FIELDS} } }
  ... on PlanDeleted { planId } ... on Gap { reason } }`;
const ONE = `subscription ($id: ID!) { change: planChanged(id: $id) ${FIELDS} }`;
const ALL = `subscription ($after: String!) { change: plansChanged(after: $after) ${FIELDS} }`;

class AuthorizedSocket extends WebSocket {
  constructor(address: string, protocols?: string | string[]) {
    super(address, protocols, { headers: { authorization: AUTHORIZATION } });
  }
}

export class Watcher {
  readonly items: Item[] = [];
  /** Times that the connection was made anew. */
  reconnects = 0;
  readonly #api: Api;
  readonly #stop = new AbortController();
  readonly #waiting = new Set<() => void>();
  #cursor = '';
  #client: ReturnType<typeof createClient> | null = null;
  #done: Promise<void> = Promise.resolve();

  private constructor(api: Api) {
    this.#api = api;
  }

  /** Tells the newest event of this plan, and everything of all plans that happens after it. */
  static async after(api: Api, planId: string): Promise<Watcher> {
    const watcher = new Watcher(api);
    for await (const change of watcher.#changes(ONE, { id: planId })) {
      watcher.#take(change);
      break;
    }
    watcher.#done = watcher.#run();
    return watcher;
  }

  /** Resolves with what `look` finds in the items, now or later. */
  until<T>(look: (items: readonly Item[]) => T | null | undefined | false): Promise<T> {
    return new Promise((resolve) => {
      const check = () => {
        const found = look(this.items);
        if (!found) return;
        this.#waiting.delete(check);
        resolve(found);
      };
      this.#waiting.add(check);
      check();
    });
  }

  /** The plan's first event to this status, past or coming. */
  reached(planId: string, status: PlanStatus): Promise<SeenEvent> {
    return this.event(planId, (event) => event.to === status);
  }

  event(planId: string, match: (event: SeenEvent) => boolean): Promise<SeenEvent> {
    return this.until((items) => eventsOf(items, planId).find(match));
  }

  /** Resolves when each plan has ended. */
  async ended(ids: readonly string[]): Promise<void> {
    const open = new Set(ids);
    let at = 0;
    await this.until((items) => {
      for (; at < items.length; at += 1) {
        const item = items[at];
        if (item?.kind === 'event' && isFinal(item.event.to)) open.delete(item.planId);
      }
      return open.size === 0;
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#client?.terminate();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        for await (const change of this.#changes(ALL, { after: this.#cursor })) this.#take(change);
      } catch (error) {
        if (error instanceof Refused) this.#add({ kind: 'gap', reason: error.message });
      }
      if (this.#stop.signal.aborted) return;
      this.reconnects += 1;
      // The back-off of a client whose gateway is away.
      await pause(50);
    }
  }

  #take(change: Change): void {
    this.#cursor = change.cursor;
    if (change.__typename === 'Gap') this.#add({ kind: 'gap', reason: change.reason });
    else if (change.__typename === 'PlanDeleted') this.#add({ kind: 'deleted', planId: change.planId });
    else this.#add({ kind: 'event', planId: change.plan.id, event: eventOf(change.event) });
  }

  #add(item: Item): void {
    this.items.push(item);
    for (const check of [...this.#waiting]) check();
  }

  async *#changes(query: string, variables: Record<string, unknown>): AsyncGenerator<Change> {
    const url = `${this.#api.url.replace(/^http/, 'ws')}/graphql`;
    const client = createClient({ url, webSocketImpl: AuthorizedSocket, retryAttempts: 0 });
    this.#client = client;
    try {
      for await (const { data, errors } of client.iterate<{ change: Change }>({ query, variables })) {
        if (errors) throw new Refused(JSON.stringify(errors));
        if (data) yield data.change;
      }
    } finally {
      client.terminate();
    }
  }
}

/** The gateway does not go on from this cursor. */
class Refused extends Error {}

export function eventsOf(items: readonly Item[], planId: string): readonly SeenEvent[] {
  return items.flatMap((item) => (item.kind === 'event' && item.planId === planId ? [item.event] : []));
}
