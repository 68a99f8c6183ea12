// Helper processes of the benchmarks: each answers one message with one message. They run from their TypeScript files, like
// this process; only the gateway is a built program.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

export interface Helper {
  readonly pid: number;
  /** Sends the request and resolves with its answer; rejects when the helper failed or ended. One at a time. */
  ask<Answer>(request: object): Promise<Answer>;
  stop(): Promise<void>;
}

/** `name`: a file in child/, of this folder or of another one. */
export function startHelper(name: string, folder = import.meta.url): Helper {
  const child = fork(new URL(`./child/${name}.ts`, folder), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  return {
    pid: child.pid ?? 0,
    ask: (request) => ask(child, name, request),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}

interface Reply<Answer> {
  readonly answer?: Answer;
  readonly failure?: string;
}

function ask<Answer>(child: ChildProcess, name: string, request: object): Promise<Answer> {
  if (!child.connected) return Promise.reject(new Error(`the helper ${name} has ended`));
  return new Promise((resolve, reject) => {
    const onMessage = ({ answer, failure }: Reply<Answer>) => {
      child.removeListener('exit', onExit);
      if (failure === undefined) resolve(answer as Answer);
      else reject(new Error(`${name}: ${failure}`));
    };
    const onExit = () => {
      child.removeListener('message', onMessage);
      reject(new Error(`the helper ${name} ended`));
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
    child.send(request);
  });
}
