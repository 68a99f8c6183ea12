// Plans, feed, work queue, order locks, latency rules and progress of searches on a real etcd.
import { afterAll } from 'vitest';
import { latencyRulesContract } from './latency-rules-contract.ts';
import { orderLocksContract } from './order-locks-contract.ts';
import { planFeedContract } from './plan-feed-contract.ts';
import { planStoreContract } from './plan-store-contract.ts';
import { progressContract } from './progress-contract.ts';
import { sharedEtcd } from './rigs.ts';
import { workQueueContract } from './work-queue-contract.ts';

const etcd = sharedEtcd();
afterAll(() => etcd.stop());
const open = () => etcd.rig();

planStoreContract('etcd', open);
planFeedContract('etcd', open);
workQueueContract('etcd', open);
orderLocksContract('etcd', open);
latencyRulesContract('etcd', open);
progressContract('etcd', open);
