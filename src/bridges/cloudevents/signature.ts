import { createHmac } from 'node:crypto';
import { SluiceError } from '../../errors/sluice-error.ts';

/** What a request is signed over. */
export interface SignedMessage {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

const SHORTEST = 16;

/**
 * Signs messages as Standard Webhooks say (https://www.standardwebhooks.com, `v1`, HMAC-SHA256): with each of the
 * secrets, so that a receiver may still have the older one. `whsec_` and base64 is a secret as bytes, anything else as
 * text. Throws `BAD_OPTION` for secrets of less than 16 bytes.
 */
export function webhookSigner(
  secrets: readonly string[],
): (message: SignedMessage) => Record<string, string> {
  const keys = secrets.map(secret => {
    const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
    if (key.length >= SHORTEST) return key;
    throw new SluiceError(
      'BAD_OPTION',
      `webhookSink: secret: expected at least ${SHORTEST} bytes, got ${key.length}.`,
    );
  });
  return ({ id, timestamp, body }) => {
    const signed = `${id}.${timestamp}.${body}`;
    const signatures = keys.map(key => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    return {
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatures.join(' '),
    };
  };
}
