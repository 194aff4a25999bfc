import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Level } from 'level';
import { AbsenceFilter, AbsenceFilters } from '../../../../daemon/store/absence.ts';
import { openSublevels } from '../../../../daemon/store/tables.ts';
import { type TableName, tableKey } from '../../../../roles/ports/tables.ts';

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

const fact = (id: string, type: string, slot: string) => tableKey(id, type, slot, 'origin', 'epoch', '1');
const beginning = (id: string, type: string, slot: string) => tableKey(id, type, slot, '');

const RANGES: { id: string; table: TableName; prefix: string; isAbsent: boolean }[] = [
  { id: 'one that was there at the start', table: 'facts', prefix: beginning('old', 'done', 's'), isAbsent: false },
  { id: 'one that came since', table: 'facts', prefix: beginning('new', 'started', 's'), isAbsent: false },
  { id: 'another type', table: 'facts', prefix: beginning('new', 'done', 's'), isAbsent: true },
  { id: 'another slot', table: 'facts', prefix: beginning('old', 'done', 't'), isAbsent: true },
  { id: 'another event', table: 'facts', prefix: beginning('x', 'done', 's'), isAbsent: true },
  { id: 'a whole event', table: 'facts', prefix: tableKey('old', ''), isAbsent: false },
  { id: 'a whole type', table: 'facts', prefix: tableKey('x', 'done', ''), isAbsent: false },
  { id: 'facts without a slot', table: 'facts', prefix: beginning('old', 'settled', ''), isAbsent: false },
  { id: 'a table without a filter', table: 'dead', prefix: beginning('x', 'done', 's'), isAbsent: false },
];

test('store / absence / a range is said to be absent only where no key begins so, and only once all keys are read', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'mindmesh-absence-'));
  const db = new Level<string, Buffer>(dir, { valueEncoding: 'buffer' });
  try {
    const sublevels = await openSublevels(db);
    for (const key of [fact('old', 'done', 's'), fact('old', 'settled', '')]) {
      await sublevels.table('facts').put(key, true);
    }
    const filters = new AbsenceFilters();
    for (const { id, table, prefix } of RANGES) assert.equal(filters.isRangeAbsent(table, prefix), false, id);
    await filters.load(sublevels);
    filters.put('facts', fact('new', 'started', 's'));
    for (const { id, table, prefix, isAbsent } of RANGES) {
      assert.equal(filters.isRangeAbsent(table, prefix), isAbsent, id);
    }
  } finally {
    await db.close();
    await rm(dir, { recursive: true, force: true });
  }
});
