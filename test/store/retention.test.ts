// Retention on both stores.
import { afterAll } from 'vitest';
import { retentionContract } from './retention-contract.ts';
import { embeddedRig, sharedEtcd } from './rigs.ts';

const etcd = sharedEtcd();
afterAll(() => etcd.stop());

retentionContract('embedded', embeddedRig);
retentionContract('etcd', () => etcd.rig());
