// A client of the gateway for measurements: GraphQL over one kept-alive connection, and the feed of all plans' changes.
import { Agent, request } from 'node:http';
import { WebSocket } from 'ws';
import type { Gateway } from './gateway.ts';
import { now } from './stats.ts';

export interface PlanEvent {
  readonly seq: number;
  readonly to: string;
  readonly message: string | null;
  /** When the gateway wrote it: milliseconds since the epoch. */
  readonly at: number;
  /** When it arrived here, likewise with fractions. */
  readonly receivedAt: number;
}

export interface Client {
  /** Sends a GraphQL operation; throws when it is answered with errors. */
  execute<Data>(query: string, variables: object): Promise<Data>;
  /** Id of the new plan. */
  createPlan(templateText: string, numSolution?: number): Promise<string>;
  /** All events of the plan up to its final one; they are kept from the moment the client was made. */
  finished(id: string): Promise<readonly PlanEvent[]>;
  close(): void;
}

const CREATE = `mutation Create($input: CreatePlanInput!) {
  createPlan(input: $input) {
    __typename
    ... on CreatePlanSuccess { plan { id } }
    ... on Error { code message }
  }
}`;

const FEED = `subscription Feed {
  plansChanged {
    __typename
    ... on PlanUpdated { plan { id } event { seq to at message } }
  }
}`;

const FINAL: ReadonlySet<string> = new Set(['DONE', 'NOT_FOUND', 'ERROR']);

interface Message {
  readonly type: string;
  readonly payload?: {
    readonly errors?: readonly { readonly message: string }[];
    readonly data?: {
      readonly plansChanged: {
        readonly plan?: { readonly id: string };
        readonly event?: {
          readonly seq: number;
          readonly to: string;
          readonly at: string;
          readonly message: string | null;
        };
      };
    };
  };
}

/** Resolves when the feed is subscribed to. */
export async function connectClient(gateway: Gateway): Promise<Client> {
  const agent = new Agent({ keepAlive: true });
  const feed = await openFeed(gateway);

  async function execute<Data>(query: string, variables: object): Promise<Data> {
    const { status, body } = await post(gateway, agent, JSON.stringify({ query, variables }));
    const answer = JSON.parse(body) as { data?: Data; errors?: readonly { message: string }[] };
    if (answer.errors || !answer.data) {
      throw new Error(answer.errors?.map(({ message }) => message).join('; ') ?? `HTTP ${status}`);
    }
    return answer.data;
  }

  return {
    execute,
    async createPlan(templateText, numSolution = 1) {
      const input = { templateText, numSolution: String(numSolution) };
      type Created = { createPlan: { plan?: { id: string }; code?: string; message?: string } };
      const { createPlan } = await execute<Created>(CREATE, { input });
      if (createPlan.plan) return createPlan.plan.id;
      throw new Error(`${createPlan.code}: ${createPlan.message}`);
    },
    finished: feed.finished,
    close() {
      feed.close();
      agent.destroy();
    },
  };
}

function post(
  { url, authorization }: Gateway,
  agent: Agent,
  body: string,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization,
      accept: 'application/json',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const req = request(`${url}/graphql`, { method: 'POST', agent, headers }, (res) => {
      const pieces: Buffer[] = [];
      res.on('data', (piece: Buffer) => pieces.push(piece));
      res.on('error', reject);
      res.on('end', () => resolve({ status: res.statusCode ?? 0, body: Buffer.concat(pieces).toString('utf8') }));
    });
    req.on('error', reject);
    req.end(body);
  });
}

interface Feed {
  finished(id: string): Promise<readonly PlanEvent[]>;
  close(): void;
}

function openFeed({ url, authorization }: Gateway): Promise<Feed> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: { authorization },
    perMessageDeflate: false,
  });
  const plans = new Map<string, PlanEvent[]>();
  const waiting = new Map<string, (events: readonly PlanEvent[]) => void>();
  const finished = (id: string) => {
    const events = plans.get(id) ?? [];
    return FINAL.has(events.at(-1)?.to ?? '') ? events : null;
  };
  const send = (message: object) => socket.send(JSON.stringify(message));

  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => send({ type: 'connection_init' }));
    socket.on('message', (data) => {
      const receivedAt = now();
      const { type, payload } = JSON.parse(String(data)) as Message;
      if (type === 'connection_ack') {
        send({ id: 'feed', type: 'subscribe', payload: { query: FEED } });
        // Answered after the subscription stands: messages of one socket are handled in order.
        send({ type: 'ping' });
      }
      if (type === 'pong') {
        const wait = (id: string) =>
          new Promise<readonly PlanEvent[]>((done) => {
            const events = finished(id);
            if (events) done(events);
            else waiting.set(id, done);
          });
        resolve({ finished: wait, close: () => socket.close() });
      }
      const { plan, event } = payload?.data?.plansChanged ?? {};
      if (!plan || !event) return;
      const events = plans.get(plan.id) ?? [];
      plans.set(plan.id, events);
      events.push({ ...event, at: Date.parse(event.at), receivedAt });
      const all = finished(plan.id);
      if (all) waiting.get(plan.id)?.(all);
    });
  });
}

/** Follows a plan to `DONE`; throws with its message when it ended otherwise. */
export async function runPlan(client: Client, template: string, numSolution = 1): Promise<string> {
  const id = await client.createPlan(template, numSolution);
  await mustBeDone(client, id);
  return id;
}

export async function mustBeDone(client: Client, id: string): Promise<readonly PlanEvent[]> {
  const events = await client.finished(id);
  const last = events.at(-1);
  if (last?.to !== 'DONE') throw new Error(`plan ${id} ended ${last?.to}: ${last?.message}`);
  return events;
}
