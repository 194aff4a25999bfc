import type { Committed, Journal } from '../../roles/ports/journal.ts';
import { eventIdOfRecord } from '../../roles/replica/story.ts';
import { monotonicMs } from '../monotonic.ts';
import type { Traced } from './messages.ts';

/** Notes when records are committed at a node. Costs nothing while it is off. */
export class CommitTrace {
  #types: ReadonlySet<string> | undefined;
  #events = new Map<string, Record<string, number>>();

  constructor(journal: Pick<Journal, 'onCommit'>) {
    journal.onCommit((entries) => this.#note(entries));
  }

  begin(types: readonly string[]): void {
    this.#types = new Set(types);
    this.#events = new Map();
  }

  end(): Traced {
    this.#types = undefined;
    return { events: this.#events };
  }

  #note(entries: readonly Committed[]): void {
    if (this.#types === undefined) return;
    const now = monotonicMs();
    for (const { decoded } of entries) {
      if (!decoded.ok || !this.#types.has(decoded.record.type)) continue;
      const id = eventIdOfRecord(decoded.record);
      if (id === undefined) continue;
      const times = this.#events.get(id) ?? {};
      times[decoded.record.type] ??= now;
      this.#events.set(id, times);
    }
  }
}
