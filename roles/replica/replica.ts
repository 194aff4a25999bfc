import { hasCode, MeshError, messageOf } from '../../protocols/errors.ts';
import { type Epoch, type EventId, type LogId, logKey, type PeerId, type Position } from '../../protocols/ids.ts';
import { LIMITS } from '../../protocols/names.ts';
import type { NodeCard } from '../../protocols/presence.ts';
import { type Decoded, decodeRecord, type MeshRecord, type SignedHead } from '../../protocols/record.ts';
import type { Batch, Disk } from '../ports/disk.ts';
import type { Committed, Journal } from '../ports/journal.ts';
import type { Identity, Meter, Runtime } from '../ports/runtime.ts';
import { type TableOp, type Tables, tableKey } from '../ports/tables.ts';
import { Backlog } from './backlog.ts';
import { CachedRows } from './cached-rows.ts';
import { signHead } from './chain.ts';
import { bytesOf } from './check-batch.ts';
import { CommitQueue } from './commit-group.ts';
import { Draft } from './draft.ts';
import { openBelow, rowsOfEvent } from './expire.ts';
import { type Change, contentOf, entriesOf, type GroupContent, type Item } from './group.ts';
import { type Digest, Heads, type LogEnd } from './heads.ts';
import { Intake } from './intake.ts';
import { OwnLog, type OwnLogParts, positionOf } from './own-log.ts';
import { type Projection, put } from './projection.ts';
import { Projector } from './projector.ts';
import { catchUpProjections } from './rebuild.ts';
import { RenouncedLogs } from './renounced-logs.ts';
import { measureCommit, type ReplicaStats, statsOf } from './replica-stats.ts';
import { getRow } from './rows.ts';

export interface ReplicaOptions {
  /** Written as the first record of every epoch (L1). */
  readonly card: NodeCard;
}

export interface ReplicaParts {
  readonly disk: Disk;
  readonly tables: Tables;
  readonly identity: Identity;
  readonly runtime: Runtime;
  readonly projections: readonly Projection[];
  readonly meter: Meter;
  /** Another rule for the epoch of a boot, planted by a test. */
  readonly epochAfter?: OwnLogParts['epochAfter'];
}

/**
 * What became of a batch: written and synced · known already · it begins behind what is here, so something is missing ·
 * its log is quarantined and it was dropped.
 */
export type Applied = 'applied' | 'known' | 'gap' | 'quarantined';

const READ = { records: LIMITS.groupRecords, bytes: LIMITS.groupBytes };

/** All logs this node holds, its own among them, and the tables made from them (rule L1–L9). */
export class Replica implements Journal {
  readonly #parts: ReplicaParts;
  readonly #heads = new Heads();
  readonly #queue: CommitQueue<Item>;
  readonly #own: OwnLog;
  readonly #rows: CachedRows;
  readonly #intake: Intake;
  readonly #projector: Projector;
  readonly #backlog: Backlog;
  readonly #commitListeners: ((entries: readonly Committed[]) => void)[] = [];
  readonly #joinListeners: ((entries: readonly Committed[]) => readonly MeshRecord[])[] = [];
  readonly #growthListeners: ((heads: readonly SignedHead[]) => void)[] = [];
  readonly #forgottenListeners: ((events: readonly EventId[]) => void)[] = [];
  readonly #fatalListeners: ((error: unknown) => void)[] = [];
  readonly #renounced: RenouncedLogs;
  #state: 'built' | 'running' | 'stopped' = 'built';

  constructor(options: ReplicaOptions, parts: ReplicaParts) {
    const { identity, runtime, disk, projections, epochAfter } = parts;
    this.#parts = parts;
    this.#rows = new CachedRows(parts.tables);
    this.#queue = new CommitQueue({ soon: runtime.soon }, (items) => this.#commit(items));
    this.#own = new OwnLog(options.card, { heads: this.#heads, identity, runtime, epochAfter });
    this.#backlog = new Backlog({
      disk,
      runtime,
      expectedLengthOf: (log) => this.expectedLengthOf(log),
      project: (batch) => this.#projectLate(batch),
      onFailure: (error) => this.#fail(error),
    });
    this.#renounced = new RenouncedLogs({ journal: this, tables: parts.tables, runtime });
    this.#intake = new Intake({ heads: this.#heads, own: this.#own, disk, identity, backlog: this.#backlog });
    this.#projector = new Projector({
      self: identity.peer,
      projections,
      onFault: (fault) => {
        parts.meter.count('mindmesh_projection_faults_total', { projection: fault.projection });
        runtime.log.error(fault, 'projection failed on a record');
      },
    });
  }

  /** The epoch of this boot, settled by `start`. Its log exists from the first append on. */
  get epoch(): Epoch {
    return this.#own.epoch;
  }

  /** Reads the heads and brings the tables to the end of the logs. */
  async start(): Promise<void> {
    const { disk, tables, runtime } = this.#parts;
    const rebuilt = await catchUpProjections({ disk, tables, projector: this.#projector });
    if (rebuilt.length > 0) runtime.log.info({ projections: rebuilt }, 'projections made anew');
    for (const head of await disk.heads()) this.#heads.load(head);
    for (const floor of await disk.floors()) this.#heads.open(floor).floor = floor;
    for (const state of this.#heads.all()) {
      state.quarantined = getRow(tables, 'quarantine', tableKey(state.log.origin, state.log.epoch)) !== undefined;
    }
    this.#own.beginAnew();
    this.#state = 'running';
    for (const { log, quarantined } of this.#heads.all()) if (quarantined) void this.renounce(log);
  }

  /** Takes nothing more in and resolves when what was taken is synced. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#backlog.stop();
    await this.#queue.idle();
  }

  async append(record: MeshRecord, encoded?: Uint8Array): Promise<Position> {
    this.#assertRunning();
    const items = this.#own.add(record, encoded);
    const last = items[items.length - 1] as (typeof items)[number];
    // Nearly always it is one: a promise over all would cost more than the wait.
    if (items.length === 1) await this.#queue.add(last);
    else await Promise.all(items.map((item) => this.#queue.add(item)));
    return positionOf(last);
  }

  /**
   * Checks a batch that a peer sent and writes it up to its head.
   * @throws MeshError `frame-malformed`, `record-too-large`, `chain-broken`, `head-forged`, `head-forked`.
   */
  async apply(batch: Batch, from: PeerId): Promise<Applied> {
    this.#assertRunning();
    const admitted = this.#intake.admit(batch, from);
    switch (admitted.kind) {
      case 'next':
        await this.#queue.add(admitted.item);
        return 'applied';
      case 'doubt':
        return this.#examine(batch, from);
      case 'gap':
      case 'quarantined':
        return admitted.kind;
    }
  }

  /**
   * A peer's log no longer reaches back to the end of ours: what it dropped is settled and old (L10), and we go on behind it. Of a
   * log that we have it says only that: an event below that is open here has ended in one that we went on behind.
   * @throws MeshError `head-forged`.
   */
  async jump(floor: SignedHead, from: PeerId): Promise<Applied> {
    this.#assertRunning();
    if (this.isQuarantined(floor)) return 'quarantined';
    this.#intake.verify(floor, from);
    if (this.#own.holds(floor) || this.expectedLengthOf(floor) >= floor.length) {
      await this.#forgetBelow(floor);
      return 'known';
    }
    this.#heads.open(floor).pending = { length: floor.length, hash: floor.hash };
    this.#own.returned(floor);
    this.#backlog.skip(floor, floor.length);
    await this.#queue.add({ kind: 'floor', head: floor, isJump: true, records: 0, bytes: 0 });
    await this.#forgetBelow(floor);
    return 'applied';
  }

  /** Told of events that this node took for open until it heard that nobody else does: nothing is to be done about them. */
  onForgotten(listener: (events: readonly EventId[]) => void): void {
    this.#forgottenListeners.push(listener);
  }

  /** Drops what lies before a head of a log that is here, and writes the rows that belong to that. */
  async cut(floor: SignedHead, change: Change): Promise<void> {
    this.#assertRunning();
    await this.#queue.add({ kind: 'floor', head: floor, isJump: false, change, records: 0, bytes: 0 });
  }

  /** Writes rows that belong to no record. */
  async note(ops: readonly TableOp[]): Promise<void> {
    this.#assertRunning();
    await this.#queue.add({ kind: 'note', ops, records: 0, bytes: 0 });
  }

  /** The head behind which a log begins here. */
  floorOf(log: LogId): SignedHead | undefined {
    return this.#heads.get(log)?.floor;
  }

  beforeCommit(listener: (entries: readonly Committed[]) => readonly MeshRecord[]): void {
    this.#joinListeners.push(listener);
  }

  /** Told of records once they are in the tables: of a bulk, that is some time after they are synced. */
  onCommit(listener: (entries: readonly Committed[]) => void): void {
    this.#commitListeners.push(listener);
  }

  /** Told of the new end of every log that grew on this disk, at once after the sync. */
  onGrowth(listener: (heads: readonly SignedHead[]) => void): void {
    this.#growthListeners.push(listener);
  }

  /** Everything that is synced here is in the tables: of all logs, or of one. */
  get isProjected(): boolean {
    return this.#backlog.isEmpty;
  }

  isLogProjected(log: LogId): boolean {
    return this.#backlog.isProjected(log);
  }

  /** Calls back once when nothing can be written any more: the process has to end (L8). */
  onFatal(listener: (error: unknown) => void): void {
    this.#fatalListeners.push(listener);
  }

  async read(position: Position): Promise<Decoded | undefined> {
    if (position.seq >= this.lengthOf(position)) return undefined;
    const bytes = await this.#parts.disk.record(position, position.seq);
    return bytes && decodeRecord(bytes);
  }

  /** How many records of a log are synced here. */
  lengthOf(log: LogId): number {
    return this.#heads.get(log)?.committed.length ?? 0;
  }

  /** How many there will be once everything that was checked is synced. */
  expectedLengthOf(log: LogId): number {
    return this.#heads.get(log)?.pending.length ?? 0;
  }

  isQuarantined(log: LogId): boolean {
    return this.#heads.get(log)?.quarantined ?? false;
  }

  /** Every log and its synced end, as a reader says it to a writer. */
  have(): readonly LogEnd[] {
    return this.#heads.have();
  }

  /** The same with closed epochs in short. */
  digest(): Digest {
    return this.#heads.digest();
  }

  /** The next synced batch of a log, at most one frame; undefined when there is none. */
  async readBatch(log: LogId, from: number): Promise<Batch | undefined> {
    return from < this.lengthOf(log) ? this.#parts.disk.read(log, from, READ) : undefined;
  }

  stats(): ReplicaStats {
    return statsOf({ heads: this.#heads, own: this.#own.log, tables: this.#parts.tables });
  }

  async #commit(items: readonly Item[]): Promise<void> {
    try {
      const started = this.#parts.runtime.monotonic();
      const entries = items.flatMap(entriesOf);
      const joined = this.#joined(items, entries);
      const content = contentOf([...items, ...joined], [...entries, ...joined.flatMap(entriesOf)], (log, tip) =>
        signHead(this.#parts.identity, log, tip),
      );
      const { batches, floors } = content;
      const ops = this.#opsOf(content);
      await this.#parts.disk.commit({ batches, floors, ops });
      this.#rows.written(ops);
      measureCommit(this.#parts.meter, content.entries, this.#parts.runtime.monotonic() - started);
      this.#tell(content);
      const deferred = items.flatMap((item) => (item.kind === 'received' && item.deferred ? [item.batch] : []));
      if (deferred.length > 0) this.#backlog.written(deferred);
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  /**
   * What listeners write with a group. Nobody is asked when records wait behind it, which have their places in the chain already,
   * or when it might get larger than a batch may be.
   */
  #joined(items: readonly Item[], entries: readonly Committed[]): readonly Item[] {
    const isLarge = sum(items, 'records') > LIMITS.groupRecords / 2 || sum(items, 'bytes') > LIMITS.groupBytes / 2;
    if (entries.length === 0 || isLarge || this.#queue.isAnyWaiting) return [];
    const joined: Item[] = [];
    for (const record of this.#joinListeners.flatMap((listener) => listener(entries))) {
      if (sum(joined, 'bytes') < LIMITS.groupBytes / 4) joined.push(...this.#join(record));
    }
    return joined;
  }

  /** What cannot be written here is left to whoever follows the commit. */
  #join(record: MeshRecord): readonly Item[] {
    try {
      return this.#own.add(record);
    } catch (error) {
      this.#parts.runtime.log.error({ type: record.type, problem: messageOf(error) }, 'record left out of its group');
      return [];
    }
  }

  #tell({ ends, floors, entries }: GroupContent): void {
    for (const head of ends) this.#heads.commit(head);
    for (const floor of floors) this.#heads.open(floor).floor = floor;
    if (ends.length > 0) for (const listener of this.#growthListeners) listener(ends);
    if (entries.length > 0) for (const listener of this.#commitListeners) listener(entries);
  }

  #projectLate(batch: Batch): Promise<void> {
    const { records } = batch;
    return this.#queue.add({ kind: 'late', batch, records: records.length, bytes: bytesOf(records) });
  }

  /** Runs after the group before it is in the tables, so that it reads what that one wrote. */
  #opsOf({ entries, projected, ops, changes }: GroupContent) {
    const draft = new Draft(this.#rows);
    for (const { position, decoded } of entries) this.#projector.project(position, decoded, draft);
    for (const head of projected) draft.apply([this.#projector.reached(head, head.length)]);
    draft.apply(ops);
    for (const change of changes) draft.apply(change(draft));
    return draft.ops();
  }

  async #examine(batch: Batch, from: PeerId): Promise<Applied> {
    try {
      return await this.#intake.examine(batch, from);
    } catch (error) {
      if (hasCode(error, 'head-forked')) await this.#quarantine(batch, from);
      throw error;
    }
  }

  async #quarantine({ head }: Batch, from: PeerId): Promise<void> {
    const state = this.#heads.open(head);
    if (state.quarantined) return;
    state.quarantined = true;
    const { meter, runtime } = this.#parts;
    meter.count('mindmesh_log_forks_total');
    runtime.log.error({ log: logKey(head), length: head.length, from }, 'two signed heads of one log disagree');
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    const row = {
      at: runtime.wall(),
      length: head.length,
      ours: hex(state.pending.hash),
      theirs: hex(head.hash),
      from,
    };
    void this.renounce(head);
    const ops = [put('quarantine', tableKey(head.origin, head.epoch), row)];
    await this.note(ops);
  }

  async #forgetBelow(floor: SignedHead): Promise<void> {
    const { tables } = this.#parts;
    const forgotten = await openBelow(floor, tables);
    if (forgotten.length === 0) return;
    await this.note((await Promise.all(forgotten.map((id) => rowsOfEvent(id, tables)))).flat());
    for (const listener of this.#forgottenListeners) listener(forgotten);
  }

  /**
   * One of our own logs is of no use any more: two heads of it disagree, here or at a peer that takes no more of it (L2). What
   * follows goes to a new one, and what it says of open events is written there anew. Once a log; never rejects.
   */
  async renounce(log: LogId): Promise<void> {
    if (log.origin !== this.#parts.identity.peer) return;
    if (this.#own.holds(log)) this.#own.beginAnew();
    await this.#renounced.add(log);
  }

  /** Where a record of ours lies that others can have: another place once its log was given up. */
  placeOf(position: Position): Position {
    return this.#renounced.placeOf(position);
  }

  #fail(error: unknown): void {
    this.#queue.fail(error);
    this.#parts.runtime.log.error({ error }, 'the log cannot be written any more');
    for (const listener of this.#fatalListeners.splice(0)) listener(error);
  }

  #assertRunning(): void {
    if (this.#state === 'running') return;
    throw new MeshError('overloaded', { reason: 'its log is closed' });
  }
}

function sum(items: readonly Item[], what: 'records' | 'bytes'): number {
  return items.reduce((total, item) => total + item[what], 0);
}
