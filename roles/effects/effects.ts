import { type EffectRef, effectKey } from '../../protocols/effects.ts';
import { asMeshError, hasCode, MeshError } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import type { Marker } from '../../protocols/marker.ts';
import { backoffMs } from '../policy/backoff.ts';
import type {
  ConvergingAdapter,
  Effect,
  EffectAdapters,
  EffectDesk,
  EffectKind,
  ExactAdapter,
  Performed,
} from '../ports/effects.ts';
import type { Meter, Runtime } from '../ports/runtime.ts';
import { keepLowest } from './keep-lowest.ts';
import type { Act, EffectLedger } from './ledger.ts';

export interface EffectsOptions {
  readonly self: PeerId;
  /** How often one execution asks the outside before it gives the task back. Default 3: later tries are the task's (W4). */
  readonly tries?: number;
}

export interface EffectsParts {
  readonly adapters: EffectAdapters;
  readonly ledger: EffectLedger;
  /** Looks again later at what may come to stand there twice. */
  readonly watch: (act: Act) => void;
  readonly runtime: Pick<Runtime, 'after' | 'random' | 'log'>;
  readonly meter: Meter;
}

const TRIES = 3;

/** One way through an effect: how each of its steps is asked. */
interface Call {
  readonly act: Act;
  readonly effect: Effect;
  readonly marker: Marker;
  readonly signal: AbortSignal;
}

interface Ending {
  readonly ref: EffectRef;
  readonly removed: number;
}

/**
 * Performs effects (E1, E2). The order is what makes a crash between any two steps harmless: `intended` on disk → look, if
 * anybody may have written before → write → look, keep the lowest, take the others away → `effect` on disk.
 */
export class Effects implements EffectDesk {
  readonly #options: EffectsOptions;
  readonly #parts: EffectsParts;

  constructor(options: EffectsOptions, parts: EffectsParts) {
    this.#options = options;
    this.#parts = parts;
  }

  serves(kind: EffectKind): boolean {
    return this.#parts.adapters[kind] !== undefined;
  }

  async perform(effect: Effect, signal: AbortSignal): Promise<Performed> {
    const { eventId, slot, name, kind, target, hops } = effect;
    const act: Act = { eventId, slot, key: effectKey(eventId, slot, name), kind, target };
    const { ledger, meter } = this.#parts;
    const before = ledger.look(act);
    if (before.ref !== undefined) {
      meter.count('mindmesh_effects_total', { kind, outcome: 'repeated' });
      return { key: act.key, ref: before.ref, outcome: 'repeated' };
    }
    const call = { act, effect, marker: { hops, key: act.key }, signal };
    try {
      const isDoubtful = effect.isRepeat || before.intents > 0;
      const { ref, removed } = await this.#ask(call, isDoubtful);
      await ledger.record(act, ref, removed);
      // Somebody may have had the same in mind meanwhile, and what was sent may still be on its way.
      if (ledger.look(act).intents > 1 || effect.isRepeat) this.#parts.watch(act);
      meter.count('mindmesh_effects_total', { kind, outcome: 'performed' });
      return { key: act.key, ref, outcome: 'performed' };
    } catch (error) {
      meter.count('mindmesh_effects_total', { kind, outcome: isRefusal(error) ? 'refused' : 'unclear' });
      throw error;
    }
  }

  #ask(call: Call, isDoubtful: boolean): Promise<Ending> {
    const { kind } = call.effect;
    const adapter = this.#parts.adapters[kind];
    if (adapter === undefined) throw new MeshError('effect-unserved', { kind });
    return adapter.class === 'exact' ? this.#create(adapter, call) : this.#converge(adapter, call, isDoubtful);
  }

  async #create(adapter: ExactAdapter, call: Call): Promise<Ending> {
    const { act, effect, marker, signal } = call;
    await this.#parts.ledger.intend(act);
    return this.#trying(call, async () => {
      const answer = await adapter.create(act.target, marker, effect.body, signal);
      if (answer.outcome !== 'conflict') return { ref: answer.ref, removed: 0 };
      throw new MeshError('effect-conflict', { kind: act.kind, key: act.key, problem: answer.problem });
    });
  }

  async #converge(adapter: ConvergingAdapter, call: Call, isDoubtful: boolean): Promise<Ending> {
    const { act, effect, marker, signal } = call;
    let mayBeThere = isDoubtful;
    return this.#trying(call, async () => {
      // Before every write, so that a second one is known as such after a crash too.
      await this.#parts.ledger.intend(act);
      const found = mayBeThere ? await this.#keep(adapter, call) : undefined;
      if (found?.ref !== undefined) return { ref: found.ref, removed: found.removed };
      mayBeThere = true;
      const written = await adapter.write(act.target, marker, effect.body, signal);
      const kept = await this.#keep(adapter, call);
      // A list that lags behind shows nothing yet.
      return { ref: kept.ref ?? written, removed: kept.removed };
    });
  }

  async #keep(adapter: ConvergingAdapter, { act, effect, signal }: Call) {
    const kept = await keepLowest(adapter, act, signal);
    if (kept.removed > 0)
      this.#parts.meter.count('mindmesh_effects_surplus_total', { kind: effect.kind }, kept.removed);
    return kept;
  }

  /** What the outside refused stays refused; everything else is asked again, a few times. */
  async #trying<T>({ act, signal }: Call, step: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await step();
      } catch (error) {
        if (isRefusal(error) || signal.aborted || tries >= (this.#options.tries ?? TRIES)) throw error;
        const { code, message } = asMeshError(error);
        this.#parts.runtime.log.warn({ ...act, code, problem: message }, 'effect unclear');
        await this.#wait(backoffMs(tries, this.#parts.runtime.random()), signal);
      }
    }
  }

  #wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const cancel = this.#parts.runtime.after(ms, end);
      signal.addEventListener('abort', end, { once: true });
    });
  }
}

/** The outside heard and said no, or we did: what nobody expected tells nothing of what was heard. */
function isRefusal(error: unknown): boolean {
  return error instanceof MeshError && !error.retryable && !hasCode(error, 'internal');
}
