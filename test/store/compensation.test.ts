// The compensation queue on both stores.
import { afterAll } from 'vitest';
import { compensationContract } from './compensation-contract.ts';
import { embeddedRig, sharedEtcd } from './rigs.ts';

const etcd = sharedEtcd();
afterAll(() => etcd.stop());

compensationContract('embedded', embeddedRig);
compensationContract('etcd', () => etcd.rig());
