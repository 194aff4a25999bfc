import type { EffectRef } from '../../protocols/effects.ts';
import type { ConvergingAdapter } from '../ports/effects.ts';
import type { Act } from './ledger.ts';

export interface Kept {
  /** Absent when nothing with the key is there. */
  readonly ref?: EffectRef;
  readonly removed: number;
}

/**
 * Lists by key, keeps the lowest id and takes the others away. Whoever does it, at whatever moment: the lowest of all is the
 * lowest of every list it is on, so nobody ever removes it.
 */
export async function keepLowest(adapter: ConvergingAdapter, act: Act, signal: AbortSignal): Promise<Kept> {
  const [ref, ...surplus] = await adapter.list(act.target, act.key, signal);
  for (const { id } of surplus) await adapter.remove(act.target, id, signal);
  return { removed: surplus.length, ...(ref && { ref }) };
}
