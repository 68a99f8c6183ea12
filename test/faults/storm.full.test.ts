// Everything at once: while plans run, workers are killed, stopped and cut off from etcd, and etcd itself is killed, in an order
// that a seed decides. When it is over every plan has ended as it would have in peace.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { type Cluster, FULL, type Gateway, startCluster } from './cluster.ts';
import { type Answers, expectDone } from './expectations.ts';
import { referenceAnswers } from './holds.ts';
import { checkInvariants } from './invariants.ts';
import { ONE_RESERVATION, THREE_RESERVATIONS } from './templates.ts';

interface Post {
  gateway: Gateway;
  readonly proxy: TcpProxy;
  stopped: boolean;
}

let cluster: Cluster;
let answers: Answers;
let started = 0;

beforeAll(async () => {
  cluster = await startCluster();
  const first = await cluster.gateway('reference');
  answers = await referenceAnswers({ ...cluster, api: cluster.front.api });
  await first.program.kill('SIGTERM');
});
afterAll(() => cluster.stop());

function nextGateway(proxy: TcpProxy): Promise<Gateway> {
  started += 1;
  return cluster.gateway(`worker-${started}`, { etcdPort: proxy.port });
}

/** The same numbers for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed * 2654435761;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return state % below;
  };
}

/** One blow, in words. One worker at the most stands still: with all of them nothing would ever happen again. */
async function strike(post: Post, kind: number, posts: readonly Post[]): Promise<string> {
  const { program, name } = post.gateway;
  if (post.stopped) {
    program.child.kill('SIGCONT');
    post.stopped = false;
    return `continue ${name}`;
  }
  if (kind === 0) {
    await program.kill('SIGKILL');
    post.gateway = await nextGateway(post.proxy);
    return `kill ${name}`;
  }
  if (kind === 1 && posts.every(({ stopped }) => !stopped)) {
    program.child.kill('SIGSTOP');
    post.stopped = true;
    return `stop ${name}`;
  }
  if (kind === 2) {
    await cluster.etcd.kill('SIGKILL');
    await cluster.etcd.restart();
    return 'kill etcd';
  }
  post.proxy.cut();
  return `cut ${name}`;
}

it.each(FULL ? [1, 2, 3, 4, 5, 6] : [1])('seed %i', { timeout: 120_000 }, async (seed) => {
  const below = numbers(seed);
  const posts: Post[] = [];
  for (let at = 0; at < 2; at += 1) {
    const proxy = await startTcpProxy(cluster.etcd.port);
    posts.push({ gateway: await nextGateway(proxy), proxy, stopped: false });
  }
  const { watcher, front, simulators } = cluster;
  const templates = Array.from({ length: FULL ? 30 : 12 }, () =>
    below(3) === 0 ? THREE_RESERVATIONS : ONE_RESERVATION,
  );
  const ids = await Promise.all(templates.map((template, index) => front.api.create(`storm ${index}`, template)));
  const told: string[] = [];
  for (let strikes = FULL ? 10 : 4; strikes > 0; strikes -= 1) {
    const goal = watcher.items.length + 1 + below(templates.length);
    await Promise.race([watcher.until((items) => items.length >= goal), watcher.ended(ids)]);
    const post = posts[below(posts.length)];
    if (post) told.push(await strike(post, below(4), posts));
  }
  for (const { gateway, stopped } of posts) if (stopped) gateway.program.child.kill('SIGCONT');
  await watcher.ended(ids);
  const plans = await checkInvariants({ api: front.api, simulators, acknowledged: ids, watchers: [watcher] });
  for (const [at, plan] of plans.entries()) {
    expect(plan.message, told.join(', ')).toBeNull();
    expectDone(plan, templates[at] ?? '', answers);
  }
  expect(await cluster.leftovers()).toEqual([]);
  await Promise.all(posts.map(({ gateway }) => gateway.program.kill('SIGTERM')));
  await Promise.all(posts.map(({ proxy }) => proxy.stop()));
});
