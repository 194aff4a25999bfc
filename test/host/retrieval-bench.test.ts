import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { runRetrieval } from '../../bench/retrieval/retrieval.ts';
import { needTool } from './need.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const quiet = { tell: () => {} };
/** So that what is asked stays the same whatever is committed later: 70 questions. */
const NEWEST = 'b255097076c666db9bbce2658905bab5248b9bc5';
/** 0.523 was found when this was written. */
const FLOOR = 0.5;

test('host / bench / retrieval finds what commits of a small repository changed, and reads only that', async () => {
  needTool('git');
  const dir = await mkdtemp(join(tmpdir(), 'mindmesh-retrieval-'));
  try {
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
    const git = (...args: string[]) => execFileSync('git', ['-C', dir, ...identity, ...args]);
    const commit = async (subject: string, path: string, text: string) => {
      await writeFile(join(dir, path), text);
      git('add', '-A');
      git('commit', '-q', '-m', subject);
    };
    git('init', '-q');
    await commit('begin', 'queue.ts', 'export const queue = 1;\n');
    await commit('a worker', 'worker.ts', 'export const worker = 1;\n');
    await commit('fix: the queue counts to two', 'queue.ts', 'export const queue = 2;\n');
    await commit('chore: release', 'worker.ts', 'export const worker = 3;\n');
    await commit('feat: zebra', 'worker.ts', 'export const worker = 4;\n');
    const report = await runRetrieval({ repo: dir, commits: 10, ...quiet });
    assert.deepEqual(report.code, { queries: 2, recallAt10: 0.5, anyAt10: 0.5 });
    assert.equal(report.filesReadPerUpdate, 1);
  } finally {
    await rm(dir, { recursive: true });
  }
});

test('host / bench / retrieval of this project is measured over its own history', { timeout: 300_000 }, async () => {
  needTool('git');
  const { code } = await runRetrieval({ repo: ROOT, at: NEWEST, commits: 120, ...quiet });
  assert.ok(code.queries >= 20, `${code.queries} questions: a shallow clone wants git fetch --unshallow first`);
  assert.ok(code.recallAt10 >= FLOOR && code.recallAt10 <= 1, `recall@10 ${code.recallAt10}`);
});
