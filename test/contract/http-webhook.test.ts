import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import test, { type TestContext } from 'node:test';
import { allowAll } from '../../daemon/http/auth.ts';
import type { HttpLimits } from '../../daemon/http/node-server.ts';
import type { RateOptions } from '../../daemon/http/rate-limit.ts';
import { createRateTable, sharedRateLimit } from '../../daemon/http/rate-table.ts';
import { HttpServer } from '../../daemon/http/server.ts';
import { WebhookFront, type WebhookOptions } from '../../daemon/http/webhook-front.ts';
import { Metrics } from '../../daemon/metrics.ts';
import { ERRORS, type ErrorCode } from '../../protocols/errors.ts';
import { LIMITS } from '../../protocols/names.ts';
import { Aggregator } from '../../roles/aggregator/aggregator.ts';
import { readDelivery } from '../../roles/aggregator/delivery.ts';
import { MemoryJournal } from '../fakes/journal.ts';
import { keeperOf } from '../fakes/memory-blobs.ts';
import { exampleWebhooks, postWebhook, signatureOf } from '../support/github.ts';
import { call, exchange, loggedRuntime } from '../support/http.ts';
import { waitFor } from '../support/wait-for.ts';

const SECRET = 'a-secret-for-tests';
const ISSUE = exampleWebhooks().find(({ event }) => event === 'issues') ?? assert.fail('no example');
const BODY = JSON.stringify(ISSUE.payload);
const MIB = 1024 * 1024;

interface ServeOptions extends Partial<WebhookOptions> {
  readonly rate?: RateOptions;
  readonly limits?: Partial<HttpLimits>;
  /** Appends wait for `journal.sync()`. */
  readonly held?: boolean;
}

/** The aggregator behind its real server, its log in memory. */
async function serve(t: TestContext, { limits = {}, held = false, rate, ...options }: ServeOptions = {}) {
  const { runtime, lines } = loggedRuntime();
  const meter = new Metrics();
  const journal = new MemoryJournal({ held });
  const aggregator = new Aggregator({}, { journal, tables: journal.tables, blobs: keeperOf(), runtime, meter });
  const front = new WebhookFront(
    {
      paths: { '/webhook/github': 'github', '/api/webhooks': 'github' },
      body: { maxBytes: LIMITS.webhookBytes, deadlineMs: 10_000 },
      ...options,
    },
    {
      read: (request) => readDelivery(request, { secrets: ['old', SECRET], org: 'acme' }),
      ingest: aggregator,
      runtime,
      meter,
      ...(rate && { rate: sharedRateLimit(rate, createRateTable(1), runtime.wall) }),
    },
  );
  const server = new HttpServer(
    {
      surface: 'aggregator',
      address: { host: '127.0.0.1', port: 0 },
      version: '0.0.0',
      limits: { graceMs: 200, ...limits },
    },
    { routes: [], authenticate: allowAll, log: runtime.log, meter, front: front.handle },
  );
  await server.start();
  t.after(() => server.stop());
  const url = server.url ?? assert.fail('no address');
  return { url, front, aggregator, journal, meter, lines, server };
}

/** What GitHub would send with this body; each header given replaces one, undefined leaves it out. */
function headersFor(body: string, headers: Readonly<Record<string, string | undefined>> = {}): Record<string, string> {
  const all = {
    'content-type': 'application/json',
    'x-github-event': 'issues',
    'x-github-delivery': 'd1',
    'x-hub-signature-256': signatureOf(SECRET, body),
    ...headers,
  };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given);
}

const post = (
  url: string,
  body = BODY,
  headers: Readonly<Record<string, string | undefined>> = {},
  path = '/webhook/github',
) => call(url + path, { method: 'POST', body, headers: headersFor(body, headers) });

/** A whole request as bytes, for a connection that carries several. */
function rawRequest(id: string, more = ''): string {
  const body = JSON.stringify({ action: 'opened', issue: { number: 1, title: id } });
  const headers = { ...headersFor(body, { 'x-github-delivery': id }), 'content-length': Buffer.byteLength(body) };
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /webhook/github HTTP/1.1\r\nhost: x\r\n${fields.join('')}${more}\r\n${body}`;
}

function assertProblem(
  answer: { status: number; headers: object; json(): Record<string, unknown> },
  code: ErrorCode,
): void {
  const problem = answer.json();
  assert.equal(problem.code, code);
  assert.equal(answer.status, ERRORS[code].http);
  assert.equal(problem.status, answer.status);
  assert.partialDeepStrictEqual(answer.headers, { 'content-type': 'application/problem+json' });
  assert.ok(String(problem.fix).length > 10, 'says how to mend it');
}

test('http / webhook / an event is answered 202 with its id, and only once it is synced', async (t) => {
  const { url, journal } = await serve(t, { held: true });
  const answer = post(url);
  await waitFor('the append', () => journal.waiting === 1);
  assert.equal(journal.records.length, 0);
  journal.sync();
  const { status, headers, json } = await answer;
  assert.equal(status, 202);
  assert.deepEqual(json(), { message: 'accepted', event_id: 'github:d1' });
  assert.equal(headers['content-type'], 'application/json');
});

test('http / webhook / the alias and a query change nothing', async (t) => {
  const { url } = await serve(t);
  assert.equal((await post(url, BODY, {}, '/api/webhooks')).status, 202);
  assert.equal((await post(url, BODY, {}, '/webhook/github?x=1')).status, 200);
});

test('http / webhook / the same delivery again is answered 200 with the mark of a duplicate', async (t) => {
  const { url } = await serve(t);
  await post(url);
  const { status, json } = await post(url);
  assert.equal(status, 200);
  assert.deepEqual(json(), { message: 'already taken in', event_id: 'github:d1', duplicate: true });
});

test('http / webhook / a ping is answered 200, an event that is not ours 204 without a body', async (t) => {
  const { url } = await serve(t);
  const ping = await post(url, '{"zen":"x"}', { 'x-github-event': 'ping' });
  assert.equal(ping.status, 200);
  assert.deepEqual(ping.json(), { message: 'pong' });
  const star = await postWebhook(url, SECRET, { event: 'star', payload: { action: 'created' } });
  assert.deepEqual([star.status, star.body], [204, undefined]);
});

const good = signatureOf(SECRET, BODY);
const refusals: readonly {
  id: string;
  code: ErrorCode;
  body?: string;
  headers?: Record<string, string | undefined>;
}[] = [
  { id: 'no signature', code: 'signature-missing', headers: { 'x-hub-signature-256': undefined } },
  { id: 'a wrong signature', code: 'signature-wrong', headers: { 'x-hub-signature-256': signatureOf('other', BODY) } },
  { id: 'a truncated signature', code: 'signature-wrong', headers: { 'x-hub-signature-256': good.slice(0, 40) } },
  {
    id: 'a body that was changed',
    code: 'signature-wrong',
    body: `${BODY} `,
    headers: { 'x-hub-signature-256': good },
  },
  { id: 'no delivery id', code: 'header-missing', headers: { 'x-github-delivery': undefined } },
  { id: 'no event name', code: 'header-missing', headers: { 'x-github-event': undefined } },
  { id: 'a body that is not JSON', code: 'body-not-json', body: 'nonsense' },
  { id: 'a body that is no object', code: 'body-not-json', body: '[1]' },
  { id: 'an empty body', code: 'body-not-json', body: '' },
  { id: 'a form', code: 'media-type-unsupported', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  { id: 'no content type', code: 'media-type-unsupported', headers: { 'content-type': undefined } },
  {
    id: 'a type that only begins like JSON',
    code: 'media-type-unsupported',
    headers: { 'content-type': 'application/jsonx' },
  },
];

for (const { id, code, body, headers } of refusals) {
  test(`http / webhook / ${id} is answered ${ERRORS[code].http} ${code}, and nothing is stored`, async (t) => {
    const { url, journal } = await serve(t);
    assertProblem(await post(url, body ?? BODY, headers ?? {}), code);
    assert.equal(journal.records.length, 0);
  });
}

test('http / webhook / a content type with a charset is JSON too', async (t) => {
  const { url } = await serve(t);
  assert.equal((await post(url, BODY, { 'content-type': 'Application/JSON; charset=utf-8' })).status, 202);
});

test('http / webhook / a body over the limit by its length is refused before it is sent', async (t) => {
  const { url, front } = await serve(t);
  const head = `POST /webhook/github HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${26 * MIB}\r\n\r\n`;
  const answer = await exchange(url, head);
  assert.match(answer, /^HTTP\/1\.1 413 /);
  assert.match(answer, /\r\nconnection: close\r\n/);
  assert.match(answer, /"code":"body-too-large"/);
  assert.equal(front.bufferedBytes, 0);
});

test('http / webhook / a sender that asks first is told no, or to go on', async (t) => {
  const { url } = await serve(t);
  const head = 'POST /webhook/github HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\nconnection: close\r\n';
  const refused = await exchange(url, `${head}content-type: application/json\r\ncontent-length: ${26 * MIB}\r\n\r\n`);
  assert.match(refused, /^HTTP\/1\.1 413 /);
  const fields = Object.entries(headersFor(BODY)).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = `content-length: ${Buffer.byteLength(BODY)}\r\n\r\n`;
  const taken = await exchange(url, [head, ...fields, length, BODY]);
  assert.match(taken, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 202 /);
});

test('http / webhook / a chunked body is counted while it comes in and cut at the limit', async (t) => {
  const { url, front } = await serve(t, { body: { maxBytes: MIB, deadlineMs: 10_000 } });
  const head =
    'POST /webhook/github HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
  const chunk = [`${MIB.toString(16)}\r\n`, Buffer.alloc(MIB, 'x'), '\r\n'];
  const answer = await exchange(url, [head, ...chunk, ...chunk, ...chunk]);
  assert.match(answer, /^HTTP\/1\.1 413 /);
  assert.equal(front.bufferedBytes, 0);
});

test('http / webhook / an ordinary client that sends 26 MiB reads the answer', async (t) => {
  const { url } = await serve(t);
  const body = new Uint8Array(26 * MIB);
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/webhook/github`, { method: 'POST', body, headers });
  assert.equal(response.status, 413);
  assert.partialDeepStrictEqual(await response.json(), { code: 'body-too-large' });
});

test('http / webhook / a body of several chunks is put together as it was', async (t) => {
  const { url, journal } = await serve(t);
  const body = JSON.stringify({ action: 'opened', issue: { number: 7, title: 'x', body: 'y'.repeat(3 * MIB) } });
  assert.equal((await post(url, body)).status, 202);
  assert.equal(journal.records.length, 1);
});

test('http / webhook / a body that does not come is ended at the deadline', async (t) => {
  const { url, front } = await serve(t, { body: { maxBytes: MIB, deadlineMs: 100 } });
  const head =
    'POST /webhook/github HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"a';
  const answer = await exchange(url, head);
  assert.match(answer, /^HTTP\/1\.1 408 /);
  assert.match(answer, /"code":"body-too-slow"/);
  assert.equal(front.bufferedBytes, 0);
});

test('http / webhook / headers that do not come are ended at the deadline', async (t) => {
  const { url } = await serve(t, { limits: { headersMs: 100, requestMs: 200, checkMs: 50 } });
  assert.match(await exchange(url, 'POST /webhook/github HTTP/1.1\r\nhost: x\r\n'), /^HTTP\/1\.1 408 /);
});

test('http / webhook / a sender that leaves in the middle leaves nothing behind', async (t) => {
  const { url, front, journal, lines } = await serve(t);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `POST /webhook/github HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n${'x'.repeat(500)}`,
  );
  await waitFor('the first half', () => front.bufferedBytes === 500);
  socket.destroy();
  await waitFor('it to be forgotten', () => front.bufferedBytes === 0);
  assert.equal(journal.records.length, 0);
  assert.deepEqual(
    lines().filter(({ level }) => level === 'warn' || level === 'error'),
    [],
  );
});

test('http / webhook / a sender that half-closes after its request gets its answer', async (t) => {
  const { url } = await serve(t);
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
  const fields = Object.entries(headersFor(BODY)).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `POST /webhook/github HTTP/1.1\r\nhost: x\r\n${fields.join('')}content-length: ${Buffer.byteLength(BODY)}\r\n\r\n${BODY}`,
  );
  const [answer] = await once(socket, 'data');
  assert.match(String(answer), /^HTTP\/1\.1 202 /);
  socket.destroy();
});

test('http / webhook / bodies under way share one budget', async (t) => {
  const { url, front } = await serve(t, { budgetBytes: 1_000 });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(
    `POST /webhook/github HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n${'x'.repeat(900)}`,
  );
  await waitFor('the first half', () => front.bufferedBytes === 900);
  const answer = await post(url);
  assertProblem(answer, 'overloaded');
  assert.equal(answer.headers['retry-after'], '5');
  socket.destroy();
  await waitFor('room', () => front.bufferedBytes === 0);
  assert.equal((await post(url, '{"zen":"x"}', { 'x-github-event': 'ping' })).status, 200);
});

test('http / webhook / a source that sends too much is told when to come back, and another path still answers it', async (t) => {
  const { url } = await serve(t, { rate: { perSource: 0.1, burst: 2 } });
  assert.deepEqual([(await post(url)).status, (await post(url)).status], [202, 200]);
  const answer = await post(url);
  assertProblem(answer, 'rate-limited');
  const seconds = Number(answer.headers['retry-after']);
  assert.ok(seconds > 1 && seconds <= 20, String(seconds));
  assert.equal((await call(`${url}/nowhere`)).status, 404);
});

test('http / webhook / an aggregator that takes nothing in answers 503 before it reads', async (t) => {
  const { url, aggregator } = await serve(t);
  aggregator.close('the disk is nearly full');
  const answer = await post(url);
  assertProblem(answer, 'overloaded');
  assert.match(answer.text, /the disk is nearly full/);
  assert.ok(Number(answer.headers['retry-after']) > 0);
  aggregator.open('the disk is nearly full');
  assert.equal((await post(url)).status, 202);
});

test('http / webhook / a write that fails is answered 503 and not 202', async (t) => {
  const { url, journal } = await serve(t, { held: true });
  const answer = post(url);
  await waitFor('the append', () => journal.waiting === 1);
  journal.fail();
  assertProblem(await answer, 'store-write-failed');
});

test('http / webhook / a route without a secret is not there', async (t) => {
  const { url } = await serve(t, { paths: {} });
  assertProblem(await post(url), 'route-unknown');
});

test('http / webhook / other methods on its path are not there', async (t) => {
  const { url } = await serve(t);
  for (const method of ['GET', 'PUT', 'DELETE'])
    assertProblem(await call(`${url}/webhook/github`, { method }), 'route-unknown');
});

test('http / webhook / what is no HTTP gets a problem and is closed', async (t) => {
  const { url } = await serve(t);
  assert.match(await exchange(url, '\x16\x03\x01 hello\r\n\r\n'), /^HTTP\/1\.1 400 .*"code":"request-invalid"/s);
});

test('http / webhook / connections are kept for the next request and pipelined requests are answered in order', async (t) => {
  const { url } = await serve(t);
  const answers = await exchange(url, rawRequest('a') + rawRequest('b') + rawRequest('c', 'connection: close\r\n'));
  assert.deepEqual(
    [...answers.matchAll(/"event_id":"([^"]+)"/g)].map(([, id]) => id),
    ['github:a', 'github:b', 'github:c'],
  );
});

test('http / webhook / a stop lets the request that runs come to its answer, and ends connections that wait', async (t) => {
  const { url, journal, server } = await serve(t, { held: true, limits: { graceMs: 10_000 } });
  const idle = connect(Number(new URL(url).port), '127.0.0.1');
  await once(idle, 'connect');
  const answer = post(url);
  await waitFor('the append', () => journal.waiting === 1);
  const stopped = server.stop();
  await once(idle.resume(), 'end');
  journal.sync();
  assert.equal((await answer).status, 202);
  await stopped;
  await assert.rejects(call(url), /ECONNREFUSED/);
});

test('http / webhook / a sender that goes on during a stop is told that its connection ends', async (t) => {
  const { url, journal, server } = await serve(t, { held: true, limits: { graceMs: 10_000 } });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const received: string[] = [];
  socket.on('data', (chunk) => received.push(String(chunk)));
  const closed = once(socket, 'close');
  socket.write(rawRequest('a'));
  await waitFor('the first append', () => journal.waiting === 1);
  const stopped = server.stop();
  socket.write(rawRequest('b'));
  await waitFor('the second append', () => journal.waiting === 2);
  journal.sync();
  await Promise.all([stopped, closed]);
  const [, first, second] = received.join('').split('HTTP/1.1 202 ');
  assert.match(String(first), /connection: keep-alive/i);
  assert.match(String(second), /connection: close/i);
});

test('http / webhook / a stop cuts what does not come to an end', async (t) => {
  const { url, journal, server } = await serve(t, { held: true, limits: { graceMs: 50 } });
  const answer = assert.rejects(post(url), /socket hang up|ECONNRESET/);
  await waitFor('the append', () => journal.waiting === 1);
  await server.stop();
  await answer;
  journal.sync();
});

test('http / webhook / requests are counted by path and status, deliveries by what became of them', async (t) => {
  const { url, meter } = await serve(t);
  await post(url);
  await post(url, BODY, { 'x-hub-signature-256': 'sha256=00' });
  const text = await meter.text();
  assert.match(text, /^http_requests_total\{method="POST",endpoint="\/webhook\/github",status="202"\} 1$/m);
  assert.match(text, /^http_requests_total\{method="POST",endpoint="\/webhook\/github",status="403"\} 1$/m);
  assert.match(text, /^http_request_size_bytes_sum\{method="POST",endpoint="\/webhook\/github"\} [1-9]\d+$/m);
  assert.match(text, /^mindmesh_ingest_deliveries_total\{source="github",outcome="accepted"\} 1$/m);
  assert.match(text, /^mindmesh_ingest_refused_total\{code="signature-wrong"\} 1$/m);
});

test('http / webhook / refusals are told in the log, but not each one of many', async (t) => {
  const { url, lines } = await serve(t);
  for (let i = 0; i < 5; i++) await post(url, BODY, { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` });
  const told = lines().filter(({ msg }) => msg === 'webhook refused');
  assert.equal(told.length, 1);
  assert.partialDeepStrictEqual(told[0], { level: 'warn', code: 'signature-wrong', source: '127.0.0.1' });
});
