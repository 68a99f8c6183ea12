// Builds dist/: one bundled file a program or worker thread. Packages that load native code or files of their own stay outside.

import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

/** Output name → entry file; an entry that does not exist yet is left out. */
const ENTRIES = {
  main: 'src/main.ts',
  'solver-worker': 'src/engine/solve/worker.ts',
  'template-worker': 'src/engine/template/worker.ts',
  demo: 'scripts/demo.ts',
  sim: 'test/sim/main.ts',
};

const only = process.argv.slice(2);
const entryPoints = Object.fromEntries(
  Object.entries(ENTRIES).filter(([name, file]) => existsSync(file) && (only.length === 0 || only.includes(name))),
);
await mkdir('dist', { recursive: true });
if (Object.keys(entryPoints).length === 0) process.exit(0);
const { outputFiles } = await build({
  write: false,
  entryPoints,
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'linked',
  // Native code, and files that a package reads from beside itself, cannot move into the bundle.
  external: ['lmdb', 'etcd3', '@graphql-yoga/render-graphiql'],
  // graphql-js checks every instance twice outside production.
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
  // Bundled CommonJS packages ask for node: modules with require, which ES modules lack.
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
});
// Renamed into place: a program or worker thread that starts meanwhile reads the old file or the new one, never a part.
for (const { path, contents } of outputFiles) {
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, contents, { mode: path.endsWith('main.js') ? 0o755 : 0o644 });
  await rename(fresh, path);
}
