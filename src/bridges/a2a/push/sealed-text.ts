import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { randomSecret } from '../../../time/random-secret.ts';

const MARK = 'sealed1.';
const IV = 12;
const TAG = 16;

/** Makes texts that only whoever has the secret can read, AES-256-GCM; each only under the name that it was written under. */
export class SealedText {
  readonly #key: Buffer;

  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'sluice a2a push', 32));
  }

  seal(name: string, text: string): string {
    const iv = Buffer.from(randomSecret(), 'base64url').subarray(0, IV);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(name));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return MARK + Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** `undefined` for what another secret sealed, or for another name. */
  open(name: string, text: string): string | undefined {
    if (!isSealed(text)) return undefined;
    const bytes = Buffer.from(text.slice(MARK.length), 'base64url');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, IV))
        .setAAD(Buffer.from(name))
        .setAuthTag(bytes.subarray(IV, IV + TAG));
      return Buffer.concat([decipher.update(bytes.subarray(IV + TAG)), decipher.final()]).toString('utf8');
    } catch {
      return undefined;
    }
  }
}

export function isSealed(text: string): boolean {
  return text.startsWith(MARK);
}
