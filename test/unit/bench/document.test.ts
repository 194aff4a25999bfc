import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { CASES } from '../../../bench/cases.ts';
import { DOCUMENT_FILE, readKept } from '../../../bench/report/keep-report.ts';
import { renderBenchmarks } from '../../../bench/report/render.ts';

test('bench / document / docs/benchmarks.md is what the generator makes of the kept reports', async () => {
  assert.equal(await readFile(DOCUMENT_FILE, 'utf8'), renderBenchmarks(await readKept()));
});

test('bench / document / every case has a section, measured or not', () => {
  const text = renderBenchmarks({});
  for (const name of Object.keys(CASES))
    assert.match(text, new RegExp(`\`npm run bench -- ${name}\`\n\nNot measured yet\\.`));
});

test('bench / document / a report stands with the machine it was measured on', () => {
  const text = renderBenchmarks({
    latency: {
      case: 'latency',
      events: 1_000,
      everyMs: 10,
      bytes: 1_024,
      acknowledgedToOrchestrator: { p50: 3.21, p99: 9.8 },
      appendToAcknowledged: { p50: 0.5, p99: 2 },
      machine: {
        node: 'v26.0.0',
        kernel: '6.1',
        cpus: 2,
        model: 'A processor',
        memoryGib: 24,
        load: 0.5,
        date: '2026-01-01',
      },
    },
  });
  assert.match(text, /\| acknowledged \| verified and synced at the orchestrator \| 3\.21 \/ 9\.80 \|/);
  assert.match(
    text,
    /\*2026-01-01, Node v26\.0\.0, Linux 6\.1, 2 × A processor, 24 GiB; load of the machine before: 0\.5\.\*/,
  );
});
