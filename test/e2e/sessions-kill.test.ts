import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runSessions } from '../torture/sessions/run.ts';

const KILLS = 10;

test('e2e / sessions / ten kills in the middle of ten turns: none is lost, none is asked again', {
  timeout: 240_000,
}, async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'mindmesh-sessions-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const report = await runSessions({ dir, seed: 7, kills: KILLS, tell: (line) => t.diagnostic(line) });
  const { kills, lost, doubled, suspects, details } = report;
  assert.deepEqual({ kills, lost, doubled, suspects }, { kills: KILLS, lost: 0, doubled: 0, suspects: [] });
  assert.ok(details.fewestInTurn >= 10, `only ${details.fewestInTurn} in a turn`);
  assert.ok(report.events >= 14, `${report.events} sessions`);
});
