import { startSingle } from './cluster.ts';
import { holdAll, referenceAnswers, SLOTS } from './holds.ts';
const single = await startSingle({ lines: SLOTS });
await referenceAnswers(single);
const ids = await holdAll(single);
console.log('held');
await single.restart();
console.log('restarted', single.api.url);
await new Promise(r=>setTimeout(r,8000));
for (const [name,id] of ids) { const p = await single.api.plan(id); console.log(name, id, p?.status, JSON.stringify(p?.events.map(e=>[e.seq,e.to,e.reason,e.actor]))); 
 console.log('  seen', single.watcher.items.filter(i=>i.kind==='event'&&i.planId===id).length) }
console.log(single.watcher.items.filter(i=>i.kind!=='event'), single.watcher.reconnects);
console.log(single.program.log.filter(l=>(l as any).level!=='debug').map(l=>JSON.stringify(l).slice(0,300)).join('\n'));
await single.stop();
