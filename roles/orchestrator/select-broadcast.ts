import { compareText } from '../../protocols/ids.ts';
import type { Candidate } from '../../protocols/record.ts';
import { hindranceOf, type Offering } from './offering.ts';
import { rankOfferings, type SelectionContext } from './rank.ts';
import { scoreByLoad } from './select-load-balanced.ts';
import type { Selection } from './selection.ts';

/** The general in every cluster that offers it; within a cluster its least loaded node (F02, W6). */
export function selectBroadcast(offerings: readonly Offering[], context: SelectionContext): Selection {
  const own = offerings.filter(({ org }) => org === context.org);
  const clusters = [...new Set(own.map(({ cluster }) => cluster))].sort(compareText);
  const parts = clusters.map((cluster) => {
    const here = own.filter((each) => each.cluster === cluster);
    return { cluster, here, candidates: rankOfferings(here, scoreByLoad, context) };
  });
  // A cluster where a person took the general out is not chosen and not waited for.
  const wanted = parts.filter(({ here }) => here.some(({ status }) => status !== 'inactive'));
  const aside = [
    ...parts.filter((part) => !wanted.includes(part)).flatMap((part) => part.candidates),
    ...foreign(offerings, context),
  ];
  const [first, ...rest] = wanted.map(({ cluster, candidates }) => ({ cluster, candidates }));
  return first === undefined
    ? { parts: [{ candidates: aside }] }
    : { parts: [{ ...first, candidates: [...first.candidates, ...aside] }, ...rest] };
}

function foreign(offerings: readonly Offering[], { org }: SelectionContext): Candidate[] {
  return offerings
    .filter((each) => each.org !== org)
    .map((each) => ({
      peer: each.peer,
      cluster: each.cluster,
      score: 0,
      reason: hindranceOf(each, org) ?? 'foreign',
    }));
}
