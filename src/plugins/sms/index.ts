// SMS, the secret store of AAF: the user names and passwords that it keeps for this gateway, read once at start.
import { ConductorError } from '../../domain/errors.ts';
import type { CallContext } from '../../domain/ports.ts';
import { isJsonObject, type JsonValue, own } from '../../lib/json.ts';
import type { HttpClient } from '../http.ts';
import { statusError } from '../http-status.ts';

/** Secret → its values; each is the option of this name in the section of the secret's name. */
const VALUES = {
  aai: ['username', 'password'],
  conductor_api: ['username', 'password'],
  sdnc: ['username', 'password'],
  sdc: ['username', 'password'],
  aaf_api: ['username', 'password', 'aaf_conductor_user'],
} as const;

export type SmsSecret = keyof typeof VALUES;
export const SMS_SECRETS = Object.keys(VALUES) as readonly SmsSecret[];

export interface Sms {
  /**
   * The secrets that there are, each with all its values. Others of the domain are not asked for. Throws UPSTREAM_UNAVAILABLE,
   * UPSTREAM_REFUSED, UPSTREAM_UNSUPPORTED (no such domain) and UPSTREAM_BAD_DATA; no message repeats a value.
   */
  read(ctx: CallContext): Promise<ReadonlyMap<SmsSecret, ReadonlyMap<string, string>>>;
  close(): Promise<void>;
}

/** `http` is closed with it. */
export function createSms({ http, domain }: { readonly http: HttpClient; readonly domain: string }): Sms {
  const folder = `/v1/sms/domain/${encodeURIComponent(domain)}/secret`;

  async function get(path: string, ctx: CallContext): Promise<JsonValue> {
    const { status, body } = await http.request({ method: 'GET', path, ctx });
    if (status !== 200) throw statusError('AAF SMS', `GET ${path}`, status);
    return body;
  }

  return {
    async read(ctx) {
      const names = own(await get(folder, ctx), 'secretnames');
      if (!Array.isArray(names)) throw badData(folder);
      const present = SMS_SECRETS.filter((name) => names.includes(name));
      const read = present.map(async (name) => {
        const path = `${folder}/${name}`;
        return [name, valuesOf(name, own(await get(path, ctx), 'values'), path)] as const;
      });
      return new Map(await Promise.all(read));
    },
    close: () => http.close(),
  };
}

function valuesOf(name: SmsSecret, values: JsonValue | undefined, path: string): ReadonlyMap<string, string> {
  if (!isJsonObject(values)) throw badData(path);
  return new Map(
    VALUES[name].map((key) => {
      const value = own(values, key);
      if (typeof value !== 'string') throw badData(path);
      return [key, value];
    }),
  );
}

function badData(path: string): ConductorError {
  return new ConductorError('UPSTREAM_BAD_DATA', `AAF SMS sent an answer of another shape: GET ${path}.`);
}
