import type { Strategy } from '../../protocols/dispatch.ts';
import type { Offering } from './offering.ts';
import { rankOfferings, type Score, type SelectionContext } from './rank.ts';
import { selectBroadcast } from './select-broadcast.ts';
import { scoreByFit } from './select-capability.ts';
import { scoreByLoad } from './select-load-balanced.ts';
import { scoreByTurn } from './select-round-robin.ts';
import type { Selection } from './selection.ts';

export type Select = (offerings: readonly Offering[], context: SelectionContext) => Selection;

/** Which instance of a routed general gets the work. */
export const SELECTIONS: Readonly<Record<Strategy, Select>> = {
  broadcast: selectBroadcast,
  round_robin: selectOne(scoreByTurn),
  load_balanced: selectOne(scoreByLoad),
  capability: selectOne(scoreByFit),
};

function selectOne(score: Score): Select {
  return (offerings, context) => ({ parts: [{ candidates: rankOfferings(offerings, score, context) }] });
}
