// A client of the public APIs, as the fault suite needs it: everything is read through a gateway, nothing from the store.
import type { EventReason, PlanStatus, Stage } from '../../src/domain/plan.ts';

export interface SeenEvent {
  readonly seq: number;
  readonly at: string;
  readonly from: PlanStatus | null;
  readonly to: PlanStatus;
  readonly reason: EventReason;
  readonly actor: string;
  readonly message: string | null;
}

export interface SeenPlan {
  readonly id: string;
  readonly name: string;
  readonly status: PlanStatus;
  readonly message: string | null;
  readonly stages: readonly {
    readonly stage: Stage;
    readonly owner: string | null;
    readonly counter: number;
    readonly failures: number;
  }[];
  readonly events: readonly SeenEvent[];
  readonly reservations: readonly {
    readonly step: string;
    readonly order: number;
    readonly state: string;
    readonly entityId: string;
    readonly message: string | null;
  }[];
  /** The answer without anything that differs between two equal plans. */
  readonly recommendations: readonly object[] | null;
}

export const EVENT_FIELDS = 'seq at from to reason actor message';
const PLAN = `query ($id: ID!) { plan(id: $id) {
  id name status message
  stages { stage owner counter failures }
  events { ${EVENT_FIELDS} }
  reservations { step order state entityId message }
  recommendations { objective demands { demand serviceResourceId restCandidate attributes } }
} }`;
const PLANS = `query ($after: String) { plans(first: 100, after: $after, orderBy: OLDEST_FIRST) {
  nodes { id } pageInfo { hasNextPage endCursor } } }`;

/** Looked for in logs, metrics and errors, where it must never stand. */
export const PASSWORD = 'Hush-7f41c0-of-the-fault-suite';
export const AUTHORIZATION = `Basic ${Buffer.from(`user:${PASSWORD}`).toString('base64')}`;
const HEADERS = { authorization: AUTHORIZATION, 'content-type': 'application/json', accept: 'application/json' };

interface Connection {
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

/** Statuses as the domain words them: GraphQL has capitals and underscores. */
export function statusOf(word: string): PlanStatus {
  return word.toLowerCase().replaceAll('_', ' ') as PlanStatus;
}

/** An event with the domain's words. */
export function eventOf(event: SeenEvent): SeenEvent {
  return {
    ...event,
    from: event.from && statusOf(event.from),
    to: statusOf(event.to),
    reason: event.reason.toLowerCase().replaceAll('_', '-') as EventReason,
  };
}

/** One gateway's APIs; `url` is asked each time, because a restarted gateway has another port. */
export class Api {
  readonly #url: () => string;

  constructor(url: () => string) {
    this.#url = url;
  }

  get url(): string {
    return this.#url();
  }

  /** The answer to `POST /v1/plans`, whatever it is. */
  post(name: string, template: string | object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    const body = JSON.stringify({ name, template });
    return fetch(`${this.url}/v1/plans`, { method: 'POST', headers: { ...HEADERS, ...headers }, body });
  }

  /** The answer to `DELETE /v1/plans/{id}`. */
  delete(id: string): Promise<Response> {
    return fetch(`${this.url}/v1/plans/${id}`, { method: 'DELETE', headers: HEADERS });
  }

  /** The value of a metric, its series added up; 0 when it has none. */
  async metric(name: string, labels = ''): Promise<number> {
    const text = await (await this.get('/metrics')).text();
    const lines = text.split('\n').filter((line) => /^[\w:]+/.exec(line)?.[0] === name && line.includes(labels));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  get(path: string): Promise<Response> {
    return fetch(`${this.url}${path}`, { headers: HEADERS });
  }

  /** Id of an accepted plan. */
  async create(name: string, template: string | object): Promise<string> {
    const answer = await this.post(name, template);
    const body = (await answer.json()) as { id: string };
    if (answer.status !== 201) throw new Error(`POST answered ${answer.status}: ${JSON.stringify(body)}`);
    return body.id;
  }

  async plan(id: string): Promise<SeenPlan | null> {
    const { plan } = await this.query<{ plan: SeenPlan | null }>(PLAN, { id });
    if (!plan) return null;
    return {
      ...plan,
      status: statusOf(plan.status),
      stages: plan.stages.map((entry) => ({ ...entry, stage: entry.stage.toLowerCase() as Stage })),
      events: plan.events.map(eventOf),
      reservations: plan.reservations.map((step) => ({
        ...step,
        state: step.state.toLowerCase().replaceAll('_', '-'),
      })),
    };
  }

  /** Ids of all plans, oldest first. */
  async ids(): Promise<string[]> {
    const out: string[] = [];
    for (let after: string | null = null; ; ) {
      const { plans }: { plans: Connection } = await this.query<{ plans: Connection }>(PLANS, { after });
      out.push(...plans.nodes.map(({ id }) => id));
      if (!plans.pageInfo.hasNextPage) return out;
      after = plans.pageInfo.endCursor;
    }
  }

  /** The data of an operation. Throws with the errors when there are any. */
  async query<T>(query: string, variables: object): Promise<T> {
    const body = JSON.stringify({ query, variables });
    const answer = await fetch(`${this.url}/graphql`, { method: 'POST', headers: HEADERS, body });
    const { data, errors } = (await answer.json()) as { data?: T; errors?: unknown };
    if (!data || errors) throw new Error(`GraphQL answered ${answer.status}: ${JSON.stringify(errors)}`);
    return data;
  }
}
