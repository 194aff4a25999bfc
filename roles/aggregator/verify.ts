import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * `verified` carries the signature in hex: the second id of a delivery (I2). GitHub signs the body alone, so a body that is
 * sent again under another delivery id has the same one.
 */
export type Verification =
  | { readonly status: 'verified'; readonly mac: string }
  | { readonly status: 'missing' }
  | { readonly status: 'wrong' };

/** Exactly what GitHub sends: lower-case hex, all 32 bytes. */
const SIGNATURE = /^sha256=([0-9a-f]{64})$/;

/**
 * HMAC-SHA256 over the raw body against every secret, in the given order. By node:crypto and not by
 * @octokit/webhooks-methods, because it runs synchronously in a worker thread and the verified signature itself is needed.
 * How long it takes says nothing of how much of a signature was right; only which secret matched may show.
 * @param header `X-Hub-Signature-256`
 */
export function verifySignature(
  body: Uint8Array,
  header: string | undefined,
  secrets: readonly string[],
): Verification {
  if (header === undefined || header === '') return { status: 'missing' };
  const mac = SIGNATURE.exec(header)?.[1];
  if (mac === undefined) return { status: 'wrong' };
  const given = Buffer.from(mac, 'hex');
  const isRight = secrets.some((secret) => {
    // Anybody can sign with no secret.
    if (secret === '') return false;
    return timingSafeEqual(createHmac('sha256', secret).update(body).digest(), given);
  });
  return isRight ? { status: 'verified', mac } : { status: 'wrong' };
}
