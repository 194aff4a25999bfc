import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { OperatorClient } from '../../daemon/cli/client.ts';
import { operatorRoutes } from '../../daemon/http/operator-api.ts';
import { hasCode } from '../../protocols/errors.ts';
import type { EventLine } from '../../protocols/operator.ts';
import { EVENT_ID } from '../fakes/facts.ts';
import { type FakeOperator, operatorApi } from '../fakes/http-apis.ts';
import { call } from '../support/http.ts';
import { serveRoutes } from '../support/http-servers.ts';
import { waitFor } from '../support/wait-for.ts';

async function temporaryDir(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'mindmesh-http-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function serveOperator(t: TestContext, operator: FakeOperator = operatorApi()) {
  const path = join(await temporaryDir(t), 'run', 'mindmesh.sock');
  const served = await serveRoutes(t, { address: { path }, routes: [operatorRoutes(operator)] });
  return { ...served, path, operator, client: new OperatorClient(path) };
}

test('http / operator socket / only this user may open it, and no token is asked for', async (t) => {
  const { path, client } = await serveOperator(t);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal((await stat(join(path, '..'))).mode & 0o777, 0o700);
  assert.equal((await client.status()).name, 'me');
});

test('http / operator socket / what the commands ask for is what it answers', async (t) => {
  const { client } = await serveOperator(t);
  assert.equal((await client.peers()).length, 2);
  assert.equal((await client.ping('boss')).name, 'boss');
  assert.equal((await client.generals())[0]?.name, 'security-general');
  assert.equal((await client.routes()).at(-1)?.name, 'unrouted');
  assert.equal((await client.events({ limit: 1 }))[0]?.eventId, EVENT_ID);
  assert.equal((await client.explain(EVENT_ID)).eventId, EVENT_ID);
  assert.equal((await client.explain('1')).eventId, EVENT_ID);
  assert.deepEqual((await client.routeTest({ eventId: EVENT_ID })).rules, ['pull-requests']);
  assert.equal((await client.config())[0]?.key, 'node.name');
  assert.equal((await client.version()).version, '0.1.0');
  await assert.rejects(client.explain('nothing'), /no event nothing/);
  assert.equal(await client.eventBody(EVENT_ID), '{"action":"opened"}');
  await assert.rejects(client.eventBody('nothing'), /no event nothing/);
});

const line = (eventId: string, kind: EventLine['kind'] = 'pr_created'): EventLine => ({
  eventId: eventId as EventLine['eventId'],
  at: 1,
  kind,
  type: 't',
  subject: 'acme/app#7',
  repository: 'acme/app',
  actor: 'octocat',
  state: 'received',
});

test('http / operator socket / the tail brings events as they come, only those that were asked for', async (t) => {
  const { client, operator } = await serveOperator(t);
  const ended = new AbortController();
  const seen: string[] = [];
  const following = (async () => {
    for await (const { eventId } of client.tail({ kind: 'issue_opened' }, ended.signal)) seen.push(eventId);
  })();
  await waitFor('a reader', () => operator.followers() === 1);
  operator.tell(line('github:a', 'issue_opened'));
  operator.tell(line('github:b'));
  operator.tell(line('github:c', 'issue_opened'));
  await waitFor('two events', () => seen.length === 2);
  assert.deepEqual(seen, ['github:a', 'github:c']);
  ended.abort();
  await following;
  await waitFor('the reader to be forgotten', () => operator.followers() === 0);
});

test('http / operator socket / conversations are told as they change', async (t) => {
  const { path } = await serveOperator(t);
  const told = async (query: string): Promise<string> => {
    const sent = request({ socketPath: path, path: `/v1/conversations/tail${query}`, agent: false });
    sent.on('error', () => {});
    const text = new Promise<string>((resolve) => {
      let heard = '';
      sent.once('response', (response) => {
        response.setEncoding('utf8').on('error', () => {});
        response.on('data', (chunk: string) => {
          heard += chunk;
          if (heard.includes('data:') || query !== '') resolve(heard);
        });
      });
    });
    sent.end();
    const heard = await text;
    sent.destroy();
    return heard;
  };
  assert.match(await told(''), /id: acme\/app#9\ndata: \{"id":"acme\/app#9"/);
  assert.doesNotMatch(await told('?status=completed'), /data:/);
});

test('http / operator socket / a stop ends the tail in order and takes the socket away', async (t) => {
  const { path, client, operator, server } = await serveOperator(t);
  const following = assert.rejects(
    async () => {
      for await (const _ of client.tail({}, new AbortController().signal)) assert.fail('no event came');
    },
    (error) => hasCode(error, 'daemon-down'),
  );
  await waitFor('a reader', () => operator.followers() === 1);
  await server.stop();
  await following;
  assert.equal(operator.followers(), 0);
  await assert.rejects(stat(path), /ENOENT/);
});

test('http / operator socket / a reader that does not read is let go', async (t) => {
  const { path, operator } = await serveOperator(t);
  const sent = request({ socketPath: path, path: '/v1/events/tail', agent: false });
  sent.on('error', () => {});
  sent.once('response', (response) => response.pause().on('error', () => {}));
  sent.end();
  await waitFor('a reader', () => operator.followers() === 1);
  const long = { ...line('github:a'), subject: 'x'.repeat(100_000) };
  await waitFor('it to be let go', () => {
    operator.tell(long);
    return operator.followers() === 0;
  });
  sent.destroy();
});

test('http / operator socket / a socket that a killed daemon left is taken over, one that answers is not', async (t) => {
  const path = join(await temporaryDir(t), 'mindmesh.sock');
  await leaveStaleSocket(path);
  await serveRoutes(t, { address: { path }, routes: [operatorRoutes(operatorApi())] });
  await assert.rejects(serveRoutes(t, { address: { path } }), (error) => {
    assert.ok(hasCode(error, 'socket-unusable'));
    assert.match(error.message, /mindmesh\.sock cannot be used \(test\): another process answers there/);
    return true;
  });
  assert.equal((await call(`${path}:/v1/version`)).status, 200);
});

test('http / operator socket / a path that is too long is a clear error', async (t) => {
  const path = join(await temporaryDir(t), 'x'.repeat(200), 'mindmesh.sock');
  await assert.rejects(serveRoutes(t, { address: { path } }), (error) => hasCode(error, 'socket-unusable'));
});

/** A server that dies without closing: its socket file stays, and nobody answers on it. */
async function leaveStaleSocket(path: string): Promise<void> {
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
  assert.ok((await stat(path)).isSocket());
}
