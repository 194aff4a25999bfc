import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AbsenceFilter } from '../../../../daemon/store/absence.ts';

const COUNT = 300_000;
const key = (i: number) => `github:72d3162e-cc78-11e3-81ab-${i.toString(16).padStart(12, '0')}`;

test('store / absence / a key that was added is never said to be absent, through every growth', () => {
  const filter = new AbsenceFilter();
  for (let i = 0; i < COUNT; i++) filter.add(key(i));
  for (let i = 0; i < COUNT; i++) assert.ok(filter.mayHave(key(i)), key(i));
});

test('store / absence / of keys that are not there nearly all are known to be absent', () => {
  const filter = new AbsenceFilter();
  for (let i = 0; i < COUNT; i++) filter.add(key(i));
  let looked = 0;
  for (let i = COUNT; i < 2 * COUNT; i++) if (filter.mayHave(key(i))) looked += 1;
  assert.ok(looked < COUNT * 0.05, `${looked} of ${COUNT} would be looked up in vain`);
});

test('store / absence / an empty filter knows that nothing is there', () => {
  assert.equal(new AbsenceFilter().mayHave('x'), false);
});
