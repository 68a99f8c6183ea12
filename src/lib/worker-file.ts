// Where a worker thread's bundled file is: beside the running bundle, or in dist/ when running from TypeScript sources.

/** URL of `dist/<name>.js`. `from` is the caller's import.meta.url. */
export function workerFile(name: string, from: string): URL {
  return from.endsWith('.ts') ? new URL(`../../dist/${name}.js`, import.meta.url) : new URL(`./${name}.js`, from);
}
