import * as z from 'zod';
import { MeshError } from '../../protocols/errors.ts';
import { decodeFrame, encodeFrame } from '../../protocols/frames.ts';
import type { PeerId } from '../../protocols/ids.ts';
import { type BatchHeader, type Have, LogFrameSchema, type Stored } from '../../protocols/log-sync.ts';
import type { Batch } from '../ports/disk.ts';

/** What the frames on `/mindmesh/log/1` mean. */
export type LogMessage =
  | { readonly type: 'have'; readonly have: Have }
  | { readonly type: 'batch'; readonly batch: Batch }
  | { readonly type: 'more'; readonly stored: Stored }
  | { readonly type: 'caught-up' };

const HASH_BYTES = 32;
/** Ed25519. */
const SIGNATURE_BYTES = 64;

export function encodeHave(have: Have): Uint8Array {
  return encodeFrame(have);
}

export function encodeCaughtUp(): Uint8Array {
  return encodeFrame({ type: 'caught-up' });
}

/** @param stored how much of the writer's own logs is synced here, where the batch was of one */
export function encodeMore(stored: Stored = []): Uint8Array {
  return encodeFrame({ type: 'more', ...(stored.length > 0 && { stored }) });
}

export function encodeBatch({ from, records, head }: Batch): Uint8Array {
  const header = { type: 'batch', origin: head.origin, epoch: head.epoch, from, length: head.length };
  return encodeFrame(header, [head.signature, head.hash, ...records]);
}

/** @throws MeshError `frame-malformed`, `version-unknown`. */
export function decodeLogFrame(bytes: Uint8Array, peer: PeerId): LogMessage {
  const { header, parts } = decodeFrame(bytes, peer);
  const parsed = LogFrameSchema.safeParse(header);
  if (!parsed.success) throw new MeshError('frame-malformed', { peer, problem: z.prettifyError(parsed.error) });
  const frame = parsed.data;
  switch (frame.type) {
    case 'have':
      return { type: 'have', have: frame };
    case 'caught-up':
      return { type: 'caught-up' };
    case 'more':
      return { type: 'more', stored: frame.stored ?? [] };
    case 'batch':
      return { type: 'batch', batch: batchOf(frame, parts, peer) };
  }
}

function batchOf(header: BatchHeader, parts: readonly Uint8Array[], peer: PeerId): Batch {
  const [signature, hash, ...records] = parts;
  if (signature?.length !== SIGNATURE_BYTES || hash?.length !== HASH_BYTES) {
    throw new MeshError('frame-malformed', { peer, problem: 'its head has no signature or no hash' });
  }
  const { origin, epoch, from, length } = header;
  return { from, records, head: { origin, epoch, length, hash, signature } };
}
