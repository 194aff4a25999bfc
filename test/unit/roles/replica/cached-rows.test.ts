import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TableName, Tables } from '../../../../roles/ports/tables.ts';
import { CachedRows } from '../../../../roles/replica/cached-rows.ts';

function counting(values: ReadonlyMap<string, unknown>) {
  const asked: string[] = [];
  const tables: Tables = {
    get: (table: TableName, key: string) => {
      asked.push(`${table} ${key}`);
      return values.get(key);
    },
    range: async () => [],
  };
  return { rows: new CachedRows(tables), asked };
}

test('replica / cached rows / a counter is read once, and from then on is what was written', () => {
  const values = new Map<string, unknown>([['events', 3]]);
  const { rows, asked } = counting(values);
  assert.deepEqual([rows.get('counters', 'events'), rows.get('counters', 'new')], [3, undefined]);
  rows.written([
    { table: 'counters', key: 'events', value: 4 },
    { table: 'counters', key: 'new', value: 1 },
    { table: 'open', key: 'events', value: 'not a counter' },
  ]);
  assert.deepEqual([rows.get('counters', 'events'), rows.get('counters', 'new')], [4, 1]);
  rows.written([{ table: 'counters', key: 'new', value: undefined }]);
  assert.equal(rows.get('counters', 'new'), undefined);
  assert.deepEqual(asked, ['counters events', 'counters new']);
});

test('replica / cached rows / what was written of an open event is not read again while it is young', () => {
  const { rows, asked } = counting(new Map([['old', 'on the disk']]));
  rows.written([
    { table: 'open', key: 'a', value: 1 },
    { table: 'open', key: 'b', value: 2 },
    { table: 'open', key: 'b', value: undefined },
  ]);
  assert.equal(rows.get('open', 'a'), 1);
  assert.deepEqual(asked, []);
  assert.equal(rows.get('open', 'b'), undefined);
  assert.equal(rows.get('open', 'old'), 'on the disk');
  assert.deepEqual(asked, ['open b', 'open old']);
});

test('replica / cached rows / only the last rows are kept', () => {
  const { rows, asked } = counting(new Map());
  rows.written(Array.from({ length: 5_000 }, (_, i) => ({ table: 'inbox' as const, key: `${i}`, value: i })));
  assert.equal(rows.get('inbox', '4999'), 4_999);
  rows.get('inbox', '0');
  assert.deepEqual(asked, ['inbox 0']);
});

test('replica / cached rows / other tables are read each time', () => {
  const values = new Map<string, unknown>([['a', 1]]);
  const { rows, asked } = counting(values);
  assert.equal(rows.get('ids', 'a'), 1);
  values.set('a', 2);
  assert.equal(rows.get('ids', 'a'), 2);
  assert.equal(asked.length, 2);
});
