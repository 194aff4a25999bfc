import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHops } from '../../../../roles/aggregator/hops.ts';

const CASES: { id: string; texts?: string[]; branch?: string; hops: number }[] = [
  { id: 'nothing at all', hops: 0 },
  { id: 'a text without a marker', texts: ['please look at mindmesh'], hops: 0 },
  { id: 'a marker', texts: ['done\n\n<!-- mindmesh:hops=2 -->'], hops: 2 },
  { id: 'a marker with more in it', texts: ['<!-- mindmesh:hops=1 effect=comment id=github:7 -->'], hops: 1 },
  { id: 'a marker without blanks', texts: ['<!--mindmesh:hops=3-->'], hops: 3 },
  { id: 'two markers: the higher counts', texts: ['<!-- mindmesh:hops=1 --> <!-- mindmesh:hops=3 -->'], hops: 3 },
  { id: 'several texts: the highest counts', texts: ['<!-- mindmesh:hops=2 -->', 'nothing'], hops: 2 },
  { id: 'visible text is no marker', texts: ['mindmesh:hops=3'], hops: 0 },
  { id: 'a marker without a number', texts: ['<!-- mindmesh:hops= -->'], hops: 0 },
  { id: 'a marker with a negative number', texts: ['<!-- mindmesh:hops=-1 -->'], hops: 0 },
  { id: 'a marker with a word', texts: ['<!-- mindmesh:hops=3rd -->'], hops: 0 },
  { id: 'a marker that never ends', texts: ['<!-- mindmesh:hops=3 '], hops: 0 },
  { id: 'a number beyond three digits', texts: ['<!-- mindmesh:hops=99999999999 -->'], hops: 0 },
  { id: 'a branch', branch: 'mindmesh/hops-1/task-7', hops: 1 },
  { id: 'a full ref', branch: 'refs/heads/mindmesh/hops-2/docs', hops: 2 },
  { id: 'a branch of that name by chance', branch: 'feature/not-mindmesh/hops-x', hops: 0 },
  { id: 'a branch that only resembles one', branch: 'notmindmesh/hops-2/x', hops: 0 },
  {
    id: 'text and branch: the higher counts',
    texts: ['<!-- mindmesh:hops=1 -->'],
    branch: 'mindmesh/hops-2/x',
    hops: 2,
  },
];

for (const { id, texts = [], branch = '', hops } of CASES) {
  test(`aggregator / hops / ${id} gives ${hops}`, () => {
    assert.equal(readHops(texts, branch), hops);
  });
}
