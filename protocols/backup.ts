import { createHash } from 'node:crypto';
import * as z from 'zod';
import { BlobNameSchema } from './blob.ts';
import { MeshError, messageOf } from './errors.ts';
import { decodeFrame, encodeFrame, type Frame } from './frames.ts';
import { EventIdSchema, PeerIdSchema } from './ids.ts';
import { LIMITS } from './names.ts';

/**
 * A backup of one node: frames of `protocols/frames.ts`, each behind its length (u32, big-endian). As a file it is compressed
 * with gzip. First the header, then perhaps the key, then batches of records as they travel between nodes, log after log, then
 * the blobs, then the end with the sha256 of every byte before it.
 */
export const BACKUP_FORMAT = 1;

export const BackupHeaderSchema = z.object({
  type: z.literal('backup'),
  format: z.int().positive(),
  /** The node it was made of: its name, peer id and org. */
  node: z.string(),
  peer: PeerIdSchema,
  org: z.string(),
  /** Version of the build that made it. */
  version: z.string(),
  /** Wall-clock milliseconds. */
  madeAt: z.int().nonnegative(),
  logs: z.int().nonnegative(),
  records: z.int().nonnegative(),
  /** Is the node's private key in it? */
  key: z.boolean(),
});
export type BackupHeader = z.infer<typeof BackupHeaderSchema>;

/** Part: the bytes of the node's key file. */
export const BackupKeySchema = z.object({ type: z.literal('key') });
/** Part of a blob, `index` of `count`. */
export const BackupBlobSchema = z.object({
  type: z.literal('blob'),
  name: BlobNameSchema,
  eventId: EventIdSchema,
  at: z.int(),
  index: z.int().nonnegative(),
  count: z.int().positive(),
});
export type BackupBlob = z.infer<typeof BackupBlobSchema>;
/** Part: the sum. It does not cover this frame, so that nothing else stands in it. */
export const BackupEndSchema = z.strictObject({ type: z.literal('end') });

/** Query of `OPERATOR_PATHS.backup`. */
export const BackupQuerySchema = z.object({ key: z.enum(['true', 'false']).default('false') });

/** Makes the bytes of a backup, frame by frame. */
export class BackupWriter {
  readonly #sum = createHash('sha256');

  /** @param frame as `encodeFrame` makes it */
  add(frame: Uint8Array): Uint8Array {
    const bytes = prefixed(frame);
    this.#sum.update(bytes);
    return bytes;
  }

  end(): Uint8Array {
    return prefixed(encodeFrame({ type: 'end' }, [this.#sum.digest()]));
  }
}

export interface BackupFrame extends Frame {
  readonly type: string;
  /** The frame as it was encoded, without its length. */
  readonly bytes: Uint8Array;
  /** As it stands in the backup. */
  readonly raw: Uint8Array;
}

/**
 * The frames of a backup, from its header to its end. The generator itself comes to an end only when the sum is right: what
 * was read before counts for nothing until then.
 * @param file its name, for errors
 * @throws MeshError `backup-damaged`, `backup-newer`
 */
export async function* readBackup(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<BackupFrame> {
  const damaged = (problem: string, cause?: unknown) => new MeshError('backup-damaged', { file, problem }, { cause });
  const sum = createHash('sha256');
  let state: 'begin' | 'middle' | 'sealed' = 'begin';
  for await (const raw of splitFrames(chunks, damaged)) {
    if (state === 'sealed') throw damaged('something follows its end');
    const frame = readFrame(raw, damaged);
    if (state === 'begin') checkHeader(frame, file, damaged);
    state = BackupEndSchema.safeParse(frame.header).success ? 'sealed' : 'middle';
    if (state === 'sealed') checkSum(frame, sum.digest(), damaged);
    else sum.update(raw);
    yield frame;
  }
  if (state !== 'sealed') throw damaged('it is cut: its end is missing');
}

type Damaged = (problem: string, cause?: unknown) => MeshError;

const LENGTH_BYTES = 4;

function prefixed(frame: Uint8Array): Uint8Array {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(frame.length);
  return Buffer.concat([length, frame]);
}

/** Each with its length before it. */
async function* splitFrames(chunks: AsyncIterable<Uint8Array>, damaged: Damaged): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let have = 0;
  let wanted = LENGTH_BYTES;
  for await (const chunk of chunks) {
    waiting.push(chunk);
    have += chunk.length;
    if (have < wanted) continue;
    let rest = Buffer.concat(waiting);
    for (wanted = endOf(rest, damaged); rest.length >= wanted; wanted = endOf(rest, damaged)) {
      yield rest.subarray(0, wanted);
      rest = rest.subarray(wanted);
    }
    waiting = [rest];
    have = rest.length;
  }
  if (have > 0) throw damaged('it is cut in the middle of a frame');
}

/** Where the first frame ends, as far as that can be seen. */
function endOf(bytes: Buffer, damaged: Damaged): number {
  if (bytes.length < LENGTH_BYTES) return LENGTH_BYTES;
  const length = bytes.readUInt32BE();
  if (length === 0 || length > LIMITS.frameBytes) throw damaged('it is no backup, or a length in it is wrong');
  return LENGTH_BYTES + length;
}

const TypeSchema = z.object({ type: z.string() });

function readFrame(raw: Uint8Array, damaged: Damaged): BackupFrame {
  const bytes = raw.subarray(LENGTH_BYTES);
  try {
    const frame = decodeFrame(bytes, 'the backup');
    return { ...frame, type: TypeSchema.parse(frame.header).type, bytes, raw };
  } catch (error) {
    throw damaged(messageOf(error), error);
  }
}

function checkSum({ parts }: BackupFrame, sum: Uint8Array, damaged: Damaged): void {
  if (Buffer.compare(parts[0] ?? Buffer.alloc(0), sum) !== 0) throw damaged('its sum is wrong');
}

function checkHeader({ header }: BackupFrame, file: string, damaged: Damaged): void {
  const parsed = BackupHeaderSchema.safeParse(header);
  if (!parsed.success) throw damaged('it does not begin as a backup does');
  const { format } = parsed.data;
  if (format > BACKUP_FORMAT) throw new MeshError('backup-newer', { file, found: format, known: BACKUP_FORMAT });
}
