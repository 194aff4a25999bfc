import type { EffectLedger } from '../../../roles/effects/ledger.ts';
import type { Plant } from './plants.ts';

/** The memory of effects; with one plant a file beside the log says that something was done. */
export function plantedLedger(plant: Plant | undefined, ledger: EffectLedger, flags: Set<string>): EffectLedger {
  if (plant !== 'flag beside the log') return ledger;
  return {
    // A flag is set or it is not: it cannot say "meant to".
    look: (act) => (flags.has(act.key) ? { intents: 1, by: [], ref: { id: 'as the flag says' } } : ledger.look(act)),
    intend: async (act) => {
      flags.add(act.key);
      await ledger.intend(act);
    },
    record: (act, ref, removed) => ledger.record(act, ref, removed),
    doubtful: (since) => ledger.doubtful(since),
  };
}
