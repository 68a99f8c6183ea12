// The layers: which folder holds what, what it may import from src/, and which packages it alone may use.
// One table for the check (.dependency-cruiser.mjs) and for ARCHITECTURE.md (npm run codegen).

/** @typedef {{ folder: string, holds: string, may: string[], packages?: string[] }} Layer */

/** @type {Layer[]} */
export const LAYERS = [
  {
    folder: 'src/lib',
    holds: 'leaf helpers without business words: clock, ids, retry, concurrency, geography',
    may: [],
  },
  {
    folder: 'src/domain',
    holds: 'nouns and laws: plan and its transitions, template, problem, candidate, solution, errors, ports',
    may: ['src/lib'],
  },
  { folder: 'src/config', holds: 'one table of settings → frozen Config', may: ['src/lib', 'src/domain/errors.ts'] },
  {
    folder: 'src/store',
    holds: 'the Kv seam and everything written once over it; `etcd/` and `embedded/` implement it',
    may: ['src/domain', 'src/lib'],
  },
  {
    folder: 'src/engine/template',
    holds: 'the pure template parser: text → document → checked template',
    may: ['src/domain', 'src/lib'],
  },
  { folder: 'src/engine', holds: 'worker loop and stages: translate, solve, reserve', may: ['src/domain', 'src/lib'] },
  {
    folder: 'src/plugins',
    holds: 'one folder per southbound system: client, wire types, mapping to domain; `http.ts`',
    may: ['src/domain', 'src/lib'],
  },
  {
    folder: 'src/services',
    holds: 'use cases: plans, inventory, health; authorization',
    may: ['src/domain', 'src/lib', 'src/engine/template'],
  },
  {
    folder: 'src/schema',
    holds: 'Pothos types, fields, descriptions; no function body beyond one expression',
    may: ['src/resolvers', 'src/domain'],
    packages: ['@pothos/core', '@pothos/plugin-errors'],
  },
  {
    folder: 'src/resolvers',
    holds: 'plain functions on domain types, loaders, context; never the builder',
    may: ['src/services', 'src/domain', 'src/lib'],
    packages: ['dataloader'],
  },
  { folder: 'src/rest', holds: 'the /v1 compatibility routes', may: ['src/services', 'src/domain', 'src/lib'] },
  {
    folder: 'src/server',
    holds: 'listener, TLS, Yoga, WebSocket, authentication, limits, health, drain',
    may: ['src/schema', 'src/resolvers', 'src/rest', 'src/services', 'src/domain', 'src/lib', 'src/telemetry'],
    packages: ['graphql-yoga', '@graphql-yoga/render-graphiql', 'graphql-ws', 'ws'],
  },
  {
    folder: 'src/telemetry',
    holds: 'logs and metrics',
    may: ['src/domain', 'src/lib'],
    packages: ['pino', 'prom-client'],
  },
  { folder: 'src/cli', holds: 'command line: arguments, and commands on the public API alone', may: [] },
  {
    folder: 'test/sim',
    holds: 'A&AI and SDN-C simulators; nothing from src/, else both sides share a bug',
    may: [],
    packages: [],
  },
];

/**
 * Packages that few places alone may use, beyond those above.
 * @type {Record<string, string[]>}
 */
export const PACKAGE_HOMES = {
  undici: ['src/plugins/http.ts'],
  etcd3: ['src/store/etcd'],
  lmdb: ['src/store/embedded'],
  // Templates, and the service models in SDC's archives.
  yaml: ['src/engine/template', 'src/plugins/sdc'],
};

/** The innermost layer that holds a file or folder. */
const layerOf = (path) =>
  LAYERS.map((layer) => layer.folder)
    .filter((folder) => `${path}/`.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0];

/** The table as Markdown. */
export function layersMarkdown() {
  const rows = LAYERS.map(({ folder, holds, may, packages }) => {
    const single = Object.entries(PACKAGE_HOMES).flatMap(([name, homes]) =>
      homes.filter((home) => layerOf(home) === folder).map((home) => `${name} (${home})`),
    );
    const names = [...(packages ?? []), ...single];
    return `| \`${folder}\` | ${holds} | ${may.map((name) => `\`${name.replace('src/', '')}\``).join(', ') || 'nothing'} | ${names.join(', ') || '–'} |`;
  });
  return [
    '| folder | holds | may import from `src/` | packages that only it may use |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
