import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { OperatorClient } from '../../../../daemon/cli/client.ts';
import type { MeshError } from '../../../../protocols/errors.ts';
import { tryPowerless } from '../../../support/powerless.ts';
import { EVENT, EVENTS, EXPLAIN, GENERALS, PEERS, PINGS, ROUTE_TEST, ROUTES, STATUS } from './fixture-views.ts';
import { json, operatorServer, problem, temporaryFolder } from './operator-server.ts';

test('cli / client / every question gets its view', async (t) => {
  const rows = [{ key: 'node.org', value: 'acme', source: 'default' }];
  const { socket, asked } = await operatorServer(t, {
    '/v1/status': json(STATUS),
    '/v1/peers': json(PEERS),
    '/v1/ping': json(PINGS[0]),
    '/v1/generals': json(GENERALS),
    '/v1/routes': json(ROUTES),
    '/v1/routes/test': (request, response, body) => {
      assert.equal(request.headers['content-type'], 'application/json');
      assert.deepEqual(JSON.parse(body), { eventId: EVENT });
      json(ROUTE_TEST)(request, response, body);
    },
    '/v1/events': json(EVENTS),
    '/v1/explain': json(EXPLAIN),
    '/v1/config': json(rows),
    '/v1/version': json({ version: '0.1.0', node: '26.0.0' }),
  });
  const client = new OperatorClient(socket);
  assert.deepEqual(await client.status(), STATUS);
  assert.deepEqual(await client.peers(), PEERS);
  assert.deepEqual(await client.ping('a b&c'), PINGS[0]);
  assert.deepEqual(await client.generals(), GENERALS);
  assert.deepEqual(await client.routes(), ROUTES);
  assert.deepEqual(await client.routeTest({ eventId: EVENT }), ROUTE_TEST);
  assert.deepEqual(await client.events({ limit: 3, kind: 'pr_created' }), EVENTS);
  assert.deepEqual(await client.explain(EVENT), EXPLAIN);
  assert.deepEqual(await client.config(), rows);
  assert.deepEqual(await client.version(), { version: '0.1.0', node: '26.0.0' });
  assert.deepEqual(asked, [
    'GET /v1/status',
    'GET /v1/peers',
    'GET /v1/ping?peer=a+b%26c',
    'GET /v1/generals',
    'GET /v1/routes',
    'POST /v1/routes/test',
    'GET /v1/events?limit=3&kind=pr_created',
    'GET /v1/explain?id=github%3A72d3162e-cc78-11e3-81ab-4c9367dc0958',
    'GET /v1/config',
    'GET /v1/version',
  ]);
});

const isFault = (code: string, detail?: RegExp) => (error: MeshError) => {
  assert.equal(error.code, code);
  if (detail !== undefined) assert.match(String(error.facts.detail), detail);
  return true;
};

test('cli / client / a problem of the daemon comes with its own code, words and fix', async (t) => {
  const { socket } = await operatorServer(t, {
    '/v1/explain': problem(404, 'not-found', 'there is no event x', 'list them'),
  });
  await assert.rejects(new OperatorClient(socket).explain('x'), (error: MeshError) => {
    assert.equal(error.code, 'daemon-refused');
    assert.deepEqual(error.facts, { status: 404, code: 'not-found', detail: 'there is no event x', fix: 'list them' });
    return true;
  });
});

test('cli / client / an answer that is no problem, no JSON, or another shape is told as such', async (t) => {
  const { socket } = await operatorServer(t, {
    '/v1/status': (_request, response) => response.writeHead(500).end('boom'),
    '/v1/peers': (_request, response) => response.writeHead(200).end('<html>'),
    '/v1/generals': json([{ name: 3 }]),
    '/v1/routes': (_request, response) =>
      response.writeHead(200, { 'content-length': '100' }).end('[', () => response.destroy()),
  });
  const client = new OperatorClient(socket);
  await assert.rejects(client.status(), isFault('daemon-refused', /boom/));
  await assert.rejects(client.peers(), isFault('daemon-refused', /does not fit/));
  await assert.rejects(client.generals(), isFault('daemon-refused', /does not fit/));
  await assert.rejects(client.routes(), isFault('daemon-down'));
});

test('cli / client / no socket, a dead socket and a plain file mean that the daemon is down', async (t) => {
  const dir = await temporaryFolder(t);
  const file = join(dir, 'file');
  await writeFile(file, '');
  for (const socket of [join(dir, 'none.sock'), file]) {
    await assert.rejects(new OperatorClient(socket).status(), isFault('daemon-down'));
  }
});

test('cli / client / a socket that this user may not open is not a daemon that is down', async (t) => {
  const { socket } = await operatorServer(t, { '/v1/status': json(STATUS) });
  await chmod(dirname(socket), 0o755);
  await chmod(socket, 0o666);
  assert.deepEqual(await tryPowerless('status', socket), {}, 'with the right mode it answers');
  await chmod(socket, 0);
  assert.equal((await tryPowerless('status', socket)).code, 'not-allowed');
});

test('cli / client / the tail yields events as they come and ends with its signal', async (t) => {
  const [first, second] = EVENTS;
  const { socket, asked } = await operatorServer(t, {
    '/v1/events/tail': (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`: hello\n\nid: 1\ndata: ${JSON.stringify(first)}\n`);
      response.write(`\ndata: ${JSON.stringify(second)}\n\n`);
    },
  });
  const controller = new AbortController();
  const seen = [];
  for await (const event of new OperatorClient(socket).tail({ kind: 'pr_created' }, controller.signal)) {
    seen.push(event);
    if (seen.length === 2) controller.abort();
  }
  assert.deepEqual(seen, EVENTS);
  assert.deepEqual(asked, ['GET /v1/events/tail?kind=pr_created']);
});

test('cli / client / a daemon that ends the tail is down, one that refuses it says why', async (t) => {
  const { socket } = await operatorServer(t, {
    '/v1/events/tail': (_request, response) => response.writeHead(200).end(),
  });
  const drain = async (client: OperatorClient) => {
    for await (const _ of client.tail({}, new AbortController().signal));
  };
  await assert.rejects(drain(new OperatorClient(socket)), isFault('daemon-down'));
  const { socket: other } = await operatorServer(t, {
    '/v1/events/tail': problem(503, 'overloaded', 'too many', 'wait'),
  });
  await assert.rejects(drain(new OperatorClient(other)), isFault('daemon-refused', /too many/));
});
