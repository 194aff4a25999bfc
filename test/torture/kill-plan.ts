import type { Chance } from './chance.ts';
import type { Moment } from './outside.ts';

/** When a node is killed: at any time · in the middle of a start that follows a kill · around a write to the outside. */
export type KillMoment = 'any' | 'at-start' | Moment;

export interface PlannedKill {
  readonly node: string;
  readonly moment: KillMoment;
  /** How long it stays down, milliseconds. */
  readonly downMs: number;
}

/** At least a fifth of all kills are of the node that takes in. */
const INGEST_SHARE = 0.24;
/** Of the rest, those that work get more: most can go wrong there. */
const BOSS_SHARE = 0.25;
const AROUND_WRITES: readonly Moment[] = ['before-write', 'after-write', 'after-answer'];
const AT_START = 0.15;
const MOST_DOWN_MS = 500;

export interface KillPlanOptions {
  readonly kills: number;
  readonly ingest: string;
  readonly bosses: readonly string[];
  readonly hands: readonly string[];
  /** Are there writes to the outside to kill around? */
  readonly effects: boolean;
}

/** Who is killed, when, in which order: the whole list is fixed by the seed. */
export function planKills({ kills, ingest, bosses, hands, effects }: KillPlanOptions, chance: Chance): PlannedKill[] {
  const ofIngest = Math.ceil(kills * INGEST_SHARE);
  const ofBosses = Math.round((kills - ofIngest) * BOSS_SHARE);
  const who = Array.from({ length: kills }, (_, i) => {
    if (i < ofIngest) return { node: ingest, around: false };
    const isBoss = i < ofIngest + ofBosses;
    return { node: chance.pick(isBoss ? bosses : hands), around: effects && !isBoss };
  });
  return chance.shuffled(who).map(({ node, around }) => ({
    node,
    moment: around ? chance.pick(AROUND_WRITES) : chance.next() < AT_START ? 'at-start' : 'any',
    downMs: chance.between(0, MOST_DOWN_MS),
  }));
}
