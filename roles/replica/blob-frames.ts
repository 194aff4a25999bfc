import * as z from 'zod';
import { type BlobFrame, BlobFrameSchema, type BlobName } from '../../protocols/blob.ts';
import { MeshError } from '../../protocols/errors.ts';
import { decodeFrame, encodeFrame } from '../../protocols/frames.ts';
import type { PeerId } from '../../protocols/ids.ts';

export function encodeWant(name: BlobName): Uint8Array {
  return encodeFrame({ type: 'want', name });
}

export function encodePart(part: Uint8Array, index: number, count: number): Uint8Array {
  return encodeFrame({ type: 'part', index, count }, [part]);
}

export function encodeNone(): Uint8Array {
  return encodeFrame({ type: 'none' });
}

/** @throws MeshError `frame-malformed`, `version-unknown`. */
export function decodeBlobFrame(
  bytes: Uint8Array,
  peer: PeerId,
): { readonly frame: BlobFrame; readonly part: Uint8Array } {
  const { header, parts } = decodeFrame(bytes, peer);
  const parsed = BlobFrameSchema.safeParse(header);
  if (!parsed.success) throw new MeshError('frame-malformed', { peer, problem: z.prettifyError(parsed.error) });
  const [part, ...more] = parts;
  if ((part !== undefined) !== (parsed.data.type === 'part') || more.length > 0) {
    throw new MeshError('frame-malformed', { peer, problem: `a frame ${parsed.data.type} has ${parts.length} parts` });
  }
  return { frame: parsed.data, part: part ?? new Uint8Array() };
}
