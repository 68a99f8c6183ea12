// Members of the cluster and the lengths of their queues.
import type { Member, QueueLength } from '../domain/members.ts';
import { members, queues } from '../resolvers/members.ts';
import { builder } from './builder.ts';
import { StageEnum } from './enums.ts';

const MemberType = builder.objectRef<Member>('Member').implement({
  description: 'One running process. One that dies is gone from the list when its lease ends.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Unique to this run of the process.' }),
    name: t.exposeString('name', { description: 'Its name in plans and logs.' }),
    roles: t.stringList({
      description: 'What it does: `api`, `controller`, `solver`, `reservation`; another version may have more.',
      resolve: (member) => [...member.roles],
    }),
    version: t.exposeString('version', { description: 'Version of the program.' }),
    url: t.exposeString('url', { description: 'Where it listens.' }),
    started: t.expose('started', { type: 'DateTime', description: 'When it began.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it said this of itself.' }),
    draining: t.boolean({
      description: 'It was told to stop: it takes nothing new and finishes what it has.',
      resolve: ({ draining }) => draining ?? false,
    }),
    claims: t.exposeInt('claims', { description: 'Plans that it has in work.' }),
    feedLagMs: t.exposeInt('feedLagMs', {
      description: 'Milliseconds for which its watch of the store has heard nothing, beyond the usual pause.',
    }),
    storeRevision: t.exposeFloat('storeRevision', { description: 'Revision of the store that it has seen.' }),
  }),
});

const QueueLengthType = builder.objectRef<QueueLength>('QueueLength').implement({
  description: 'How much there is to do at one stage.',
  fields: (t) => ({
    stage: t.expose('stage', { type: StageEnum, description: 'Which stage.' }),
    waiting: t.exposeInt('waiting', { description: 'Plans that wait for a worker.' }),
    inWork: t.exposeInt('inWork', { description: 'Plans that a worker has in work.' }),
  }),
});

builder.queryFields((t) => ({
  members: t.field({
    type: [MemberType],
    description: 'All running processes on this store, by name.',
    resolve: async (root, args, ctx) => [...(await members(root, args, ctx))],
  }),
  queues: t.field({
    type: [QueueLengthType],
    description: 'What waits at each stage, as the process that answers sees it; empty in front of OOF-HAS.',
    resolve: (root, args, ctx) => [...queues(root, args, ctx)],
  }),
}));
