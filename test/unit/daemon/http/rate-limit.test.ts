import assert from 'node:assert/strict';
import test from 'node:test';
import { sourceOf } from '../../../../daemon/http/rate-limit.ts';
import { createRateTable, sharedRateLimit } from '../../../../daemon/http/rate-table.ts';

const sources: readonly { address: string | undefined; source: string }[] = [
  { address: '203.0.113.7', source: '203.0.113.7' },
  { address: '::ffff:203.0.113.7', source: '203.0.113.7' },
  { address: '2001:db8:1:2:3:4:5:6', source: '2001:db8:1:2::/64' },
  { address: '2001:db8:1:2:ffff::1', source: '2001:db8:1:2::/64' },
  { address: '2001:db8::1', source: '2001:db8:0:0::/64' },
  { address: '::1', source: '0:0:0:0::/64' },
  { address: 'fe80::1:2:3:4', source: 'fe80:0:0:0::/64' },
  { address: undefined, source: 'unknown' },
];

for (const { address, source } of sources) {
  test(`http / rate limit / ${address} counts as ${source}`, () => {
    assert.equal(sourceOf(address), source);
  });
}

/** Two listeners that share a table, and the clock of both. */
function listeners({ at = 0 } = {}) {
  const clock = { at };
  const table = createRateTable(7);
  const open = () => sharedRateLimit({ perSource: 1, burst: 3 }, table, () => clock.at);
  return { clock, one: open(), other: open() };
}

test('http / rate limit / a burst is let in, whichever listener it comes to, and another source is free', () => {
  const { one, other } = listeners();
  const answers = [one, other, one, other, one].map((limit) => limit.limited('a'));
  assert.deepEqual(answers, [0, 0, 0, 3, 3]);
  assert.deepEqual([one.limited('b'), other.limited('b')], [0, 0]);
});

for (const at of [0, 2 ** 31 - 2_000, 2 ** 32 - 2_000, Date.UTC(2026, 10, 21)]) {
  test(`http / rate limit / a new window begins when the last one is over, from ${at} ms on`, () => {
    const { clock, one } = listeners({ at });
    for (let i = 0; i < 4; i++) one.limited('a');
    clock.at += 2_100;
    assert.equal(one.limited('a'), 1);
    clock.at += 900;
    assert.deepEqual([one.limited('a'), one.limited('a'), one.limited('a'), one.limited('a')], [0, 0, 0, 3]);
  });
}

test('http / rate limit / a clock that is set back keeps nobody out for longer than a window', () => {
  const { clock, one } = listeners({ at: 1_000_000 });
  for (let i = 0; i < 4; i++) one.limited('a');
  clock.at -= 600_000;
  assert.equal(one.limited('a'), 0);
});

test('http / rate limit / more sources than there is room for are let in and do not keep one another out', () => {
  const { one } = listeners();
  const refused = Array.from({ length: 60_000 }, (_, i) => one.limited(`source-${i}`)).filter((seconds) => seconds > 0);
  assert.deepEqual(refused, []);
});
