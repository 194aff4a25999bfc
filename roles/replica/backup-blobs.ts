import * as z from 'zod';
import { type BackupBlob, BackupBlobSchema } from '../../protocols/backup.ts';
import { type BlobName, blobNameOf, partsOf } from '../../protocols/blob.ts';
import { MeshError } from '../../protocols/errors.ts';
import { encodeFrame, type Frame } from '../../protocols/frames.ts';
import type { PeerId } from '../../protocols/ids.ts';
import type { BlobNote, BlobStore } from '../ports/blobs.ts';

/** A whole blob out of a backup. */
export interface BlobPiece {
  readonly type: 'blob';
  readonly name: BlobName;
  readonly bytes: Uint8Array;
  readonly note: BlobNote;
}

/** Every blob that is there now, part by part; one that goes meanwhile is left out. */
export async function* blobFrames(blobs: Pick<BlobStore, 'notes' | 'get'>): AsyncGenerator<Uint8Array> {
  for (const [name, { at, eventId }] of await blobs.notes()) {
    const bytes = await blobs.get(name);
    const parts = bytes === undefined ? [] : partsOf(bytes);
    for (const [index, part] of parts.entries()) {
      const header: BackupBlob = { type: 'blob', name, eventId, at, index, count: parts.length };
      yield encodeFrame(header, [part]);
    }
  }
}

/** Makes whole blobs of the parts, which come in order. */
export class BlobParts {
  readonly #from: PeerId;
  #parts: Uint8Array[] = [];

  /** @param from whose backup it is */
  constructor(from: PeerId) {
    this.#from = from;
  }

  /** The blob whose last part this is. @throws MeshError `frame-malformed` for what does not belong together. */
  add({ header, parts }: Frame): BlobPiece | undefined {
    const parsed = BackupBlobSchema.safeParse(header);
    if (!parsed.success) throw this.#malformed(z.prettifyError(parsed.error));
    const { name, eventId, at, index, count } = parsed.data;
    if (parts.length !== 1 || index !== this.#parts.length) throw this.#malformed(`a part of blob ${name} is missing`);
    // A view of what is read next otherwise.
    this.#parts.push(...parts.map((part) => Buffer.from(part)));
    if (index + 1 < count) return undefined;
    const bytes = Buffer.concat(this.#parts);
    this.#parts = [];
    if (blobNameOf(bytes) !== name) throw this.#malformed(`the parts of blob ${name} do not make it`);
    return { type: 'blob', name, bytes, note: { at, bytes: bytes.length, eventId } };
  }

  #malformed(problem: string): MeshError {
    return new MeshError('frame-malformed', { peer: this.#from, problem });
  }
}
