import type { PeerId } from '../../protocols/ids.ts';
import type { EffectAdapters, EffectDesk } from '../ports/effects.ts';
import type { Journal } from '../ports/journal.ts';
import type { Meter, Runtime } from '../ports/runtime.ts';
import type { Tables } from '../ports/tables.ts';
import { Convergence, type ConvergenceOptions } from './convergence.ts';
import { Effects, type EffectsOptions } from './effects.ts';
import { type EffectLedger, LogLedger } from './ledger.ts';

export interface AssembledParts {
  readonly adapters: EffectAdapters;
  readonly journal: Journal;
  readonly tables: Tables;
  readonly runtime: Runtime;
  readonly meter: Meter;
  /** Default: the log. A test may plant another, to see that it is found out. */
  readonly ledger?: EffectLedger;
}

export interface Assembled {
  readonly desk: EffectDesk;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** All that a node needs to do effects: who performs them, and who looks again. */
export function assembleEffects(
  options: EffectsOptions & ConvergenceOptions & { readonly self: PeerId },
  parts: AssembledParts,
): Assembled {
  const ledger = parts.ledger ?? new LogLedger({ self: options.self }, parts);
  const convergence = new Convergence(options, { ...parts, ledger });
  const desk = new Effects(options, { ...parts, ledger, watch: (act) => convergence.watch(act) });
  return { desk, start: () => convergence.start(), stop: () => convergence.stop() };
}
