import assert from 'node:assert/strict';
import test from 'node:test';
import { LEASE_MS } from '../../../../protocols/dispatch.ts';
import { isAbandoned, mayAct } from '../../../../roles/runs/hold.ts';
import { seeded } from '../../../fakes/manual-runtime.ts';

test('runs / hold / an executor acts for as long as its newest renewal lasts', () => {
  assert.ok(mayAct({ askedAt: 1_000 }, 1_000 + LEASE_MS - 1));
  assert.ok(!mayAct({ askedAt: 1_000 }, 1_000 + LEASE_MS));
});

test('runs / hold / whatever the delays, the executor has stopped before the run counts as abandoned', () => {
  const random = seeded(3);
  for (let i = 0; i < 10_000; i++) {
    // True times; the clocks of both start anywhere and run up to 0.5 % too fast or too slow.
    const [fastness, slowness] = [1 + (random() - 0.5) / 100, 1 + (random() - 0.5) / 100];
    const [executor, controller] = [(t: number) => 7e6 + t * fastness, (t: number) => 3e5 + t * slowness];
    const asked = random() * 1e6;
    // Most of the danger is where the question was heard at once and the lease is about to end.
    const heard = asked + random() * (i % 2 === 0 ? 100 : 300_000);
    const now = asked + (i % 3 === 0 ? random() * 600_000 : LEASE_MS + (random() - 0.5) * 4_000);
    const acts = mayAct({ askedAt: executor(asked) }, executor(now));
    const abandoned = now >= heard && isAbandoned(controller(heard), controller(now));
    assert.ok(!(acts && abandoned), `asked ${asked}, heard ${heard}, now ${now}`);
  }
});
