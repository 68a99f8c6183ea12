// Plans, feed, work queue, order locks, latency rules and progress of searches on the embedded store.
import { latencyRulesContract } from './latency-rules-contract.ts';
import { orderLocksContract } from './order-locks-contract.ts';
import { planFeedContract } from './plan-feed-contract.ts';
import { planStoreContract } from './plan-store-contract.ts';
import { progressContract } from './progress-contract.ts';
import { embeddedRig } from './rigs.ts';
import { workQueueContract } from './work-queue-contract.ts';

planStoreContract('embedded', embeddedRig);
planFeedContract('embedded', embeddedRig);
workQueueContract('embedded', embeddedRig);
orderLocksContract('embedded', embeddedRig);
latencyRulesContract('embedded', embeddedRig);
progressContract('embedded', embeddedRig);
