import * as z from 'zod';
import { compiled } from '../../protocols/compiled.ts';
import { MeshError } from '../../protocols/errors.ts';
import { decodeFrame, encodeFrame } from '../../protocols/frames.ts';
import type { PeerId } from '../../protocols/ids.ts';
import {
  type BatchHeader,
  type FloorHeader,
  type Have,
  LogFrameSchema,
  type Stored,
} from '../../protocols/log-sync.ts';
import type { SignedHead } from '../../protocols/record.ts';
import type { Batch } from '../ports/disk.ts';

/** What the frames on `/mindmesh/log/1` mean. */
export type LogMessage =
  | { readonly type: 'have'; readonly have: Have }
  | { readonly type: 'batch'; readonly batch: Batch }
  | { readonly type: 'floor'; readonly head: SignedHead }
  | { readonly type: 'more'; readonly stored: Stored; readonly enough: readonly PeerId[] }
  | { readonly type: 'list'; readonly parts: readonly number[] | undefined }
  | { readonly type: 'caught-up' };

const parseFrame = compiled(LogFrameSchema);
const HASH_BYTES = 32;
/** Ed25519. */
const SIGNATURE_BYTES = 64;

export function encodeHave(have: Have): Uint8Array {
  return encodeFrame(have);
}

/** @param parts those of which the open logs are wanted. Default: every log. */
export function encodeList(parts?: readonly number[]): Uint8Array {
  return encodeFrame({ type: 'list', ...(parts && { parts }) });
}

export function encodeCaughtUp(): Uint8Array {
  return encodeFrame({ type: 'caught-up' });
}

/**
 * @param stored how much of the writer's own logs is synced here, where the batch was of one
 * @param enough origins that are not to be pushed here until the next `have`
 */
export function encodeMore(stored: Stored = [], enough: readonly PeerId[] = []): Uint8Array {
  return encodeFrame({ type: 'more', ...(stored.length > 0 && { stored }), ...(enough.length > 0 && { enough }) });
}

export function encodeBatch({ from, records, head }: Batch): Uint8Array {
  const header = { type: 'batch', origin: head.origin, epoch: head.epoch, from, length: head.length };
  return encodeFrame(header, [head.signature, head.hash, ...records]);
}

export function encodeFloor({ origin, epoch, length, hash, signature }: SignedHead): Uint8Array {
  return encodeFrame({ type: 'floor', origin, epoch, length }, [signature, hash]);
}

/** @throws MeshError `frame-malformed`, `version-unknown`. */
export function decodeLogFrame(bytes: Uint8Array, peer: PeerId): LogMessage {
  const { header, parts } = decodeFrame(bytes, peer);
  const parsed = parseFrame(header);
  if (!parsed.success) throw new MeshError('frame-malformed', { peer, problem: z.prettifyError(parsed.error) });
  const frame = parsed.data;
  switch (frame.type) {
    case 'have':
      return { type: 'have', have: frame };
    case 'list':
      return { type: 'list', parts: frame.parts };
    case 'caught-up':
      return { type: frame.type };
    case 'more':
      return { type: 'more', stored: frame.stored ?? [], enough: frame.enough ?? [] };
    case 'batch':
      return { type: 'batch', batch: batchOf(frame, parts, peer) };
    case 'floor':
      return { type: 'floor', head: headOf(frame, parts, peer) };
  }
}

function batchOf(header: BatchHeader, parts: readonly Uint8Array[], peer: PeerId): Batch {
  return { from: header.from, records: parts.slice(2), head: headOf(header, parts, peer) };
}

function headOf(header: BatchHeader | FloorHeader, parts: readonly Uint8Array[], peer: PeerId): SignedHead {
  const [signature, hash] = parts;
  if (signature?.length !== SIGNATURE_BYTES || hash?.length !== HASH_BYTES) {
    throw new MeshError('frame-malformed', { peer, problem: 'its head has no signature or no hash' });
  }
  const { origin, epoch, length } = header;
  // Copied: a head is kept as long as its log does not grow, and would keep its frame of up to 1 MiB with it.
  return { origin, epoch, length, hash: Uint8Array.from(hash), signature: Uint8Array.from(signature) };
}
