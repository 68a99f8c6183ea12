// Progress of searches written as a worker's claim writes it.
import type { SearchProgress } from '../../src/domain/solution.ts';
import { progressCodec } from '../../src/store/codec.ts';
import { keys } from '../../src/store/keys.ts';
import { when } from '../../src/store/request.ts';
import type { PlantedStore } from './planted-store.ts';

export const searchProgress = (number: number): SearchProgress => ({
  number,
  round: 1,
  objective: 100 - number,
  bound: 10,
  gap: 0.5,
  nodes: number * 1_000,
  elapsedMs: number * 250,
  placement: [{ demand: 'vG', candidateId: `c${number}` }],
});

export async function plantProgress({ kv }: PlantedStore, planId: string, progress: SearchProgress): Promise<void> {
  await kv.txn(when([], [{ put: keys.progress(planId), value: progressCodec.encode({ progress }) }]));
}
