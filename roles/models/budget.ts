import type { Spender } from '../ports/model.ts';
import { type Amount, NOTHING } from './cost.ts';

/** What may be spent on one day of UTC. What is not named has no limit. */
export interface Limit {
  readonly usd?: number;
  readonly tokens?: number;
}

export interface Budgets {
  /** Of the whole organisation. */
  readonly day?: Limit;
  /** Of each general, but those in `generals`. */
  readonly perGeneral?: Limit;
  readonly generals: Readonly<Record<string, Limit>>;
  /** Of each repository, but those in `repositories`. */
  readonly perRepository?: Limit;
  readonly repositories: Readonly<Record<string, Limit>>;
}

export const SCOPES = ['day', 'general', 'repository'] as const;
export type Scope = (typeof SCOPES)[number];

/** One purse that a call is paid from. */
export interface Purse {
  readonly scope: Scope;
  /** Of the general or the repository; empty for the day. */
  readonly name: string;
  readonly limit: Limit;
}

/** The purses of a spender that have a limit. Events of no repository are charged to none. */
export function pursesOf(spender: Pick<Spender, 'general' | 'repository'>, budgets: Budgets): readonly Purse[] {
  const { general, repository } = spender;
  const ofGeneral = budgets.generals[general] ?? budgets.perGeneral;
  const ofRepository = repository === '' ? undefined : (budgets.repositories[repository] ?? budgets.perRepository);
  return [
    ...(budgets.day ? [{ scope: 'day', name: '', limit: budgets.day } as const] : []),
    ...(ofGeneral ? [{ scope: 'general', name: general, limit: ofGeneral } as const] : []),
    ...(ofRepository ? [{ scope: 'repository', name: repository, limit: ofRepository } as const] : []),
  ];
}

/** Why a purse does not pay. */
export interface Shortage {
  readonly purse: Purse;
  readonly what: 'usd' | 'tokens';
  readonly limit: number;
  readonly left: number;
  readonly wanted: number;
}

/** The first purse that `most` does not fit into beside what is used of it; money is looked at before tokens. */
export function findShortage(
  most: Amount,
  purses: readonly Purse[],
  usedOf: (purse: Purse) => Amount,
): Shortage | undefined {
  for (const purse of purses) {
    const used = usedOf(purse);
    const { usd, tokens } = purse.limit;
    if (usd !== undefined && most.nanoUsd > 0) {
      const left = Math.max(0, Math.round(usd * NANO) - used.nanoUsd);
      if (most.nanoUsd > left) {
        return { purse, what: 'usd', limit: usd, left: left / NANO, wanted: most.nanoUsd / NANO };
      }
    }
    if (tokens !== undefined) {
      const left = Math.max(0, tokens - used.tokens);
      if (most.tokens > left) return { purse, what: 'tokens', limit: tokens, left, wanted: most.tokens };
    }
  }
  return undefined;
}

const NANO = 1e9;

export function add(a: Amount, b: Amount = NOTHING): Amount {
  return { nanoUsd: a.nanoUsd + b.nanoUsd, tokens: a.tokens + b.tokens };
}
