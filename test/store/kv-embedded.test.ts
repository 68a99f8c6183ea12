// The embedded store keeps the promises of the seam.
import { kvContract } from './kv-contract.ts';
import { embeddedRig } from './rigs.ts';

kvContract('embedded', embeddedRig);
