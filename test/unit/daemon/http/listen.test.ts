import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import test from 'node:test';
import { closeServer, listen } from '../../../../daemon/http/listen.ts';
import { hasCode } from '../../../../protocols/errors.ts';

test('http / listen / a port that is taken names the port and what wanted it', async (t) => {
  const first = createServer();
  const url = await listen(first, { host: '127.0.0.1', port: 0 }, 'aggregator');
  t.after(() => closeServer(first, 100));
  const port = Number(new URL(url).port);
  await assert.rejects(listen(createServer(), { host: '127.0.0.1', port }, 'orchestrator'), (error) => {
    assert.ok(hasCode(error, 'port-in-use'));
    assert.equal(error.message, `127.0.0.1:${port} is already in use (orchestrator)`);
    return true;
  });
});

test('http / listen / an address that is not of this machine is a clear error', async () => {
  await assert.rejects(listen(createServer(), { host: '203.0.113.7', port: 0 }, 'general'), (error) => {
    assert.ok(hasCode(error, 'address-unusable'));
    assert.match(error.message, /cannot listen on 203\.0\.113\.7:0 \(general\)/);
    return true;
  });
});

const hosts: readonly { host: string; url: RegExp }[] = [
  { host: '127.0.0.1', url: /^http:\/\/127\.0\.0\.1:[1-9]\d*$/ },
  { host: '0.0.0.0', url: /^http:\/\/127\.0\.0\.1:[1-9]\d*$/ },
  { host: 'localhost', url: /^http:\/\/localhost:[1-9]\d*$/ },
];

for (const { host, url } of hosts) {
  test(`http / listen / the URL of ${host} is one that can be opened`, async (t) => {
    const server = createServer();
    t.after(() => closeServer(server, 100));
    assert.match(await listen(server, { host, port: 0 }, 'test'), url);
  });
}

test('http / listen / closing what never listened is no error', () => closeServer(createServer(), 100));
