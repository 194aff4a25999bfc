import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { findRowFaults, PARITY_LINES, readParityRows } from './support/parity-table.ts';

const root = resolve(import.meta.dirname, '..');
const rows = readParityRows(readFileSync(join(root, 'docs/parity.md'), 'utf8'));
const exists = (path: string): boolean => existsSync(join(root, path));

test('parity / lines / every line of the source documents is there, once and in order', () => {
  assert.deepEqual(
    rows.map(({ line }) => line),
    PARITY_LINES,
  );
});

test('parity / rows / what a row names is there, and fits its state', () => {
  const faults = rows.flatMap((row) => findRowFaults(row, exists).map((fault) => `${row.line} ${fault}`));
  assert.deepEqual(faults, []);
});

const cases = [
  {
    id: 'a built row with path and test',
    row: '| 001 | a | built | `daemon/log.ts` | `test/parity.test.ts` |',
    faults: [],
  },
  { id: 'a folder is a path', row: '| 001 | a | built | `daemon/` | `test/parity.test.ts` |', faults: [] },
  {
    id: 'a route, a variable or a bar is no path',
    row: '| 001 | `GET /x` | not yet | `A_B`, `git.gitlens`, `a\\|b` | `/health` |',
    faults: [],
  },
  { id: 'a row to come', row: '| 001 | a | not yet | | |', faults: [] },
  {
    id: 'a decision in a sentence',
    row: '| F01 | a | decision | | One binary with roles, not three services. |',
    faults: [],
  },
  {
    id: 'a decision in a file',
    row: '| F01 | a | decision | | `docs/decisions/0000-template.md` |',
    faults: [],
  },
  {
    id: 'a path that is gone',
    row: '| 001 | a | built | `daemon/gone.ts` | `test/parity.test.ts` |',
    faults: ['names daemon/gone.ts, which is not there'],
  },
  {
    id: 'a test that is gone',
    row: '| 001 | a | not yet | | `test/gone.test.ts` |',
    faults: ['names test/gone.test.ts, which is not there'],
  },
  {
    id: 'built of nothing',
    row: '| 001 | a | built | | `test/parity.test.ts` |',
    faults: ['is built and names no path'],
  },
  {
    id: 'built without a test',
    row: '| 001 | a | built | `daemon/log.ts` | `test/support/parity-table.ts` |',
    faults: ['is built and names no test'],
  },
  {
    id: 'a decision without words',
    row: '| 001 | a | decision | | no |',
    faults: ['is a decision and does not say which'],
  },
  {
    id: 'a state of its own',
    row: '| 001 | a | nearly | | |',
    faults: ['is nearly: none of built, decision, not yet'],
  },
  { id: 'no name', row: '| 001 | | not yet | | |', faults: ['has no name'] },
];

for (const { id, row, faults } of cases) {
  test(`parity / rows / ${id}: ${faults[0] ?? 'well'}`, () => {
    const [read] = readParityRows(row);
    assert.deepEqual(read && findRowFaults(read, exists), faults);
  });
}
