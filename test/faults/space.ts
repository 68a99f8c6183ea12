// Fills an etcd until it raises its NOSPACE alarm, and frees it again: compacts, defragments each member, lifts the alarm.
import { post } from '../support/etcd.ts';
import type { EtcdCluster } from '../support/etcd-cluster.ts';

const key = (name: string) => Buffer.from(name).toString('base64');

export async function fillUp(endpoint: string): Promise<void> {
  const value = Buffer.alloc(700_000, 'x').toString('base64');
  for (let at = 0; ; at += 1) {
    try {
      await post(`${endpoint}/v3/kv/put`, { key: key(`filler/${at}`), value });
    } catch (error) {
      if (/space exceeded/.test(String(error))) return;
      throw error;
    }
  }
}

export async function freeAgain(etcd: EtcdCluster): Promise<void> {
  await post(`${etcd.endpoint}/v3/kv/deleterange`, { key: key('filler/'), range_end: key('filler0') });
  await etcd.compact(await etcd.revision());
  for (const { endpoint } of etcd.members) await post(`${endpoint}/v3/maintenance/defragment`, {});
  const { alarms = [] } = (await post(`${etcd.endpoint}/v3/maintenance/alarm`, { action: 'GET' })) as {
    alarms?: readonly { memberID: string; alarm: string }[];
  };
  for (const { memberID, alarm } of alarms) {
    await post(`${etcd.endpoint}/v3/maintenance/alarm`, { action: 'DEACTIVATE', memberID, alarm });
  }
}
