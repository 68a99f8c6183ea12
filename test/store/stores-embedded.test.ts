// Plans, feed and work queue on the embedded store.
import { planFeedContract } from './plan-feed-contract.ts';
import { planStoreContract } from './plan-store-contract.ts';
import { embeddedRig } from './rigs.ts';
import { workQueueContract } from './work-queue-contract.ts';

planStoreContract('embedded', embeddedRig);
planFeedContract('embedded', embeddedRig);
workQueueContract('embedded', embeddedRig);
