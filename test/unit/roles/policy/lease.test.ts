import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peerIdOf } from '../../../../protocols/ids.ts';
import { grantLease, isLapsed, renewLease } from '../../../../roles/policy/lease.ts';

const A = peerIdOf(`12D3KooW${'A'.repeat(44)}`);
const B = peerIdOf(`12D3KooW${'B'.repeat(44)}`);

test('policy / lease / it lasts ninety seconds, not one millisecond more', () => {
  const lease = grantLease(A, 1_000);
  assert.equal(isLapsed(lease, 90_999), false);
  assert.equal(isLapsed(lease, 91_000), true);
});

test('policy / lease / a sign of life from its holder renews it', () => {
  assert.equal(renewLease(grantLease(A, 0), A, 30_000).until, 120_000);
});

test('policy / lease / a sign of life from another peer does not', () => {
  assert.deepEqual(renewLease(grantLease(A, 0), B, 30_000), grantLease(A, 0));
});
