import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const BENCH = join(import.meta.dirname, '../../bench/main.ts');
const SHORT = ['--rounds', '1', '--seconds', '0.3', '--warmup', '0.2', '--connections', '1,4', '--variants', 'plain'];

test('bench / ingest / measures ours and its peers, reads every acknowledged event back, and ends with one object', async () => {
  const args = ['--import', 'tsx', BENCH, 'ingest', '--json', ...SHORT];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const report = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  assert.equal(report.case, 'ingest');
  assert.equal(report.connections, 4);
  assert.ok(report.ours.perSecond > 0 && report.ours.p99 >= report.ours.p50);
  assert.deepEqual(Object.keys(report.peers), ['probot', 'fastify']);
  assert.ok(report.ratios.probot > 0 && report.ratios.fastify > 0);
  assert.deepEqual(Object.keys(report.variants.plain.connections), ['1', '4']);
  assert.ok(report.kept.acknowledged > 0);
  assert.equal(report.kept.missing, 0);
});

test('bench / command line / an unknown case is a usage error', async () => {
  const run = promisify(execFile)(process.execPath, ['--import', 'tsx', BENCH, 'nothing']);
  await assert.rejects(run, { code: 2 });
});
