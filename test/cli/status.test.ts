// `conductor status` and `conductor migrate` as people and scripts meet them.
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { parse, validate } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';
import { parseCommand } from '../../src/cli/args.ts';
import { migratedPlanLine, migrationSummary } from '../../src/cli/migrate.ts';
import { askStatus, type ClusterStatus, STATUS_QUERY, statusTable } from '../../src/cli/status.ts';
import { schema } from '../../src/schema/index.ts';
import { startEtcd } from '../support/etcd.ts';
import { startGateway } from '../support/gateway.ts';
import { OofHas, recorded } from '../support/oof-has.ts';
import { startProgram, stopPrograms, writeConfig } from '../support/program.ts';

afterEach(stopPrograms);

const STATUS: ClusterStatus = {
  members: [
    {
      id: '1',
      name: 'api-1\u001b[2J',
      roles: ['api', 'controller'],
      version: '0.1.0',
      url: 'http://a:8091',
      started: '2026-01-01T00:00:00.000Z',
      updated: '2026-01-01T00:00:00.000Z',
      claims: 3,
      feedLagMs: 2_500,
      storeRevision: 4711,
    },
  ],
  queues: [{ stage: 'SOLVER', waiting: 12, inWork: 1 }],
};

describe('the command line', () => {
  it('reads status and migrate', () => {
    const sources = { files: [], dirs: [], overrides: new Map() };
    expect(parseCommand(['status', '--json'])).toEqual({
      name: 'status',
      url: 'http://127.0.0.1:8091',
      json: true,
      sources,
    });
    expect(parseCommand(['migrate', '--from', 'http://a:2379,b:2379', '--dry-run', '--store', 'etcd'])).toEqual({
      name: 'migrate',
      from: ['http://a:2379', 'b:2379'],
      keyspace: 'conductor',
      dryRun: true,
      json: false,
      sources: { ...sources, overrides: new Map([['db_options.db_backend', 'etcd']]) },
    });
  });

  it.each([
    [['status', '--url', 'nonsense'], '--url needs a URL such as http://127.0.0.1:8091, not "nonsense"'],
    [['migrate'], 'migrate needs --from with the etcd of OOF-HAS'],
    [['migrate', '--from', 'http://'], '--from needs URLs such as http://etcd:2379, not "http://"'],
    [['migrate', '--from', 'a:1', '--keyspace', 'a/b'], '--keyspace cannot be "a/b"'],
    [['migrate', '--from', 'a:1', '--roles', 'api'], '--roles does not go with migrate'],
  ])('says what is wrong with %j', (words, problem) => {
    expect(parseCommand(words)).toEqual({ name: 'usage', problem });
  });
});

describe('conductor status', () => {
  it('asks only what the schema has', () => {
    expect(validate(schema, parse(STATUS_QUERY))).toEqual([]);
  });

  it('prints a table that no name can write over', () => {
    expect(statusTable(STATUS, Date.parse('2026-01-02T03:04:05.000Z')).split('\n')).toEqual([
      'NAME       ROLES           VERSION  URL            UP    CLAIMS  LAG   REVISION',
      'api-1 [2J  api,controller  0.1.0    http://a:8091  1d3h  3       2.5s  4711',
      '',
      'STAGE   WAITING  IN WORK',
      'solver  12       1',
    ]);
  });

  it('marks a process that was told to stop', () => {
    const draining = STATUS.members.map((member) => ({ ...member, name: 'api-1', draining: true }));
    expect(statusTable({ ...STATUS, members: draining }, 0).split('\n')[1]).toMatch(
      /^api-1 \(draining\) {2}api,controller /,
    );
  });

  it('asks a gateway one version behind what that one knows', async () => {
    const asked: string[] = [];
    const older = createServer((request, response) => {
      let body = '';
      request.on('data', (piece) => {
        body += piece;
      });
      request.on('end', () => {
        asked.push(body);
        const errors = [{ message: 'Cannot query field "draining" on type "Member".' }];
        response.end(JSON.stringify(body.includes('draining') ? { errors } : { data: STATUS }));
      });
    });
    await new Promise<void>((resolve) => older.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(older.address() as AddressInfo).port}`;
    expect(await askStatus({ url, username: '', password: '' })).toEqual(STATUS);
    expect(asked).toHaveLength(2);
    await new Promise((resolve) => older.close(resolve));
  });

  it('shows a running gateway with its roles, version and address', async () => {
    const gateway = await startGateway();
    const { url } = gateway;
    const answer = await askStatus({ url, username: 'user', password: 'pass' });
    expect(answer.members).toMatchObject([
      { roles: ['api', 'controller', 'solver', 'reservation'], url, claims: 0, feedLagMs: 0 },
    ]);
    expect(answer.members[0]?.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(answer.queues.map(({ stage }) => stage)).toEqual(['CONTROLLER', 'SOLVER', 'RESERVATION']);
    await expect(askStatus({ url, username: '', password: '' })).rejects.toThrow(/refuses the credentials/);
    await gateway.stop();
  });

  it('says that nothing answers, or that what answers is no gateway', async () => {
    const other = createServer((_, response) => response.writeHead(200).end('hello'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    await expect(askStatus({ url, username: '', password: '' })).rejects.toThrow(`${url} answered 200`);
    await new Promise((resolve) => other.close(resolve));
    await expect(askStatus({ url, username: '', password: '' })).rejects.toThrow(`nothing answers at ${url}`);
  });

  it('ends with 5 when nothing answers, in one line', async () => {
    const program = startProgram(['status', '--url', 'http://127.0.0.1:1']);
    expect(await program.ended).toBe(5);
    expect(program.stderr().trim().split('\n')).toHaveLength(1);
  });
});

describe('conductor migrate', () => {
  it('prints a line a plan and a summary', () => {
    const plan = { id: 'p-1', name: 'a\nb', status: 'done', outcome: 'imported', reason: '' };
    expect(migratedPlanLine(plan, false)).toBe('imported  p-1 done           a b');
    expect(JSON.parse(migratedPlanLine(plan, true))).toEqual(plan);
    const report = {
      dryRun: true,
      plans: { imported: 1, restarted: 2, present: 3, refused: 4 },
      latency: { regions: 0, countries: 5, kept: true },
      orderLocks: { imported: 1, present: 0, left: 2 },
    };
    expect(migrationSummary(report, false)).toContain('Nothing was written');
    expect(JSON.parse(migrationSummary(report, true))).toEqual(report);
  });

  it('imports into the store of the configuration, first dry, then for real, then again', async () => {
    const etcd = await startEtcd();
    const has = new OofHas(etcd.endpoint);
    await has.install();
    for (const { row } of recorded('plans')) await has.putPlan(row);
    const { file } = writeConfig([]);
    const run = async (...more: string[]) => {
      const words = ['migrate', '--config-file', file, '--from', etcd.endpoint, '--json', ...more];
      const { stdout } = await promisify(execFile)(process.execPath, ['dist/main.js', ...words]);
      const lines = stdout.trim().split('\n');
      return { count: lines.length, summary: JSON.parse(lines.at(-1) ?? '') as { readonly plans: object } };
    };
    const all = { imported: 6, restarted: 0, present: 0, refused: 0 };
    expect(await run('--dry-run')).toMatchObject({ count: 7, summary: { dryRun: true, plans: all } });
    expect(await run()).toMatchObject({ summary: { dryRun: false, plans: all } });
    expect(await run()).toMatchObject({ summary: { plans: { ...all, imported: 0, present: 6 } } });
    const wrong = startProgram(['migrate', '--config-file', file, '--from', etcd.endpoint, '--keyspace', 'nowhere']);
    expect(await wrong.ended).toBe(10);
    expect(wrong.stderr()).toContain('nowhere');
    await etcd.stop();
  });
});
