import { createHash } from 'node:crypto';
import * as z from 'zod';

/** A body too large for a record is a blob, named by its content (L2): a record tells the name, and whoever needs the body pulls it. */
export const BlobNameSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'is not the name of a blob: sha256 in 64 hex digits')
  .brand<'BlobName'>();
export type BlobName = z.infer<typeof BlobNameSchema>;

/** sha256 of the bytes. */
export function blobNameOf(bytes: Uint8Array): BlobName {
  return BlobNameSchema.parse(createHash('sha256').update(bytes).digest('hex'));
}

/** Bytes of one blob: the largest body that any source sends. */
export const MAX_BLOB_BYTES = 32 * 1024 * 1024;
/** Bytes of one part on the stream, and of one row on the disk. */
export const BLOB_PART_BYTES = 256 * 1024;

/** Frames on `/mindmesh/blob/1`: the asker says what it wants, the other side sends its parts in order, or that it has none. */
export const WantBlobSchema = z.object({ type: z.literal('want'), name: BlobNameSchema });
/** One binary part goes with it. */
export const BlobPartSchema = z.object({
  type: z.literal('part'),
  index: z.int().nonnegative(),
  count: z
    .int()
    .positive()
    .max(MAX_BLOB_BYTES / BLOB_PART_BYTES),
});
export const NoBlobSchema = z.object({ type: z.literal('none') });

export const BlobFrameSchema = z.discriminatedUnion('type', [WantBlobSchema, BlobPartSchema, NoBlobSchema]);
export type BlobFrame = z.infer<typeof BlobFrameSchema>;

/** A body in parts; an empty one is one empty part. */
export function partsOf(bytes: Uint8Array): readonly Uint8Array[] {
  const count = Math.max(1, Math.ceil(bytes.length / BLOB_PART_BYTES));
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * BLOB_PART_BYTES, (i + 1) * BLOB_PART_BYTES));
}
