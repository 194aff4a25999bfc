import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNetworks, DEFAULT_NETWORKS } from '../../../../daemon/mesh/networks.ts';
import { hasCode } from '../../../../protocols/errors.ts';

const CASES: readonly { readonly address: string; readonly inside: boolean }[] = [
  { address: '127.0.0.1', inside: true },
  { address: '127.9.9.9', inside: true },
  { address: '::1', inside: true },
  { address: '10.1.2.3', inside: true },
  { address: '172.16.0.1', inside: true },
  { address: '172.32.0.1', inside: false },
  { address: '192.168.1.1', inside: true },
  { address: '100.64.0.1', inside: true },
  { address: '100.127.255.255', inside: true },
  { address: '100.128.0.1', inside: false },
  { address: 'fd7a:115c:a1e0::1', inside: true },
  { address: '2001:db8::1', inside: false },
  { address: '8.8.8.8', inside: false },
  { address: '::ffff:10.0.0.1', inside: true },
  { address: '::ffff:8.8.8.8', inside: false },
  { address: 'example.org', inside: false },
  { address: '', inside: false },
];

for (const { address, inside } of CASES) {
  test(`mesh / networks / by default ${address || 'nothing'} is ${inside ? 'inside' : 'outside'}`, () => {
    assert.equal(createNetworks(DEFAULT_NETWORKS).contain(address), inside);
  });
}

test('mesh / networks / only what is configured counts', () => {
  const networks = createNetworks(['203.0.113.0/24']);
  assert.ok(networks.contain('203.0.113.7'));
  assert.ok(!networks.contain('127.0.0.1'));
});

for (const block of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/', 'ten/8', '::1/129', '10.0.0.0/8/8', '10.0.0.0/-1']) {
  test(`mesh / networks / ${block} is not a block`, () => {
    assert.throws(
      () => createNetworks([block]),
      (error) => hasCode(error, 'usage') && error.message.includes(block),
    );
  });
}
