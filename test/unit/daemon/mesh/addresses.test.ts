import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listenError, listenMultiaddrs, withPeer } from '../../../../daemon/mesh/addresses.ts';
import { peerIdOf } from '../../../../protocols/ids.ts';

const PEER = peerIdOf('12D3KooWHP1WuFQPoCpeLDyMudPEQfbx3PqgThENJg4Zx5bb2n2X');

const HOSTS: readonly { readonly host: string; readonly listens: readonly string[] }[] = [
  { host: '127.0.0.1', listens: ['/ip4/127.0.0.1/tcp/7946'] },
  { host: '0.0.0.0', listens: ['/ip4/0.0.0.0/tcp/7946'] },
  { host: '::1', listens: ['/ip6/::1/tcp/7946'] },
  { host: '::', listens: ['/ip6/::/tcp/7946', '/ip4/0.0.0.0/tcp/7946'] },
  { host: 'node-1.example', listens: ['/dns4/node-1.example/tcp/7946'] },
];
for (const { host, listens } of HOSTS) {
  test(`mesh / addresses / host ${host}`, () => assert.deepEqual(listenMultiaddrs({ host, port: 7946 }), listens));
}

test('mesh / addresses / the peer id is added once', () => {
  const whole = `/ip4/10.0.0.5/tcp/7946/p2p/${PEER}`;
  assert.equal(withPeer('/ip4/10.0.0.5/tcp/7946', PEER), whole);
  assert.equal(withPeer(whole, PEER), whole);
});

const ERRORS: readonly { readonly text: string; readonly code: string }[] = [
  {
    text: 'Some addresses failed:\n  /ip4/…: Error: listen EADDRINUSE: address already in use\n    at x',
    code: 'port-in-use',
  },
  { text: 'Error: listen EACCES: permission denied 0.0.0.0:80\n    at y', code: 'address-unusable' },
  { text: 'Error: listen EADDRNOTAVAIL: 203.0.113.1', code: 'address-unusable' },
  { text: 'something else', code: 'internal' },
];
for (const { text, code } of ERRORS) {
  test(`mesh / addresses / an error like ${JSON.stringify(text.slice(-40))} is ${code}`, () => {
    assert.equal(listenError({ host: '127.0.0.1', port: 80 }, new Error(text)).code, code);
  });
}
