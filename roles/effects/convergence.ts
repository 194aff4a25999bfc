import { messageOf } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import type { EffectAdapters, EffectKind } from '../ports/effects.ts';
import type { Committed, Journal } from '../ports/journal.ts';
import type { Meter, Runtime } from '../ports/runtime.ts';
import { keepLowest } from './keep-lowest.ts';
import type { Act, EffectLedger } from './ledger.ts';

export interface ConvergenceOptions {
  readonly self: PeerId;
  /** When to look after a reason to doubt, in milliseconds from one another. Default 1 s, 15 s, 2 min. */
  readonly looksMs?: readonly number[];
}

export interface ConvergenceParts {
  readonly adapters: EffectAdapters;
  readonly ledger: EffectLedger;
  readonly journal: Journal;
  readonly runtime: Runtime;
  readonly meter: Meter;
}

/** Soon, for what is there already; again, for a request that was still on its way when its sender died. */
const LOOKS_MS = [1_000, 15_000, 120_000] as const;
/** What was in doubt so long ago was looked at by an earlier boot, or will come to nobody's mind: an hour of wall clock. */
const REMEMBERED_MS = 3_600_000;

interface Watch {
  readonly act: Act;
  readonly cancel: () => void;
}

/**
 * Two nodes may both have written: in a partition, or when one took over from another that was only slow. Whoever learns of
 * the other looks again and brings it back to one (E2). It never writes: what a person took away stays away.
 */
export class Convergence {
  readonly #options: ConvergenceOptions;
  readonly #parts: ConvergenceParts;
  readonly #watched = new Map<string, Watch>();
  readonly #stopping = new AbortController();
  readonly #looking = new Set<Promise<void>>();

  constructor(options: ConvergenceOptions, parts: ConvergenceParts) {
    this.#options = options;
    this.#parts = parts;
    parts.journal.onCommit((entries) => this.#onCommit(entries));
  }

  /** Takes up what an earlier boot left in doubt. */
  async start(): Promise<void> {
    const { ledger, runtime } = this.#parts;
    for (const act of await ledger.doubtful(runtime.wall() - REMEMBERED_MS)) this.watch(act);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const { cancel } of this.#watched.values()) cancel();
    this.#watched.clear();
    await Promise.allSettled(this.#looking);
  }

  /** Looks at it a few times from now on. A new reason begins anew. */
  watch(act: Act): void {
    const isConverging = this.#adapterOf(act) !== undefined;
    if (isConverging && !this.#stopping.signal.aborted) this.#lookAt(act, this.#options.looksMs ?? LOOKS_MS);
  }

  #onCommit(entries: readonly Committed[]): void {
    for (const { position, decoded } of entries) {
      if (position.origin === this.#options.self || !decoded.ok) continue;
      const { record } = decoded;
      if (record.type !== 'intended' && record.type !== 'effect') continue;
      if (this.#parts.ledger.look(record).by.includes(this.#options.self)) this.watch(record);
    }
  }

  #lookAt(act: Act, [ms, ...further]: readonly number[]): void {
    this.#watched.get(act.key)?.cancel();
    this.#watched.delete(act.key);
    if (ms === undefined) return;
    const cancel = this.#parts.runtime.after(ms, () => {
      this.#lookAt(act, further);
      this.#track(this.#look(act));
    });
    this.#watched.set(act.key, { act, cancel });
  }

  async #look(act: Act): Promise<void> {
    const { ledger, meter, runtime } = this.#parts;
    const adapter = this.#adapterOf(act);
    if (adapter === undefined) return;
    try {
      const { ref, removed } = await keepLowest(adapter, act, this.#stopping.signal);
      const told = ledger.look(act).ref;
      if (removed > 0) meter.count('mindmesh_effects_surplus_total', { kind: act.kind }, removed);
      // Nothing was said of it yet only while its task is under way, which will say it.
      if (ref !== undefined && told !== undefined && (removed > 0 || told.id !== ref.id)) {
        await ledger.record(act, ref, removed);
      }
    } catch (error) {
      if (!this.#stopping.signal.aborted) {
        runtime.log.warn({ ...act, problem: messageOf(error) }, 'effect could not be looked at');
      }
    }
  }

  #adapterOf({ kind }: Act) {
    const adapter = this.#parts.adapters[kind as EffectKind];
    return adapter?.class === 'converging' ? adapter : undefined;
  }

  #track(look: Promise<void>): void {
    this.#looking.add(look);
    void look.finally(() => this.#looking.delete(look));
  }
}
