import type { ActionRecord } from '../../protocols/agent-records.ts';
import { comparePositions, digestOf, type EventId, type PeerId, type SlotId } from '../../protocols/ids.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import { SESSION_STATE_BYTES, type SessionRecord } from '../../protocols/record.ts';
import type { Journal } from '../ports/journal.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Tables, tableKey } from '../ports/tables.ts';
import { getRow, type Row, rangeRows } from '../replica/rows.ts';
import { loadFacts } from '../replica/stories.ts';

/** The work a session is about. */
export interface SessionTask {
  readonly eventId: EventId;
  readonly slot: SlotId;
  readonly general: string;
  readonly subject: string;
}

/** Where a conversation is. */
export interface Checkpoint {
  /** The step that comes next. */
  readonly step: string;
  readonly turn: number;
  readonly state: unknown;
}

export interface SessionsParts {
  readonly journal: Journal;
  readonly tables: Tables;
  readonly runtime: Runtime;
}

/** A session that is taken up so often without finishing a step takes its process down, and is not taken up again. */
const MAX_RESUMES = 8;

/** The conversations of this node's generals: their memory is the log, so that they outlive the process. */
export class Sessions {
  readonly #self: PeerId;
  readonly #parts: SessionsParts;

  constructor(options: { readonly self: PeerId }, parts: SessionsParts) {
    this.#self = options.self;
    this.#parts = parts;
  }

  /**
   * The execution `attempt` of this node was cut off after a checkpoint: it goes on, and does not count as another one. One that
   * failed does not: its task was accepted again since.
   */
  canContinue(task: Pick<SessionTask, 'eventId' | 'slot'>, attempt: number): boolean {
    const row = this.#row(task);
    const accepted = getRow(this.#parts.tables, 'inbox', tableKey(task.eventId, task.slot));
    if (row === undefined || accepted === undefined || row.origin !== this.#self) return false;
    return row.attempt === attempt && row.resumed < MAX_RESUMES && comparePositions(row, accepted) > 0;
  }

  /** The session of an execution, with the newest checkpoint of whichever node made one. */
  async open(task: SessionTask, attempt: number): Promise<Session> {
    const row = this.#row(task);
    const decoded = row && (await this.#parts.journal.read(row));
    const record = decoded?.ok && decoded.record.type === 'session' ? decoded.record : undefined;
    return new Session({ task, attempt, ...(record && { last: record }) }, this.#parts);
  }

  /** Ends what a crash between the last records of a task left open. */
  async tidy(): Promise<void> {
    for (const [, row] of await rangeRows(this.#parts.tables, 'sessions')) {
      if (row.origin === this.#self && (await this.#isOver(row))) await (await this.open(row, row.attempt)).end();
    }
  }

  async #isOver({ eventId, slot }: Row<'sessions'>): Promise<boolean> {
    for (const type of ['done', 'superseded', 'dead'] as const) {
      if ((await loadFacts(eventId, this.#parts, [type, slot])).length > 0) return true;
    }
    return false;
  }

  #row({ eventId, slot }: Pick<SessionTask, 'eventId' | 'slot'>): Row<'sessions'> | undefined {
    return getRow(this.#parts.tables, 'sessions', tableKey(eventId, slot));
  }
}

interface SessionOptions {
  readonly task: SessionTask;
  readonly attempt: number;
  /** The newest checkpoint. */
  readonly last?: SessionRecord;
}

/** One conversation in one execution. */
export class Session {
  readonly #options: SessionOptions;
  readonly #parts: SessionsParts;
  #last: SessionRecord | undefined;

  constructor(options: SessionOptions, parts: SessionsParts) {
    this.#options = options;
    this.#parts = parts;
    this.#last = options.last;
  }

  get checkpoint(): Checkpoint | undefined {
    return this.#last && { step: this.#last.step, turn: this.#last.turn, state: this.#last.state };
  }

  /** The same execution goes on: recorded before it does, so that one which never gets further is known (W4). */
  async resume(): Promise<void> {
    if (this.#last === undefined) return;
    const { step, turn, resumed, state } = this.#last;
    await this.#append({ step, turn, resumed: resumed + 1, state });
  }

  /**
   * Resolves once the checkpoint is on disk, with what was done in the step. One that is too large is left out: a crash then
   * takes the step again.
   */
  async save({ step, turn, state }: Checkpoint, actions: readonly ActionRecord[] = []): Promise<void> {
    const bytes = Buffer.byteLength(JSON.stringify(state) ?? '');
    if (bytes <= SESSION_STATE_BYTES) {
      // In this order, so that no action of a finished step is missing; mostly in one commit group.
      await Promise.all([this.note(actions), this.#append({ step, turn, resumed: 0, state })]);
      return;
    }
    await this.note(actions);
    const { eventId, slot } = this.#options.task;
    this.#parts.runtime.log.warn({ eventId, slot, step, bytes, limit: SESSION_STATE_BYTES }, 'checkpoint too large');
  }

  /** What was done, for the audit. */
  async note(actions: readonly ActionRecord[]): Promise<void> {
    await Promise.all(actions.map((action) => this.#parts.journal.append(action)));
  }

  /** Nothing is recorded of a conversation that never had a checkpoint. */
  async end(): Promise<void> {
    if (this.#last === undefined) return;
    const { step, turn, resumed } = this.#last;
    await this.#append({ step, turn, resumed, endedAt: this.#now() });
  }

  async #append(fields: Pick<SessionRecord, 'step' | 'turn' | 'resumed' | 'state' | 'endedAt'>): Promise<void> {
    const { task, attempt } = this.#options;
    const { eventId, slot, general, subject } = task;
    const sessionId = this.#last?.sessionId ?? `ses-${digestOf([eventId, slot], 20)}`;
    const work = { v: WIRE_VERSION, at: this.#now(), eventId, slot, general, subject } as const;
    const record: SessionRecord = { ...work, type: 'session', sessionId, attempt, ...fields };
    await this.#parts.journal.append(record);
    this.#last = record;
  }

  #now(): number {
    return Math.max(0, Math.round(this.#parts.runtime.wall()));
  }
}
