// Encrypted passwords of the configuration. Two forms are read: our own, versioned and with integrity, and that of OOF-HAS, which
// has none; only the first is written. The key is made from `[auth] appkey`.
import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync } from 'node:crypto';

/** `enc:1:` and base64 of salt (16), nonce (12), cipher text, tag (16): AES-256-GCM under a key that scrypt makes of the app key. */
const PREFIX = 'enc:1:';
const SALT = 16;
const NONCE = 12;
const TAG = 16;

const OLD_IV = 16;
/** The reference pads to twice the block size of the cipher. */
const OLD_BLOCK = 32;

/** `opened` is what to use; `closed` says why an encrypted text cannot be read. Neither repeats the text. */
export type Unsealed = { readonly opened: string } | { readonly closed: string };

/** A password in the versioned form. */
export function sealPassword(password: string, appkey: string): string {
  const salt = randomBytes(SALT);
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', scryptSync(appkey, salt, 32), nonce, { authTagLength: TAG });
  const sealed = [cipher.update(password, 'utf8'), cipher.final()];
  return `${PREFIX}${Buffer.concat([salt, nonce, ...sealed, cipher.getAuthTag()]).toString('base64')}`;
}

/**
 * A text as it is used: the versioned form decrypted, with `old` that of OOF-HAS too, anything else as it stands. Without an app
 * key only the versioned form is known, and is a problem.
 */
export function unsealPassword(text: string, appkey: string, old: boolean): Unsealed {
  if (text.startsWith(PREFIX)) return unseal(text.slice(PREFIX.length), appkey);
  if (!old || appkey === '' || !looksOld(text)) return { opened: text };
  const opened = decryptOld(Buffer.from(text, 'base64'), appkey);
  return opened === null
    ? { closed: 'has the form of a password that OOF-HAS encrypted, and [auth] appkey does not decrypt it' }
    : { opened };
}

function unseal(encoded: string, appkey: string): Unsealed {
  if (appkey === '') return { closed: 'is encrypted, and [auth] appkey is not set' };
  const bytes = Buffer.from(encoded, 'base64');
  const body = bytes.subarray(SALT + NONCE, -TAG);
  try {
    const key = scryptSync(appkey, bytes.subarray(0, SALT), 32);
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(SALT, SALT + NONCE), { authTagLength: TAG });
    decipher.setAuthTag(bytes.subarray(-TAG));
    return { opened: Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8') };
  } catch {
    return { closed: 'is encrypted under another [auth] appkey, or was changed' };
  }
}

/** base64 of an IV and whole blocks; passwords that people choose are not. */
function looksOld(text: string): boolean {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return false;
  const size = Buffer.byteLength(text, 'base64') - OLD_IV;
  return size > 0 && size % OLD_BLOCK === 0;
}

/** There is no tag to check, so `final` is not called; padding and UTF-8 tell a wrong key. */
function decryptOld(bytes: Buffer, appkey: string): string | null {
  const key = createHash('sha256').update(appkey, 'utf8').digest();
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, OLD_IV));
  const padded = decipher.update(bytes.subarray(OLD_IV));
  const count = padded.at(-1) ?? 0;
  if (count < 1 || count > OLD_BLOCK || !padded.subarray(-count).every((byte) => byte === count)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(padded.subarray(0, -count));
  } catch {
    return null;
  }
}
