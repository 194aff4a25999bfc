import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import test, { type TestContext } from 'node:test';
import { Secret } from '../../daemon/config/secret.ts';
import { bearerAuth } from '../../daemon/http/auth.ts';
import { EventStreams } from '../../daemon/http/event-stream.ts';
import { ListenerPool } from '../../daemon/http/listener-pool.ts';
import { opsRoutes } from '../../daemon/http/ops.ts';
import { HttpServer } from '../../daemon/http/server.ts';
import { Metrics } from '../../daemon/metrics.ts';
import { hasCode } from '../../protocols/errors.ts';
import { LIMITS } from '../../protocols/names.ts';
import { Aggregator } from '../../roles/aggregator/aggregator.ts';
import { readDelivery } from '../../roles/aggregator/delivery.ts';
import { MemoryJournal } from '../fakes/journal.ts';
import { keeperOf } from '../fakes/memory-blobs.ts';
import { exampleWebhooks, postWebhook, signatureOf } from '../support/github.ts';
import { call, exchange, loggedRuntime } from '../support/http.ts';
import { waitFor } from '../support/wait-for.ts';

const SECRET = 'a-secret-for-tests';
const DELIVERY = { secrets: ['old', SECRET], org: 'acme' };
const LISTENER = new URL('../../daemon/compose-listener.ts', import.meta.url);
const MORTAL = new URL('../fixtures/listener/mortal-listener.ts', import.meta.url);

interface ServeOptions {
  readonly threads?: number;
  readonly entry?: URL;
  readonly held?: boolean;
  readonly burst?: number;
  readonly port?: number;
}

/** The aggregator behind its real listener threads, its log in memory. */
function build({ threads = 2, entry = LISTENER, held = false, burst = 1e6, port = 0 }: ServeOptions = {}) {
  const { runtime, lines } = loggedRuntime();
  const meter = new Metrics();
  const journal = new MemoryJournal({ held });
  const ingest = new Aggregator({}, { journal, tables: journal.tables, blobs: keeperOf(), runtime, meter });
  const streams = new EventStreams();
  const ops = { version: '1.2.3', uptimeMs: () => 0, checks: () => [], metrics: meter };
  let inner: HttpServer | undefined;
  const routes = (key: string) => {
    inner = new HttpServer(
      {
        surface: 'aggregator',
        address: { host: '127.0.0.1', port: 0 },
        version: '1.2.3',
        key,
        limits: { graceMs: 200 },
      },
      {
        routes: [
          opsRoutes('aggregator', ops),
          (app) => {
            app.post('/echo', (sent) => ({ body: sent.body, remote: sent.headers['x-mindmesh-forwarded'] ?? 'none' }));
            app.get('/stream', (_, reply) => {
              reply.hijack();
              streams.open(reply.raw, (send) => {
                send('1', { first: true });
                return () => {};
              });
            });
            app.addHook('onClose', async () => streams.end());
          },
        ],
        authenticate: bearerAuth({ token: new Secret('token', 'test'), openLoopbackReads: true }),
        log: runtime.log,
        meter,
      },
    );
    return inner;
  };
  const pool = new ListenerPool(
    {
      entry,
      address: { host: '127.0.0.1', port },
      threads,
      settings: {
        surface: 'aggregator',
        paths: { '/webhook/github': 'github' },
        body: { maxBytes: LIMITS.webhookBytes, deadlineMs: 10_000 },
        rate: { perSource: burst / 60, burst },
        delivery: DELIVERY,
        budgetBytes: 64 * 1024 * 1024,
        connections: 1_000,
      },
    },
    { ingest, routes, runtime, meter },
  );
  return { pool, ingest, journal, meter, lines, inner: () => inner?.url ?? assert.fail('no routes') };
}

async function serve(t: TestContext, options: ServeOptions = {}) {
  const built = build(options);
  await built.pool.start();
  t.after(() => built.pool.stop());
  return { ...built, url: built.pool.url ?? assert.fail('no address') };
}

const BEARER = { authorization: 'Bearer token' };
const star = { event: 'star', payload: { action: 'created' } };

for (const threads of [1, 2]) {
  test(`http / listeners / ${threads} thread(s) make of every example what is made of it here`, async (t) => {
    const { url, journal } = await serve(t, { threads });
    const statuses = new Map<number, number>();
    const expected = new Map<string, unknown>();
    for (const [i, example] of exampleWebhooks().entries()) {
      const body = Buffer.from(JSON.stringify({ i, ...(example.payload as object) }));
      const headers = {
        'x-github-event': example.event,
        'x-github-delivery': `d-${i}`,
        'x-hub-signature-256': signatureOf(SECRET, body),
        'content-type': 'application/json',
      };
      const { status } = await call(`${url}/webhook/github`, { method: 'POST', body, headers });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const here = readDelivery({ source: 'github', headers, body, receivedAt: 0 }, DELIVERY);
      if (here.status === 'event') expected.set(here.event.id, here.event);
    }
    const events = journal.records.flatMap((record) => (record.type === 'event' ? [record.event] : []));
    assert.equal(events.length, expected.size);
    assert.ok(expected.size > 100, String(expected.size));
    assert.equal(statuses.get(202), expected.size);
    for (const event of events) {
      const { time, ...same } = expected.get(event.id) as typeof event;
      assert.deepEqual({ ...event, time: undefined }, { ...same, time: undefined }, time);
    }
  });
}

test('http / listeners / 202 is said only once it is synced, and a repeat on any connection is a duplicate', async (t) => {
  const { url, journal } = await serve(t, { held: true });
  const issue = exampleWebhooks().find(({ event }) => event === 'issues') ?? assert.fail('no example');
  const first = postWebhook(url, SECRET, issue, 'd1');
  await waitFor('the append', () => journal.waiting === 1);
  const again = Array.from({ length: 8 }, () => postWebhook(url, SECRET, issue, 'd1'));
  assert.equal(journal.records.length, 0);
  journal.sync();
  assert.equal((await first).status, 202);
  assert.deepEqual(
    (await Promise.all(again)).map(({ status }) => status),
    Array(8).fill(200),
  );
  assert.equal(journal.records.length, 1);
});

test('http / listeners / a failed write is answered 503', async (t) => {
  const { url, journal } = await serve(t, { held: true });
  const issue = exampleWebhooks().find(({ event }) => event === 'issues') ?? assert.fail('no example');
  const answer = postWebhook(url, SECRET, issue, 'd1');
  await waitFor('the append', () => journal.waiting === 1);
  journal.fail();
  assert.equal((await answer).status, 503);
});

test('http / listeners / other requests are handed on with their bodies, answers and faults', async (t) => {
  const { url } = await serve(t);
  assert.equal((await call(`${url}/health`)).json().version, '1.2.3');
  assert.equal((await call(`${url}/health`, { method: 'HEAD' })).text, '');
  const headers = { ...BEARER, 'content-type': 'application/json' };
  const echo = await call(`${url}/echo?x=1`, { method: 'POST', body: '{"a":[1]}', headers });
  assert.deepEqual(echo.json(), { body: { a: [1] }, remote: 'none' });
  const chunked = await call(`${url}/echo`, {
    method: 'POST',
    body: '{"a":2}',
    headers: { ...headers, 'transfer-encoding': 'chunked' },
  });
  assert.deepEqual(chunked.json().body, { a: 2 });
  const expecting = `POST /echo HTTP/1.1\r\nhost: x\r\nauthorization: Bearer token\r\ncontent-type: application/json\r\nexpect: 100-continue\r\nconnection: close\r\ncontent-length: 7\r\n\r\n{"a":3}`;
  assert.match(await exchange(url, expecting), /100 Continue[\s\S]*"a":3/);
  const unknown = await call(`${url}/nowhere`);
  assert.deepEqual([unknown.status, unknown.json().code], [404, 'route-unknown']);
});

test('http / listeners / a read from loopback needs no token, a write does, and nobody can claim to be handed on', async (t) => {
  const { url, inner } = await serve(t);
  assert.equal((await call(`${url}/metrics`)).status, 200);
  assert.equal((await call(`${url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.7' } })).status, 401);
  const body = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
  assert.equal((await call(`${url}/echo`, body)).status, 401);
  const claimed = { ...BEARER, 'content-type': 'application/json', 'x-mindmesh-forwarded': 'me 127.0.0.1' };
  assert.equal((await call(`${url}/echo`, { method: 'POST', body: '{}', headers: claimed })).json().remote, 'none');
  await assert.rejects(call(`${inner()}/health`), 'the routes answer listeners only');
  await assert.rejects(
    call(`${inner()}/metrics`, { headers: { 'x-mindmesh-forwarded': `${'0'.repeat(64)} 127.0.0.1` } }),
  );
});

test('http / listeners / a live stream comes line by line, and its end ends it', async (t) => {
  const { pool, url } = await serve(t);
  const sent = request(`${url}/stream`).end();
  const [answer] = await once(sent, 'response');
  let text = '';
  answer.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  await waitFor('the first message', () => text.includes('"first":true'));
  await Promise.all([once(answer, 'end'), pool.stop()]);
});

test('http / listeners / what one source may send is counted over all threads', async (t) => {
  const { url } = await serve(t, { burst: 5 });
  const answers = await Promise.all(Array.from({ length: 24 }, () => postWebhook(url, SECRET, star)));
  const count = (wanted: number) => answers.filter(({ status }) => status === wanted).length;
  assert.deepEqual([count(204), count(429)], [5, 19]);
});

test('http / listeners / a node that takes nothing in refuses bodies unread, and takes them again', async (t) => {
  const { url, ingest } = await serve(t);
  ingest.close('the disk is nearly full');
  const head =
    'POST /webhook/github HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n';
  await waitFor('the threads to hear of it', async () => (await postWebhook(url, 'wrong', star)).status === 503);
  assert.match(await exchange(url, head), /^HTTP\/1.1 503[\s\S]*the disk is nearly full/);
  ingest.open('the disk is nearly full');
  await waitFor('room', async () => (await postWebhook(url, SECRET, star)).status === 204);
});

test('http / listeners / what they count is told before the metrics are read', async (t) => {
  const { url } = await serve(t, { threads: 1 });
  await postWebhook(url, SECRET, star);
  const scrape = async () => (await call(`${url}/metrics`)).text;
  await waitFor('the count', async () =>
    (await scrape()).includes('http_requests_total{method="POST",endpoint="/webhook/github",status="204"} 1'),
  );
  assert.match(await scrape(), /http_request_duration_seconds_count\{method="POST",endpoint="\/webhook\/github"\} 1/);
});

test('http / listeners / a port that somebody has is not shared with him', async (t) => {
  const { url } = await serve(t);
  const second = build({ port: Number(new URL(url).port) });
  await assert.rejects(second.pool.start(), (error) => hasCode(error, 'port-in-use'));
  await second.pool.stop();
});

test('http / listeners / a thread that dies loses its connections only, and another takes its place', async (t) => {
  const { url, lines } = await serve(t, { entry: MORTAL, threads: 1 });
  const headers = { 'content-type': 'application/json' };
  const post = (body: string) => call(`${url}/webhook/github`, { method: 'POST', body, headers });
  assert.equal((await post('live')).text, '{"message":"pong"}');
  await assert.rejects(post('die'));
  await waitFor('the next thread', async () => (await post('live').catch(() => undefined))?.status === 200);
  assert.ok(lines().some(({ msg }) => msg === 'a listener thread died'));
});

test('http / listeners / the stop answers what runs, and frees the port', async (t) => {
  const { pool, url, journal } = await serve(t, { held: true });
  const issue = exampleWebhooks().find(({ event }) => event === 'issues') ?? assert.fail('no example');
  const answer = postWebhook(url, SECRET, issue, 'd1');
  await waitFor('the append', () => journal.waiting === 1);
  const stopped = pool.stop();
  journal.sync();
  assert.equal((await answer).status, 202);
  await stopped;
  await assert.rejects(call(`${url}/health`));
});
