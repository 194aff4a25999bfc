import assert from 'node:assert/strict';
import test from 'node:test';
import { createRateLimit, sourceOf } from '../../../../daemon/http/rate-limit.ts';

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

test('http / rate limit / a burst is let in, then the seconds until the next window are told, and another source is free', async () => {
  const limit = createRateLimit({ perSource: 1, burst: 3 });
  const answers = [];
  for (let i = 0; i < 4; i++) answers.push(await limit.limited('a'));
  assert.deepEqual(answers.slice(0, 3), [0, 0, 0]);
  assert.ok((answers[3] ?? 0) >= 1 && (answers[3] ?? 0) <= 3, String(answers[3]));
  assert.equal(await limit.limited('b'), 0);
});
