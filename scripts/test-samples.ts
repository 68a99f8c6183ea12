// `npm run test:samples`: the tests with the request bodies that OSDF and the demo really send, from the folder SAMPLES_DIR.
// Without it there is nothing to test: the reason is printed and the exit code is 0.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = process.env['SAMPLES_DIR'] ?? '';
if (folder === '' || !existsSync(join(folder, 'osdf'))) {
  const why = folder === '' ? 'SAMPLES_DIR is not set' : `${join(folder, 'osdf')} does not exist`;
  process.stdout.write(
    `${why}: it must hold osdf/has-request.*.json and demo-vfwdt/hasRequest.json. Nothing was tested.\n`,
  );
} else {
  const run = spawnSync('npx', ['--no-install', 'vitest', 'run', 'test/system/osdf', ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, SAMPLES_DIR: resolve(folder) },
  });
  process.exitCode = run.status ?? 1;
}
