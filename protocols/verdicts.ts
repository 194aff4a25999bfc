import type * as z from 'zod';
import { compiled } from './compiled.ts';
import { type Heads, HeadsSchema } from './log-sync.ts';
import { LIMITS, TOPICS, type Topic, WIRE_VERSION } from './names.ts';
import { type Presence, PresenceSchema } from './presence.ts';

/**
 * What a node makes of a gossip message. Reject only what an honest peer cannot send; everything else that is of no use is
 * ignored, or a rolling upgrade would ban half the mesh (rule T5).
 */
export type Verdict<T> =
  | { readonly verdict: 'accept'; readonly message: T }
  | { readonly verdict: 'ignore' | 'reject'; readonly reason: string };

export interface GossipMessages {
  [TOPICS.heads]: Heads;
  [TOPICS.presence]: Presence;
}

const parsePresence = compiled(PresenceSchema);

const PARSERS: { readonly [T in Topic]: (json: unknown) => z.ZodSafeParseResult<GossipMessages[T]> } = {
  [TOPICS.heads]: compiled(HeadsSchema),
  [TOPICS.presence]: parsePresence,
};

/** `from` is the author whose signature gossipsub has checked. */
export function judge<T extends Topic>(topic: T, from: string, bytes: Uint8Array): Verdict<GossipMessages[T]> {
  if (bytes.length > LIMITS.gossipBytes) return { verdict: 'reject', reason: 'it is over the size limit' };
  const json = parse(bytes);
  if (json === undefined) return { verdict: 'reject', reason: 'it is not JSON' };
  const version = versionOf(json);
  if (version === undefined) return { verdict: 'reject', reason: 'it has no version' };
  if (version > WIRE_VERSION) return { verdict: 'ignore', reason: `it has version ${version}` };
  const parsed = PARSERS[topic](json);
  if (!parsed.success) return { verdict: 'reject', reason: 'it does not fit its schema' };
  if (topic === TOPICS.presence && authorOf(json) !== from) {
    return { verdict: 'reject', reason: 'it speaks for somebody else' };
  }
  return { verdict: 'accept', message: parsed.data };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    // Not JSON is a verdict of its own, told to the caller as such.
    return undefined;
  }
}

function versionOf(json: unknown): number | undefined {
  if (typeof json !== 'object' || json === null || !('v' in json)) return undefined;
  return typeof json.v === 'number' ? json.v : undefined;
}

function authorOf(json: unknown): string | undefined {
  const parsed = parsePresence(json);
  return parsed.success ? parsed.data.card.peer : undefined;
}
