// Counts what a fresh process asks of the inventory and its helpers: nothing is cached when it starts.
import type { Simulators } from '../sim/start.ts';
import { type Client, connectClient } from './client.ts';
import { type BenchSettings, startGateway } from './gateway.ts';

/** Starts a fresh process, waits until it has read what it keeps, and counts from its start. */
export async function withFresh<T>(
  simulators: Simulators,
  folder: string,
  lines: readonly string[],
  settings: BenchSettings,
  work: (client: Client) => Promise<T>,
): Promise<{ readonly start: number; readonly total: number; readonly result: T }> {
  const peers = [simulators.aai, simulators.dcae, simulators.sdc, simulators.cps];
  const asked = () => peers.reduce((sum, { calls }) => sum + calls.length, 0);
  for (const peer of peers) peer.clearCalls();
  const gateway = await startGateway({ folder, sections: [...simulators.configLines, ...lines], settings });
  try {
    const client = await connectClient(gateway);
    await inventoryRead(client);
    const start = asked();
    const result = await work(client);
    client.close();
    return { start, total: asked(), result };
  } finally {
    await gateway.stop();
  }
}

/** A list of regions waits for the first reading, and asks nothing else. */
async function inventoryRead(client: Client): Promise<void> {
  await client.execute('query Regions { cloudRegions(first: 1) { nodes { cloudRegionId } } }', {});
}
