import assert from 'node:assert/strict';
import test from 'node:test';
import { Deadlines } from '../../../../daemon/http/deadlines.ts';
import { manualRuntime } from '../../../fakes/manual-runtime.ts';

function build() {
  const runtime = manualRuntime();
  const deadlines = new Deadlines(100, runtime);
  const missed: string[] = [];
  const set = (name: string) => deadlines.set((ms) => missed.push(`${name} ${ms} at ${runtime.monotonic()}`));
  return { runtime, deadlines, missed, set };
}

test('http / deadlines / each is missed at its own time, and once', async () => {
  const { runtime, missed, set } = build();
  set('a');
  await runtime.advance(30);
  set('b');
  await runtime.advance(500);
  assert.deepEqual(missed, ['a 100 at 100', 'b 100 at 130']);
});

test('http / deadlines / what is met in time is not missed, whatever was set before and after it', async () => {
  const { runtime, deadlines, missed, set } = build();
  const first = set('a');
  await runtime.advance(10);
  set('b');
  await runtime.advance(10);
  const last = set('c');
  deadlines.met(first);
  deadlines.met(last);
  await runtime.advance(500);
  assert.deepEqual(missed, ['b 100 at 110']);
});

test('http / deadlines / one that is set after a quiet time has its full time', async () => {
  const { runtime, deadlines, missed, set } = build();
  deadlines.met(set('a'));
  await runtime.advance(1_000);
  set('b');
  await runtime.advance(99);
  assert.deepEqual(missed, []);
  await runtime.advance(1);
  assert.deepEqual(missed, ['b 100 at 1100']);
});
