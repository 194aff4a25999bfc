import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { needTool } from './need.ts';

const BENCH = join(import.meta.dirname, '../../bench/main.ts');

/** As a user has it whose PATH leaves out where Debian puts servers. */
process.env.PATH = `${process.env.PATH}:/usr/sbin`;

async function measure(...args: readonly string[]) {
  const command = ['--import', 'tsx', BENCH, ...args, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, command);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}

test('bench / dispatch / measures ours, BullMQ and JetStream with one and with several tasks in flight', async () => {
  for (const tool of ['redis-server', 'nats-server'] as const) needTool(tool);
  const short = ['--rounds', '1', '--seconds', '0.3', '--warmup', '0.3', '--in-flight', '1,4'];
  const report = await measure('dispatch', ...short);
  assert.deepEqual(Object.keys(report.inFlight), ['1', '4']);
  for (const { ours, peers, ratios } of Object.values<(typeof report.inFlight)[string]>(report.inFlight)) {
    assert.deepEqual(Object.keys(peers), ['bullmq', 'jetstream', 'bare']);
    for (const { perSecond, p50, p99 } of [ours, ...Object.values<typeof ours>(peers)]) {
      assert.ok(perSecond > 0 && p50 > 0 && p99 >= p50);
    }
    assert.ok(ours.dispatch.p50 <= ours.p50 && ours.p50 <= ours.whole.p50);
    assert.ok(ratios.bullmq > 0 && ratios.jetstream > 0);
  }
  assert.deepEqual(report.ratios, report.inFlight['4'].ratios);
  assert.ok(report.stages['settled at the orchestrator'] > report.stages['event at the orchestrator']);
  assert.match(report.sync.bullmq, /appendfsync always/);
});

test('bench / fan-out / every event arrives at every node and every subscriber', async () => {
  needTool('nats-server');
  const report = await measure('fan-out', '--nodes', '2', '--events', '5');
  for (const { each, last } of [report.ours, report.nats.core, report.nats.jetstream]) {
    assert.ok(each.p50 > 0 && last.p50 >= each.p50);
  }
});
