import * as z from 'zod';
import { EpochSchema, PeerIdSchema } from './ids.ts';

/** Batches the writer may send before a `more`: one travels while the other is written, and commits that come meanwhile go together. */
export const BATCHES_IN_FLIGHT = 2;

/**
 * The same while the reader catches up, if it says so: one each is read, travels, is checked, and is written, and none of them waits for
 * another (with two, both nodes stood idle half of the time). At most 6 MiB of a link.
 */
export const CATCH_UP_WINDOW = 6;

/** Open logs lie in so many parts by their origin: nodes that differ in a few logs list a few parts of them. */
export const PARTS = 64;

/**
 * Frames on `/mindmesh/log/1` (L6). The reader opens the stream and says what it has; the writer sends what is missing in
 * batches, says `caught-up`, and from then on pushes every commit. Saying `have` again moves the writer's cursors: that is
 * how a gap is mended and how the periodic exchange works.
 */
const log = { origin: PeerIdSchema, epoch: EpochSchema };
const length = z.int().nonnegative();

export const HaveSchema = z.object({
  type: z.literal('have'),
  /**
   * Logs the reader holds, how many records of each, and the first 16 hex digits of the chain's hash there: two that end
   * alike and are not alike are told by it. A log not listed is wanted from its start.
   */
  logs: z.array(z.tuple([PeerIdSchema, EpochSchema, length, z.string()])),
  /**
   * Digest of the ends of all closed epochs the reader holds, which are then not listed (L4): those that a newer one of their
   * origin follows. A writer with another digest asks for the `list`.
   */
  closed: z.string().optional(),
  /**
   * A first word in short, of a reader with many logs: it lists none, says the digest of its closed epochs and then one for each
   * part of its open logs, and is asked for the parts that differ. `closed` is empty then, which is nobody's digest: a build that
   * does not know the field asks for the whole list.
   */
  parts: z
    .array(z.string())
    .max(PARTS + 1)
    .optional(),
  /** Answers a `list` with parts: the open logs of these are listed. Of the others the writer has said that it holds the same. */
  only: z.array(z.int().nonnegative()).max(PARTS).optional(),
  /**
   * Origins the reader has a link to itself: once caught up, their commits are not pushed on this one, so that in a small
   * mesh each record travels once to each reader. The next `have` is answered in full all the same.
   */
  except: z.array(PeerIdSchema).optional(),
  /** Batches the reader takes before a `more` until it has caught up. Default BATCHES_IN_FLIGHT, which is all that older builds take. */
  window: z.int().positive().max(CATCH_UP_WINDOW).optional(),
});
export type Have = z.infer<typeof HaveSchema>;

/** Parts: the signature of the head, its hash, then the records `from` … `length − 1`. */
export const BatchHeaderSchema = z.object({ type: z.literal('batch'), ...log, from: length, length });
export type BatchHeader = z.infer<typeof BatchHeaderSchema>;

/**
 * Said in place of a batch of a log that does not reach back to what the reader has: what it was is settled and old, and the
 * reader goes on behind it (L5). Parts: the signature of the head at `length`, its hash. Answered by `more` like a batch.
 */
export const FloorHeaderSchema = z.object({ type: z.literal('floor'), ...log, length });
export type FloorHeader = z.infer<typeof FloorHeaderSchema>;

/** The writer's closed epochs end otherwise than the reader's: it wants every log listed; or only the open ones of some parts. */
export const ListSchema = z.object({
  type: z.literal('list'),
  parts: z.array(z.int().nonnegative()).max(PARTS).optional(),
});

export const CaughtUpSchema = z.object({ type: z.literal('caught-up') });

/** At most this many ends in one `more`; a batch is of one log, so that one is the rule. */
const MAX_STORED = 16;

/**
 * The reader has written (or dropped) a batch and takes another: what bounds its memory, whatever lies between the two.
 * `stored`: so much of the writer's own logs is synced at the reader (I1). It rides on a frame that is sent anyway, and a build
 * that does not know the field reads past it (L3).
 */
export const MoreSchema = z.object({
  type: z.literal('more'),
  stored: z
    .array(z.tuple([PeerIdSchema, EpochSchema, length]))
    .max(MAX_STORED)
    .optional(),
  /**
   * Origins whose commits another link brings sooner: not to be pushed on this one until the next `have`, so that in a large mesh
   * too each record travels about once to each reader. A build that does not know the field goes on pushing.
   */
  enough: z.array(PeerIdSchema).max(MAX_STORED).optional(),
});
export type Stored = NonNullable<z.infer<typeof MoreSchema>['stored']>;

/** Said of a log from which the reader wants nothing at all (it is quarantined). */
export const NOTHING_WANTED = Number.MAX_SAFE_INTEGER;

export const LogFrameSchema = z.discriminatedUnion('type', [
  HaveSchema,
  BatchHeaderSchema,
  FloorHeaderSchema,
  ListSchema,
  CaughtUpSchema,
  MoreSchema,
]);
export type LogFrame = z.infer<typeof LogFrameSchema>;

/** Gossiped on `TOPICS.heads`: how long the sender's own logs and those it holds are. It only finds gaps; no body is gossiped. */
export const HeadsSchema = z.object({
  v: z.int().positive(),
  logs: z.array(z.tuple([PeerIdSchema, EpochSchema, length])),
});
export type Heads = z.infer<typeof HeadsSchema>;
