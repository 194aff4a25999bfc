import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const BENCH = join(import.meta.dirname, '../../bench/main.ts');
const SHORT = ['--rounds', '1', '--seconds', '0.3', '--warmup', '0.2', '--connections', '1,4', '--variants', 'plain'];

/** Runs a case with tiny numbers and reads the object it ends with. */
async function measure(...args: readonly string[]) {
  const command = ['--import', 'tsx', BENCH, ...args, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, command);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}

test('bench / ingest / measures ours and its peers, reads every acknowledged event back, and ends with one object', async () => {
  const report = await measure('ingest', ...SHORT);
  assert.equal(report.case, 'ingest');
  assert.equal(report.connections, 4);
  assert.ok(report.ours.perSecond > 0 && report.ours.p99 >= report.ours.p50);
  assert.deepEqual(Object.keys(report.peers), ['probot', 'fastify']);
  assert.ok(report.ratios.probot > 0 && report.ratios.fastify > 0);
  assert.deepEqual(Object.keys(report.variants.plain.connections), ['1', '4']);
  assert.ok(report.kept.acknowledged > 0);
  assert.equal(report.kept.missing, 0);
});

test('bench / latency / every event is followed from its acknowledgement to the orchestrator', async () => {
  const report = await measure('latency', '--events', '20');
  assert.equal(report.events, 20);
  for (const { p50, p99 } of [report.acknowledgedToOrchestrator, report.appendToAcknowledged]) {
    assert.ok(p50 > 0 && p99 >= p50);
  }
});

test('bench / catch-up / counts the moment of the last sync, and that of the last table row', async () => {
  const report = await measure('catch-up', '--records', '300');
  assert.equal(report.records, 300);
  assert.ok(report.syncedSeconds > 0 && report.projectedSeconds >= report.syncedSeconds);
});

test('bench / soak / every event is worked on to its end, and the samples are judged', async () => {
  const report = await measure('soak', '--events', '20', '--keep-seconds', '30');
  assert.ok(report.events >= 20);
  assert.ok(report.samples.length > 0);
  assert.ok(
    report.samples.every((sample: { heapMib: number; diskMib: number }) => sample.heapMib > 0 && sample.diskMib > 0),
  );
  assert.deepEqual(Object.keys(report.verdict), ['heap', 'rss', 'disk']);
  assert.equal(typeof report.levelled, 'boolean');
});

test('bench / command line / an unknown case is a usage error', async () => {
  const run = promisify(execFile)(process.execPath, ['--import', 'tsx', BENCH, 'nothing']);
  await assert.rejects(run, { code: 2 });
});
