import { messageOf } from '../../protocols/errors.ts';
import type { LogId, PeerId, Position } from '../../protocols/ids.ts';
import { LIMITS } from '../../protocols/names.ts';
import { type Decoded, decodeRecord } from '../../protocols/record.ts';
import type { BlobStore } from '../ports/blobs.ts';
import type { Batch, Disk } from '../ports/disk.ts';
import type { Meter, Runtime } from '../ports/runtime.ts';
import type { Tables } from '../ports/tables.ts';
import { isClosed, isKnown } from './closed.ts';
import { CutRows } from './cut-rows.ts';
import { expireDecisions, expireEvents } from './expire.ts';
import { expireAgents } from './expire-agents.ts';
import { expireUsage } from './expire-usage.ts';
import { isInForce } from './in-force.ts';
import type { Replica } from './replica.ts';

export interface RetentionOptions {
  /** How long a settled event, and the memory of its id, is kept, milliseconds. GitHub keeps deliveries for three days. */
  readonly keepMs: number;
  /** Time between two looks, milliseconds. Default: ten minutes, or a quarter of the retention when that is shorter. */
  readonly everyMs?: number;
  /** This node: what it said and still holds it says again, so that its log can be dropped behind it. Default: nobody does. */
  readonly self?: PeerId;
}

export interface RetentionParts {
  readonly replica: Pick<
    Replica,
    'have' | 'cut' | 'note' | 'floorOf' | 'isLogProjected' | 'isQuarantined' | 'append' | 'epoch'
  >;
  readonly disk: Pick<Disk, 'read' | 'reclaim'>;
  readonly blobs?: Pick<BlobStore, 'notes' | 'remove'>;
  readonly tables: Tables;
  readonly runtime: Runtime;
  readonly meter: Meter;
  /** How much of a log every peer has that was heard of within a day; the others do not hold retention. */
  lowestOf(log: LogId): number;
}

/** What one look dropped. */
export interface Swept {
  readonly records: number;
  readonly events: number;
}

const EVERY_MS = 10 * 60_000;
/** Records dropped in one write. */
const CUT_RECORDS = 4 * LIMITS.groupRecords;
/** What still holds is said again once so many records follow it: a quiet log would otherwise only repeat itself. */
const RENEWED_BEHIND = 4 * LIMITS.groupRecords;
/** One segment at a time: a floor lies at the end of one. */
const NEXT_SEGMENT = { records: 1, bytes: 1 };

/**
 * Raises the floor of every log over what has ended and is old (L5, L10): never over a record of an event that is open, nor over
 * one that a peer of the last day lacks. Then forgets the ids and rows of events of which no record is left.
 */
export class Retention {
  readonly #options: RetentionOptions & Required<Pick<RetentionOptions, 'everyMs'>>;
  readonly #parts: RetentionParts;
  #cancel: () => void = () => {};
  #sweeping: Promise<unknown> | undefined;
  #stopped = false;

  constructor(options: RetentionOptions, parts: RetentionParts) {
    this.#options = { everyMs: Math.min(EVERY_MS, options.keepMs / 4), ...options };
    this.#parts = parts;
  }

  start(): void {
    this.#cancel = this.#parts.runtime.after(this.#options.everyMs, () => {
      this.#sweeping = this.#sweepQuietly().finally(() => {
        if (!this.#stopped) this.start();
      });
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#sweeping;
  }

  /** Looks through all logs now. */
  async sweep(): Promise<Swept> {
    const { replica, disk, tables, runtime, meter } = this.#parts;
    const cutoff = runtime.wall() - this.#options.keepMs;
    let records = 0;
    for (const [origin, epoch] of replica.have()) {
      if (this.#stopped) break;
      records += await this.#cutLog({ origin, epoch }, cutoff);
    }
    const events = await expireEvents(cutoff, { tables, replica });
    await expireDecisions(cutoff, { tables, replica });
    await expireAgents(cutoff, { tables, replica });
    await expireUsage(cutoff, runtime.wall(), { tables, replica });
    await this.#dropBlobs(cutoff);
    if (records > 0) {
      meter.count('mindmesh_log_cut_records_total', {}, records);
      runtime.log.info({ records, events }, 'old records dropped');
      await disk.reclaim();
    }
    return { records, events };
  }

  /** A blob goes when its event is forgotten; one whose record never came when it is as old. */
  async #dropBlobs(cutoff: number): Promise<void> {
    const { blobs, tables } = this.#parts;
    const notes = (await blobs?.notes()) ?? [];
    const gone = notes.filter(([, { at, eventId }]) => at <= cutoff && !isKnown(eventId, tables));
    if (gone.length > 0) await blobs?.remove(gone.map(([name]) => name));
  }

  /** What went wrong is tried again at the next look; a failed write ends the process by itself. */
  async #sweepQuietly(): Promise<void> {
    try {
      await this.sweep();
    } catch (error) {
      this.#parts.runtime.log.warn({ problem: messageOf(error) }, 'old records cannot be dropped');
    }
  }

  /** Returns how many records were dropped. */
  async #cutLog(log: LogId, cutoff: number): Promise<number> {
    const { replica, disk } = this.#parts;
    if (!replica.isLogProjected(log) || replica.isQuarantined(log)) return 0;
    const limit = this.#parts.lowestOf(log);
    let dropped = 0;
    let chunk: Batch[] = [];
    for (let from = replica.floorOf(log)?.length ?? 0; !this.#stopped; ) {
      const segment = await disk.read(log, from, NEXT_SEGMENT);
      if (segment === undefined || segment.head.length > limit || !(await this.#isClosed(segment, cutoff))) break;
      chunk.push(segment);
      dropped += segment.records.length;
      from = segment.head.length;
      if (recordsIn(chunk) >= CUT_RECORDS) chunk = await this.#cut(chunk);
    }
    await this.#cut(chunk);
    return dropped;
  }

  async #isClosed(segment: Batch, cutoff: number): Promise<boolean> {
    let isWhole = true;
    for (const { position, decoded } of entriesOf(segment)) {
      const age = { cutoff, keepMs: this.#options.keepMs };
      if (decoded.ok && isInForce(decoded.record, position, this.#parts.tables)) {
        if (!(await this.#renew(position, decoded, cutoff))) return false;
        isWhole = false;
      } else if (!(await isClosed(decoded, age, this.#parts))) return false;
    }
    return isWhole;
  }

  /** Says again what this node said long ago and what still holds: at the next look the log ends behind it. */
  async #renew({ origin, epoch, seq }: Position, decoded: Decoded & { ok: true }, cutoff: number): Promise<boolean> {
    const { replica } = this.#parts;
    const length = replica.have().find((log) => log[0] === origin && log[1] === epoch)?.[2] ?? 0;
    // The log of an earlier boot grows no more: nothing of it has to stay behind.
    const isRecent = epoch === replica.epoch && length - seq <= RENEWED_BEHIND;
    if (origin !== this.#options.self || decoded.record.at > cutoff || isRecent) return false;
    await replica.append(decoded.record);
    return true;
  }

  async #cut(chunk: readonly Batch[]): Promise<[]> {
    const last = chunk.at(-1);
    if (last === undefined) return [];
    await this.#parts.replica.cut(last.head, (rows) => {
      const cut = new CutRows();
      for (const { position, decoded } of chunk.flatMap(entriesOf)) cut.add(position, decoded, rows);
      return cut.ops(rows);
    });
    return [];
  }
}

function entriesOf({ head, from, records }: Batch) {
  return records.map((bytes, i) => {
    const position: Position = { origin: head.origin, epoch: head.epoch, seq: from + i };
    return { position, decoded: decodeRecord(bytes) };
  });
}

function recordsIn(batches: readonly Batch[]): number {
  return batches.reduce((sum, { records }) => sum + records.length, 0);
}
