import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Budgets, findShortage, type Limit, pursesOf } from '../../../../roles/models/budget.ts';
import type { Amount } from '../../../../roles/models/cost.ts';

const NONE: Budgets = { generals: {}, repositories: {} };
const WHO = { general: 'security-general', repository: 'acme/app' };

interface PurseCase {
  readonly id: string;
  readonly budgets: Partial<Budgets>;
  readonly who?: Partial<typeof WHO>;
  readonly purses: readonly (readonly [scope: string, name: string, limit: Limit])[];
}

const PURSES: readonly PurseCase[] = [
  { id: 'no budget is no purse', budgets: {}, purses: [] },
  { id: 'the day', budgets: { day: { usd: 1 } }, purses: [['day', '', { usd: 1 }]] },
  {
    id: 'every general alike',
    budgets: { perGeneral: { tokens: 5 } },
    purses: [['general', 'security-general', { tokens: 5 }]],
  },
  {
    id: 'its own limit beats that of every general',
    budgets: { perGeneral: { tokens: 5 }, generals: { 'security-general': { usd: 2 } } },
    purses: [['general', 'security-general', { usd: 2 }]],
  },
  { id: 'the limit of another general', budgets: { generals: { 'x-general': { usd: 2 } } }, purses: [] },
  {
    id: 'a repository',
    budgets: { perRepository: { usd: 1 }, repositories: { 'acme/other': { usd: 9 } } },
    purses: [['repository', 'acme/app', { usd: 1 }]],
  },
  {
    id: 'an event of no repository',
    budgets: { perRepository: { usd: 1 } },
    who: { repository: '' },
    purses: [],
  },
  {
    id: 'all of them at once',
    budgets: { day: { usd: 3 }, perGeneral: { usd: 2 }, perRepository: { usd: 1 } },
    purses: [
      ['day', '', { usd: 3 }],
      ['general', 'security-general', { usd: 2 }],
      ['repository', 'acme/app', { usd: 1 }],
    ],
  },
];
for (const { id, budgets, who, purses } of PURSES) {
  test(`models / budget / purses: ${id}`, () => {
    const found = pursesOf({ ...WHO, ...who }, { ...NONE, ...budgets });
    assert.deepEqual(
      found.map(({ scope, name, limit }) => [scope, name, limit]),
      purses,
    );
  });
}

interface LimitCase {
  readonly id: string;
  readonly limit: Limit;
  readonly used: Amount;
  readonly most: Amount;
  readonly short?: readonly [what: string, left: number];
}

const dollars = (usd: number, tokens = 0): Amount => ({ nanoUsd: usd * 1e9, tokens });
const LIMITS: readonly LimitCase[] = [
  { id: 'fits', limit: { usd: 1 }, used: dollars(0.5), most: dollars(0.4) },
  { id: 'fits exactly', limit: { usd: 1 }, used: dollars(0.75), most: dollars(0.25) },
  {
    id: 'a billionth too much',
    limit: { usd: 1 },
    used: dollars(0.75),
    most: { nanoUsd: 250_000_001, tokens: 0 },
    short: ['usd', 0.25],
  },
  { id: 'nothing is left', limit: { usd: 1 }, used: dollars(1), most: dollars(0.1), short: ['usd', 0] },
  { id: 'overspent by another node', limit: { usd: 1 }, used: dollars(7), most: dollars(0.1), short: ['usd', 0] },
  { id: 'a free model when the money is gone', limit: { usd: 1 }, used: dollars(1), most: dollars(0, 500) },
  { id: 'a limit of nothing', limit: { usd: 0 }, used: dollars(0), most: dollars(0.1), short: ['usd', 0] },
  { id: 'tokens fit', limit: { tokens: 100 }, used: dollars(9, 60), most: dollars(9, 40) },
  { id: 'tokens do not', limit: { tokens: 100 }, used: dollars(0, 60), most: dollars(0, 41), short: ['tokens', 40] },
  {
    id: 'money is named first',
    limit: { usd: 1, tokens: 1 },
    used: dollars(1),
    most: dollars(1, 9),
    short: ['usd', 0],
  },
  { id: 'no limit', limit: {}, used: dollars(1e6, 1e9), most: dollars(1e6, 1e9) },
];
for (const { id, limit, used, most, short } of LIMITS) {
  test(`models / budget / ${id}`, () => {
    const shortage = findShortage(most, [{ scope: 'day', name: '', limit }], () => used);
    assert.deepEqual(shortage && [shortage.what, shortage.left], short);
  });
}
