// The simulator of SMS, the secret store of AAF: the names of a domain's secrets, and each by its name. It asks for no credentials.
import { json } from './peer.ts';
import { type Exchange, type SimulatorServer, type SimulatorTls, startServer } from './server.ts';

export type SecretValues = Readonly<Record<string, string>>;

export interface SmsSimulator extends SimulatorServer {
  /** Secret name → values; may be changed while it runs. */
  readonly secrets: Map<string, SecretValues>;
}

export interface SmsOptions {
  /** Absent: plain HTTP. */
  readonly tls?: SimulatorTls;
  /** @default has */
  readonly domain?: string;
  readonly secrets: Readonly<Record<string, SecretValues>>;
}

export async function startSmsSimulator({ tls, domain = 'has', secrets: given }: SmsOptions): Promise<SmsSimulator> {
  const secrets = new Map(Object.entries(given));
  const server = await startServer({
    ...(tls === undefined ? {} : { tls }),
    handle: (exchange) => answer(exchange, `/v1/sms/domain/${domain}/secret`, secrets),
    failure: (status) => json(status, { error: `simulated failure ${status}` }),
  });
  return Object.assign(Object.create(server) as SimulatorServer, { secrets });
}

function answer({ method, path }: Exchange, folder: string, secrets: ReadonlyMap<string, SecretValues>) {
  if (method !== 'GET') return json(405, { error: 'Method Not Allowed' });
  if (path === folder) return json(200, { secretnames: [...secrets.keys()] });
  const name = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : null;
  const values = name === null ? undefined : secrets.get(name);
  if (name === null || values === undefined) return json(404, { error: 'Secret Not Found' });
  return json(200, { name, values: { ...values } });
}
