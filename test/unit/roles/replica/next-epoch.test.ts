import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochOf } from '../../../../protocols/ids.ts';
import { nextEpoch } from '../../../../roles/replica/next-epoch.ts';

const CHANCE = 'ABCDEFGHJKMNPQRS';
const cases: { id: string; fresh: string; earlier: string[]; next: string }[] = [
  { id: 'the first boot', fresh: `01HX000000${CHANCE}`, earlier: [], next: `01HX000000${CHANCE}` },
  {
    id: 'a later boot',
    fresh: `01HX000002${CHANCE}`,
    earlier: [`01HX000001ZZZZZZZZZZZZZZZZ`],
    next: `01HX000002${CHANCE}`,
  },
  {
    id: 'a boot in the same millisecond',
    fresh: `01HX000001${CHANCE}`,
    earlier: [`01HX000001ZZZZZZZZZZZZZZZZ`],
    next: `01HX000002${CHANCE}`,
  },
  {
    id: 'a clock that was set back',
    fresh: `01H0000000${CHANCE}`,
    earlier: [`01HX00000ZZZZZZZZZZZZZZZZZ`, `01HX000001ZZZZZZZZZZZZZZZZ`],
    next: `01HX000010${CHANCE}`,
  },
];

describe('replica / next epoch', () => {
  for (const { id, fresh, earlier, next } of cases) {
    test(`sorts after every earlier one: ${id}`, () => {
      assert.equal(nextEpoch(epochOf(fresh), earlier.map(epochOf)), next);
    });
  }
});
