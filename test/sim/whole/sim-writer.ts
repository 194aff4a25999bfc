import type { EventId, PeerId, SlotId } from '../../../protocols/ids.ts';
import { generalOfSlot } from '../../../protocols/ids.ts';
import { WIRE_VERSION } from '../../../protocols/names.ts';
import type { RunOutcome } from '../../../protocols/run.ts';
import type { EffectDesk } from '../../../roles/ports/effects.ts';
import type { Journal } from '../../../roles/ports/journal.ts';
import type { Runtime } from '../../../roles/ports/runtime.ts';
import { type Tables, tableKey } from '../../../roles/ports/tables.ts';
import { getRow, rangeRows } from '../../../roles/replica/rows.ts';
import { ONE_OF_THEM } from './routes.ts';
import type { SimBranches } from './sim-branches.ts';

export interface SimWriterOptions {
  readonly self: PeerId;
  /** Home of the repository. */
  readonly cluster: string;
}

export interface SimWriterParts {
  readonly journal: Journal;
  readonly tables: Tables;
  readonly runtime: Runtime;
  readonly effects: EffectDesk;
  readonly branches: SimBranches;
}

interface Run {
  readonly eventId: EventId;
  readonly slot: SlotId;
  readonly attempt: number;
  readonly branch: string;
}

const REPOSITORY = 'acme/app';
const LOOK_MS = 1_000;
/** So many looks it waits for its turn. */
const PATIENCE = 60;
const BRANCHES = 2;
/** The share of runs whose Job is gone before its end was seen. */
const VANISHES = 0.1;
const WORKS_MS = { from: 500, to: 8_000 } as const;

/**
 * In place of a coding agent: for some executions of this node it asks for a branch, waits until it is admitted, works from the
 * branch as it is then, and pushes. Requests, admission, records and the effect are the real ones.
 */
export class SimWriter {
  readonly #options: SimWriterOptions;
  readonly #parts: SimWriterParts;
  readonly #running = new Set<string>();

  constructor(options: SimWriterOptions, parts: SimWriterParts) {
    this.#options = options;
    this.#parts = parts;
    parts.journal.onCommit((entries) => {
      for (const { decoded, own } of entries) {
        if (!own || !decoded.ok) continue;
        const { record } = decoded;
        if (record.type === 'started' || record.type === 'accepted') this.#begin(record);
      }
    });
  }

  start(): void {
    void this.#endStrays()
      .catch(() => undefined)
      .finally(() => this.#parts.runtime.after(5 * LOOK_MS, () => this.start()));
  }

  #begin({ eventId, slot, attempt }: { eventId: EventId; slot: SlotId; attempt?: number | undefined }): void {
    if (attempt === undefined || generalOfSlot(slot) !== ONE_OF_THEM) return;
    const number = Number(eventId.split('-').at(-1));
    if (number % 3 !== 0) return;
    const run = { eventId, slot, attempt, branch: `b${number % BRANCHES}` };
    this.#running.add(keyOf(run));
    // A log that is closed takes nothing more: the next process of this node ends what is left.
    void this.#perform(run)
      .then((outcome) => (this.#parts.runtime.random() < VANISHES ? this.#vanish(run) : this.#end(run, outcome)))
      .catch(() => undefined);
  }

  async #perform(run: Run): Promise<RunOutcome> {
    const { journal, branches, effects, runtime } = this.#parts;
    const { cluster } = this.#options;
    const what = { repository: REPOSITORY, branches: [run.branch], cluster };
    await journal.append({ ...this.#head(run), type: 'run-requested', kind: 'code', ...what });
    if (!(await this.#admitted(run))) return 'cancelled';
    const base = branches.tip(run.branch);
    await this.#wait(WORKS_MS.from + runtime.random() * (WORKS_MS.to - WORKS_MS.from));
    const { eventId, slot, branch, attempt } = run;
    const target = { repository: REPOSITORY, branch };
    const work = { eventId, slot, hops: 1, isRepeat: attempt > 1 };
    const effect = { ...work, name: 'push', kind: 'branch', target, body: base } as const;
    return effects.perform(effect, new AbortController().signal).then(
      () => 'done' as const,
      // Somebody else has pushed meanwhile, or the server cannot be reached.
      () => 'failed' as const,
    );
  }

  async #admitted({ eventId, slot, attempt }: Run): Promise<boolean> {
    for (let looks = 0; looks < PATIENCE; looks++) {
      const row = getRow(this.#parts.tables, 'runs', tableKey(eventId, slot));
      if (row?.attempt === attempt && row.admitted !== undefined) return true;
      await this.#wait(LOOK_MS);
    }
    return false;
  }

  /** The Job was deleted after its TTL before anybody saw how it ended: all that is known is that it is gone. */
  async #vanish(run: Run): Promise<void> {
    this.#running.delete(keyOf(run));
  }

  async #end(run: Pick<Run, 'eventId' | 'slot' | 'attempt'>, outcome: RunOutcome): Promise<void> {
    await this.#parts.journal.append({ ...this.#head(run), type: 'run-ended', outcome });
    this.#running.delete(keyOf(run));
  }

  /** What an earlier process of this node had begun, whose agent died with it, and what vanished. */
  async #endStrays(): Promise<void> {
    for (const [key] of await rangeRows(this.#parts.tables, 'openRuns')) {
      const row = getRow(this.#parts.tables, 'runs', key);
      if (row?.requested?.origin === this.#options.self && !this.#running.has(keyOf(row)))
        await this.#end(row, 'failed');
    }
  }

  #head({ eventId, slot, attempt }: Pick<Run, 'eventId' | 'slot' | 'attempt'>) {
    return { v: WIRE_VERSION, at: Math.max(0, this.#parts.runtime.wall()), eventId, slot, attempt } as const;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#parts.runtime.after(ms, resolve);
    });
  }
}

function keyOf({ eventId, slot, attempt }: { eventId: EventId; slot: SlotId; attempt: number }): string {
  return `${eventId} ${slot} ${attempt}`;
}
