import { compareText } from '../../protocols/ids.ts';
import type { Candidate } from '../../protocols/record.ts';
import { rendezvousWeight } from '../policy/rendezvous.ts';
import { hasRoom, hindranceOf, type Offering } from './offering.ts';

/** What a strategy knows beside the nodes. */
export interface SelectionContext {
  /** The event's org: work of another org's nodes goes other ways (W7). */
  readonly org: string;
  /** Where the deciding node is. */
  readonly region: string;
  /** Breaks ties, so that a retry finds the same order. */
  readonly subject: string;
  /** How often this general was chosen in turn. */
  readonly cursor: number;
  /** What the event asks for, as words that are compared with specialisations. */
  readonly wanted: readonly string[];
}

/** Higher is better, 0–1, and why. `pool` are the nodes it is compared with. */
export type Score = (
  offering: Offering,
  pool: readonly Offering[],
  context: SelectionContext,
) => { readonly score: number; readonly reason: string };

/** What a distribution lists of one slot at most: a record has 256 KiB, a line about 200 bytes, an event at most a few dozen slots. */
const MAX_CANDIDATES = 48;
/** Who a person set to busy comes after everybody else. */
const SET_BUSY_PENALTY = 1;

/**
 * Orders the nodes by score. Those that cannot be asked stay in the list without a rank, with the reason; so do full ones,
 * unless all are full: then they are asked when they have room.
 */
export function rankOfferings(
  offerings: readonly Offering[],
  score: Score,
  context: SelectionContext,
): readonly Candidate[] {
  const able = offerings.filter((each) => hindranceOf(each, context.org) === undefined);
  const roomy = able.filter(hasRoom);
  const pool = [...(roomy.length > 0 ? roomy : able)].sort((a, b) => compareText(a.peer, b.peer));
  const ranked = pool.map((each) => scored(each, pool, score, context)).sort(byScore(context.subject));
  const others = offerings.filter((each) => !pool.includes(each));
  return shortened([
    ...ranked.map((candidate, rank) => ({ ...candidate, rank })),
    ...others.map((each) => candidateOf(each, 0, hindranceOf(each, context.org) ?? fullness(each))),
  ]);
}

function scored(offering: Offering, pool: readonly Offering[], score: Score, context: SelectionContext): Candidate {
  const result = score(offering, pool, context);
  const notes = [
    result.reason,
    ...(hasRoom(offering) ? [] : [`${fullness(offering)}: asked when it has room`]),
    ...(offering.status === 'busy' ? ['set busy by a person: asked last'] : []),
  ];
  const value = result.score - (offering.status === 'busy' ? SET_BUSY_PENALTY : 0);
  return candidateOf(offering, Math.round(value * 10_000) / 10_000, notes.join('; '));
}

function byScore(subject: string): (a: Candidate, b: Candidate) => number {
  return (a, b) =>
    b.score - a.score || compareText(rendezvousWeight(subject, b.peer), rendezvousWeight(subject, a.peer));
}

function candidateOf({ peer, cluster }: Offering, score: number, reason: string): Candidate {
  return { peer, cluster, score, reason };
}

function fullness({ load, capacity }: Offering): string {
  return `full: ${load}/${capacity}`;
}

function shortened(candidates: readonly Candidate[]): readonly Candidate[] {
  if (candidates.length <= MAX_CANDIDATES) return candidates;
  const kept = candidates.slice(0, MAX_CANDIDATES);
  const last = kept.at(-1);
  if (last === undefined) return kept;
  const more = `${last.reason}; ${candidates.length - MAX_CANDIDATES} more are not listed`;
  return [...kept.slice(0, -1), { ...last, reason: more }];
}
