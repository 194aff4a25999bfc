import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectTests } from '../../../scripts/collect-tests.ts';

const paths = [
  'test/e2e/dev.test.ts',
  'test/host/clone.test.ts',
  'test/cluster/job.test.ts',
  'test/tailnet/join.test.ts',
  'test/browser/page.test.ts',
  'test/layers.test.ts',
  'test/fakes/disk.ts',
  'test/golden/a.txt',
  'test/unit/b.test.ts',
  'test/unit/a.test.ts',
  'test/mesh/rejoin.test.ts',
];

const cases = [
  {
    id: 'without a filter all that need only packages run, quick ones first',
    filters: [],
    chosen: [
      'test/unit/a.test.ts',
      'test/unit/b.test.ts',
      'test/mesh/rejoin.test.ts',
      'test/e2e/dev.test.ts',
      'test/layers.test.ts',
    ],
  },
  { id: 'a file', filters: ['test/unit/b.test.ts'], chosen: ['test/unit/b.test.ts'] },
  { id: 'a folder', filters: ['test/mesh'], chosen: ['test/mesh/rejoin.test.ts'] },
  { id: 'a part of a path', filters: ['layers'], chosen: ['test/layers.test.ts'] },
  { id: 'two filters', filters: ['layers', 'rejoin'], chosen: ['test/mesh/rejoin.test.ts', 'test/layers.test.ts'] },
  { id: 'a part of a path never reaches a cluster', filters: ['job'], chosen: [] },
  { id: 'what npm run test:host names', filters: ['test/host'], chosen: ['test/host/clone.test.ts'] },
  { id: 'a folder of real parts by its name', filters: ['test/cluster'], chosen: ['test/cluster/job.test.ts'] },
  {
    id: 'a file of real parts by its name',
    filters: ['test/browser/page.test.ts'],
    chosen: ['test/browser/page.test.ts'],
  },
  { id: 'what is not there', filters: ['nothing'], chosen: [] },
];

for (const { id, filters, chosen } of cases) {
  test(`scripts / collect tests / ${id}`, () => {
    assert.deepEqual(selectTests(paths, filters), chosen);
  });
}
