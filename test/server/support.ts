// A real server on a free port with a small schema of its own, and raw clients that see every byte.
import { connect, type Socket } from 'node:net';
import { GraphQLError, GraphQLInt, GraphQLList, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { ConductorError } from '../../src/domain/errors.ts';
import type { Labels } from '../../src/domain/ports.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { createServerWith, type Server } from '../../src/server/server.ts';
import { DEFAULT_SERVER_SETTINGS, type ServerSettings } from '../../src/server/settings.ts';
import type { RequestScope } from '../../src/services/index.ts';
import { type FakeServices, fakeServices, type LogLine, recordingLogger } from '../api/rest/support.ts';
import { Channel } from '../support/channel.ts';

export const SECRET = 'secret: hunter2';

/** What the test's resolvers can be made to wait for, and what they saw. */
export class World {
  readonly scopes: RequestScope[] = [];
  /** Sources of running subscriptions `quiet`. */
  readonly sources: { readonly signal: AbortSignal | undefined; returned: boolean }[] = [];
  readonly changed = new Signal();
  /** Opens the field `slow`. */
  readonly gate = new Signal();
}

/** Something to wait for instead of sleeping. */
export class Signal {
  #waiting: (() => void)[] = [];

  fire(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.next();
  }
}

interface TestContext {
  readonly scope: RequestScope;
}

export function testSchema(world: World): GraphQLSchema {
  const node: GraphQLObjectType = new GraphQLObjectType({
    name: 'Node',
    fields: () => ({
      name: { type: GraphQLString, resolve: () => 'n' },
      child: { type: node, resolve: () => ({}) },
      list: {
        type: new GraphQLList(node),
        args: { first: { type: GraphQLInt }, last: { type: GraphQLInt } },
        resolve: () => [{}],
      },
    }),
  });
  const fail = { type: GraphQLString, resolve: () => Promise.reject(new Error(SECRET)) };
  const query = new GraphQLObjectType<unknown, TestContext>({
    name: 'Query',
    fields: {
      hello: {
        type: GraphQLString,
        args: { name: { type: GraphQLString } },
        resolve: (_, { name }) => `hello ${name ?? ''}`,
      },
      whoami: {
        type: GraphQLString,
        resolve(_source, _args, { scope }) {
          world.scopes.push(scope);
          return scope.principal.name;
        },
      },
      node: { type: node, resolve: () => ({}) },
      fail,
      refuse: { type: GraphQLString, resolve: () => Promise.reject(new ConductorError('STORE_UNAVAILABLE')) },
      complain: { type: GraphQLString, resolve: () => Promise.reject(new GraphQLError('said on purpose')) },
      slow: {
        type: GraphQLString,
        async resolve() {
          world.changed.fire();
          await world.gate.next();
          return 'at last';
        },
      },
    },
  });
  const mutation = new GraphQLObjectType<unknown, TestContext>({
    name: 'Mutation',
    fields: {
      touch: {
        type: GraphQLString,
        resolve(_source, _args, { scope }) {
          world.scopes.push(scope);
          return 'touched';
        },
      },
      spoil: {
        type: GraphQLString,
        resolve(_source, _args, { scope }) {
          world.scopes.push(scope);
          throw new ConductorError('CONFLICT');
        },
      },
    },
  });
  const field = { type: GraphQLString, resolve: (value: unknown) => String(value) };
  const subscription = new GraphQLObjectType<unknown, TestContext>({
    name: 'Subscription',
    fields: {
      count: {
        ...field,
        async *subscribe() {
          yield '1';
          yield '2';
        },
      },
      quiet: { ...field, subscribe: (_source, _args, { scope }) => quietSource(world, scope) },
      breaks: {
        ...field,
        async *subscribe() {
          yield '1';
          throw new Error(SECRET);
        },
      },
      cannotStart: { ...field, subscribe: () => Promise.reject(new Error(SECRET)) },
      failing: {
        type: GraphQLString,
        subscribe: async function* () {
          yield 1;
        },
        resolve: fail.resolve,
      },
    },
  });
  return new GraphQLSchema({ query, mutation, subscription });
}

/** Sends one event and then nothing for ever; it ignores its signal, as a careless source would. */
function quietSource(world: World, scope: RequestScope): AsyncIterableIterator<string> {
  const source = { signal: scope.signal, returned: false };
  const channel = new Channel<string>();
  const inner = channel[Symbol.asyncIterator]();
  channel.push('first');
  world.sources.push(source);
  world.changed.fire();
  return {
    next: () => inner.next(),
    async return() {
      source.returned = true;
      world.changed.fire();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

export interface RunningServer extends FakeServices {
  readonly server: Server;
  readonly url: string;
  readonly port: number;
  readonly world: World;
  readonly lines: LogLine[];
  readonly measured: { readonly name: string; readonly value: number; readonly labels: Labels }[];
  /** A GraphQL request by POST, with whatever `init` changes. */
  post(operation: object | string, init?: RequestInit): Promise<Response>;
}

export type SettingsPatch = { readonly [K in keyof ServerSettings]?: Partial<ServerSettings[K]> | ServerSettings[K] };

export function settingsWith(patch: SettingsPatch): ServerSettings {
  const merged: Record<string, unknown> = { ...DEFAULT_SERVER_SETTINGS, port: 0 };
  merged.basicAuth = { ...DEFAULT_SERVER_SETTINGS.basicAuth, required: false, username: 'admin1', password: 'plan.15' };
  for (const [name, value] of Object.entries(patch)) {
    const plain = typeof value === 'object' && !Array.isArray(value);
    merged[name] = plain ? { ...(merged[name] as object | undefined), ...value } : value;
  }
  return merged as unknown as ServerSettings;
}

export function createTestServer(
  patch: SettingsPatch,
  clock: Clock = systemClock,
): Omit<RunningServer, 'url' | 'port' | 'post'> {
  const fake = fakeServices();
  const world = new World();
  const logger = recordingLogger();
  const measured: { name: string; value: number; labels: Labels }[] = [];
  const record = (name: string, value: number, labels: Labels = {}) => void measured.push({ name, value, labels });
  let made = 0;
  const server = createServerWith(
    {
      settings: settingsWith(patch),
      services: fake.services,
      metrics: {
        count: (name, labels) => record(name, 1, labels),
        observe: record,
        gauge: record,
        text: () => 'conductor_up 1\n',
        contentType: 'text/plain; version=0.0.4',
      },
      logger,
      clock,
      ids: { uuid: () => `made-id-${++made}` },
      findDuplicateKey: () => null,
    },
    { schema: testSchema(world), createContext: (scope) => ({ scope }) },
  );
  return { ...fake, server, world, lines: logger.lines, measured };
}

/** Listens until the test is over. */
export async function startServer(patch: SettingsPatch = {}, clock?: Clock): Promise<RunningServer> {
  const parts = createTestServer(patch, clock);
  const { url, port } = await parts.server.listen();
  onTestFinished(() => parts.server.close(0));
  const post: RunningServer['post'] = (operation, init = {}) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      body: typeof operation === 'string' ? operation : JSON.stringify(operation),
      ...init,
      headers: { 'content-type': 'application/json', ...init.headers },
    });
  return { ...parts, url, port, post };
}

export interface GraphqlAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

export async function answerOf(response: Response): Promise<GraphqlAnswer> {
  return (await response.json()) as GraphqlAnswer;
}

/** Writes bytes as they are and gives what came back until the server closed the connection. */
export async function raw(port: number, ...pieces: (string | Buffer)[]): Promise<string> {
  const socket = rawSocket(port);
  for (const piece of pieces) socket.write(piece);
  return received(socket);
}

export function rawSocket(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  return socket;
}

export function received(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    socket.on('data', (piece: Buffer) => pieces.push(piece));
    socket.once('close', () => resolve(Buffer.concat(pieces).toString('utf8')));
  });
}

export interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** A WebSocket client that keeps every message, for what a real client would hide. */
export class WsClient {
  readonly messages: Message[] = [];
  readonly socket: WebSocket;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #arrived = new Signal();

  constructor(port: number, options: WebSocket.ClientOptions = {}, path = '/graphql') {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, 'graphql-transport-ws', options);
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      this.socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
    this.socket.on('message', (data) => {
      this.messages.push(JSON.parse(String(data)));
      this.#arrived.fire();
    });
    this.socket.once('close', () => this.#arrived.fire());
    onTestFinished(() => this.socket.terminate());
  }

  opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.once('open', () => resolve());
      this.socket.once('unexpected-response', (_request, response) =>
        reject(new Error(`status ${response.statusCode}`)),
      );
    });
  }

  send(message: object | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The first message of this type (and id) that came or comes. */
  async message(type: string, id?: string): Promise<Message> {
    const find = () =>
      this.messages.find((message) => message.type === type && (id === undefined || message.id === id));
    await this.#arrived.until(() => find() !== undefined || this.socket.readyState === WebSocket.CLOSED);
    const found = find();
    if (!found) throw new Error(`closed before ${type} ${id ?? ''}: ${JSON.stringify(this.messages)}`);
    return found;
  }

  async init(payload?: object): Promise<void> {
    await this.opened();
    this.send({ type: 'connection_init', ...(payload && { payload }) });
    await this.message('connection_ack');
  }

  subscribe(id: string, query: string, variables?: object): void {
    this.send({ type: 'subscribe', id, payload: { query, ...(variables && { variables }) } });
  }
}
