// A real etcd behind the seam keeps its promises.
import { afterAll } from 'vitest';
import { kvContract } from './kv-contract.ts';
import { sharedEtcd } from './rigs.ts';

const etcd = sharedEtcd();
afterAll(() => etcd.stop());

kvContract('etcd', () => etcd.rig());
