import type { Score } from './rank.ts';
import { scoreByLoad } from './select-load-balanced.ts';

/** Nine parts fit, one part load: a node that fits better is worth waiting for. */
const FIT_WEIGHT = 0.9;

/** The node whose specialisations cover most of what is wanted; the less loaded of equals. */
export const scoreByFit: Score = (offering, pool, context) => {
  const wanted = [...new Set(context.wanted.map(word))];
  const has = new Set(offering.specialisations.map(word));
  const fitting = wanted.filter((each) => has.has(each));
  const fit = wanted.length === 0 ? 0 : fitting.length / wanted.length;
  const load = scoreByLoad(offering, pool, context);
  return {
    score: FIT_WEIGHT * fit + (1 - FIT_WEIGHT) * load.score,
    reason: `${fitting.length > 0 ? `fits ${fitting.join(', ')}` : 'fits nothing that is wanted'}; ${load.reason}`,
  };
};

/** `Code review`, `code-review` and `code_review` are one word. */
function word(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
}
