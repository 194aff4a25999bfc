import assert from 'node:assert/strict';
import test from 'node:test';
import { aggregatorRoutes } from '../../daemon/http/aggregator-api.ts';
import type { Routes } from '../../daemon/http/app.ts';
import { generalRoutes } from '../../daemon/http/general-api.ts';
import { operatorRoutes } from '../../daemon/http/operator-api.ts';
import { orchestratorRoutes } from '../../daemon/http/orchestrator-api.ts';
import { type Problem, ProblemSchema } from '../../daemon/http/problems.ts';
import { ERRORS, type ErrorCode } from '../../protocols/errors.ts';
import { OPERATOR_PATHS } from '../../protocols/operator.ts';
import { EVENT_ID, eventFact } from '../fakes/facts.ts';
import { generalApi, operatorApi, orchestratorApi } from '../fakes/http-apis.ts';
import { call, type HttpAnswer } from '../support/http.ts';
import { BEARER, serveRoutes } from '../support/http-servers.ts';

const { record } = eventFact();
const EVENT = record.type === 'event' ? record.event : assert.fail('no event');
const GIVEN = { type: 'pr_created', repository: 'acme/app', user: 'octocat', metadata: { pr_number: 7 } };
const STATS = {
  total_events: 1,
  event_types: { pr_created: 1 },
  recent_events: [],
  deliveries: { accepted: 1, duplicate: 0, ping: 0, 'not-ours': 0, refused: 0 },
};

/** Every route of every role in one server: they do not clash but for `/status` of the orchestrator and `/v1/status`. */
const ALL: () => readonly Routes[] = () => [
  aggregatorRoutes({ stats: async () => STATS }),
  orchestratorRoutes(orchestratorApi()),
  generalRoutes(generalApi()),
  operatorRoutes(operatorApi()),
];

interface RouteCase {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  /** Part of the answer. */
  readonly gives: object;
  readonly open?: true;
}

const ROUTES: readonly RouteCase[] = [
  { path: '/health', gives: { status: 'ok', service: 'mindmesh', role: 'orchestrator', version: '1.2.3' }, open: true },
  { path: '/api/health', gives: { status: 'ok', uptime_seconds: 1 }, open: true },
  { path: '/ready', gives: { ready: true, checks: [] }, open: true },
  { path: '/docs', gives: { openapi: '3.1.0' } },
  { path: '/docs/openapi.json', gives: { openapi: '3.1.0' } },
  { path: '/stats', gives: STATS },
  {
    path: '/status',
    gives: { total_generals: 1, total_distributions: 1, generals_by_status: { active: 1, inactive: 0, busy: 0 } },
  },
  { path: '/distributions', gives: { total: 1, recent: [{ event_id: EVENT_ID }] } },
  { path: '/events?kind=pr_created', gives: [{ eventId: EVENT_ID }] },
  { path: '/events?kind=issue_opened', gives: [] },
  { path: '/tasks', gives: [{ eventId: EVENT_ID, slot: 'security-general', state: 'offered', attempts: 0 }] },
  { path: '/tasks?state=running', gives: [] },
  { path: '/dlq', gives: [{ eventId: EVENT_ID, reason: 'nobody took it before its deadline' }] },
  { path: '/dlq?general=triage-general', gives: [] },
  { path: '/locks?repository=acme/app', gives: [{ branch: 'main', state: 'holds', place: 0 }, { place: 1 }, {}] },
  { path: '/locks?repository=acme/other', gives: [] },
  { path: '/sessions', gives: [{ eventId: EVENT_ID, state: 'running', step: 'think' }] },
  { path: '/sessions?general=triage-general', gives: [] },
  { path: '/approvals', gives: [{ subject: 'acme/app#7', state: 'open' }] },
  { path: '/generals/prod-us/security-general', gives: { name: 'security-general', max_load: 10 } },
  {
    method: 'PUT',
    path: '/generals/prod-us/security-general/status',
    body: { status: 'inactive' },
    gives: { name: 'security-general', status: 'inactive' },
  },
  {
    method: 'POST',
    path: '/distribute',
    body: { event: GIVEN },
    gives: { strategy: 'broadcast', assignments: [{ status: 'dispatched' }] },
  },
  { method: 'POST', path: '/distribute', body: { event: EVENT }, gives: { event_id: EVENT_ID } },
  {
    method: 'POST',
    path: '/process',
    body: { event_type: 'pr_created', data: {} },
    gives: { status: 'processed', event_type: 'pr_created' },
  },
  { path: '/.well-known/agent-card.json', gives: { skills: [{ id: 'security-general' }] } },
  { path: OPERATOR_PATHS.status, gives: { name: 'me', peers: { known: 1, live: 1, connected: 1 } } },
  { path: OPERATOR_PATHS.peers, gives: [{ name: 'me', self: true }, { name: 'boss' }] },
  { path: OPERATOR_PATHS.tasks, gives: [{ eventId: EVENT_ID }] },
  { path: `${OPERATOR_PATHS.dlq}?limit=1`, gives: [{ eventId: EVENT_ID }] },
  { path: OPERATOR_PATHS.locks, gives: [{ repository: 'acme/app' }] },
  { method: 'POST', path: OPERATOR_PATHS.dlqRetry, body: { id: EVENT_ID }, gives: { slots: ['security-general'] } },
  { method: 'POST', path: OPERATOR_PATHS.dlqDrop, body: { id: EVENT_ID }, gives: { eventId: EVENT_ID } },
  { path: OPERATOR_PATHS.usage, gives: { by: 'general', total: { calls: 2, costNanoUsd: 420_000 } } },
  { path: `${OPERATOR_PATHS.usage}?by=model&since=2026-11-01`, gives: { by: 'model', since: '2026-11-01' } },
  { path: OPERATOR_PATHS.sessions, gives: [{ eventId: EVENT_ID }] },
  { path: `${OPERATOR_PATHS.session}?id=1`, gives: { words: [{ by: 'ada' }] } },
  {
    method: 'POST',
    path: OPERATOR_PATHS.sessionOrder,
    body: { id: EVENT_ID, order: 'steer', text: 'mind the cache' },
    gives: { order: 'steer', slots: ['security-general'] },
  },
  { path: `${OPERATOR_PATHS.conversations}?status=needs_clarification`, gives: [{ id: 'acme/app#9', issueNumber: 9 }] },
  { path: `${OPERATOR_PATHS.conversations}?status=completed`, gives: [] },
  { path: `${OPERATOR_PATHS.approvals}?all=true`, gives: [{ state: 'open' }, { state: 'denied' }] },
  {
    method: 'POST',
    path: OPERATOR_PATHS.approve,
    body: { subject: 'acme/app#7', verdict: 'approved', by: 'ada' },
    gives: { state: 'approved', by: 'ada' },
  },
  { method: 'POST', path: OPERATOR_PATHS.replay, body: { id: EVENT_ID }, gives: { eventId: 'replay:1' } },
  { method: 'POST', path: OPERATOR_PATHS.replay, body: { id: EVENT_ID, dryRun: true }, gives: { hops: 0 } },
  { path: `${OPERATOR_PATHS.ping}?peer=boss`, gives: { name: 'boss', rttMs: 1 } },
  { path: OPERATOR_PATHS.generals, gives: [{ name: 'security-general' }] },
  { path: OPERATOR_PATHS.routes, gives: [{ name: 'unrouted' }] },
  { method: 'POST', path: OPERATOR_PATHS.routesTest, body: { event: EVENT }, gives: { rules: ['pull-requests'] } },
  { method: 'POST', path: OPERATOR_PATHS.routesTest, body: { eventId: EVENT_ID }, gives: { rules: ['pull-requests'] } },
  {
    method: 'POST',
    path: OPERATOR_PATHS.routesTest,
    body: { event: 'push', payload: {} },
    gives: { rules: ['pull-requests'] },
  },
  { path: OPERATOR_PATHS.events, gives: [{ eventId: EVENT_ID, state: 'offered' }] },
  { path: `${OPERATOR_PATHS.explain}?id=${encodeURIComponent(EVENT_ID)}`, gives: { eventId: EVENT_ID } },
  { path: `${OPERATOR_PATHS.explain}/${encodeURIComponent(EVENT_ID)}`, gives: { eventId: EVENT_ID } },
  { path: OPERATOR_PATHS.config, gives: [{ key: 'node.name' }] },
  { path: OPERATOR_PATHS.version, gives: { version: '0.1.0' } },
];

const send = (url: string, { method = 'GET', path, body }: Pick<RouteCase, 'method' | 'path' | 'body'>, headers = {}) =>
  call(url + path, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

function assertProblem(answer: HttpAnswer, code: ErrorCode): Problem {
  assert.equal(answer.headers['content-type']?.split(';')[0], 'application/problem+json', answer.text);
  const problem = ProblemSchema.parse(answer.json());
  assert.deepEqual([problem.code, problem.status, answer.status], [code, ERRORS[code].http, ERRORS[code].http]);
  return problem;
}

test('http / routes / each answers what it is for', async (t) => {
  const { url } = await serveRoutes(t, { routes: ALL() });
  for (const route of ROUTES) {
    await t.test(`http / routes / ${route.method ?? 'GET'} ${route.path}`, async () => {
      const answer = await send(url, route, BEARER);
      assert.equal(answer.status, 200, answer.text);
      assert.match(String(answer.headers['content-type']), /^application\/json/);
      assert.partialDeepStrictEqual(answer.json(), route.gives);
    });
  }
});

test('http / auth / every route but health and readiness wants the token', async (t) => {
  const { url } = await serveRoutes(t, { routes: ALL() });
  const strangers = [
    {},
    { authorization: 'Bearer wrong' },
    { authorization: 'Bearer ' },
    { authorization: `Basic ${btoa('a:b')}` },
  ];
  for (const route of [...ROUTES, { path: '/metrics', gives: {} }, { path: OPERATOR_PATHS.eventsTail, gives: {} }]) {
    for (const headers of strangers) {
      const answer = await send(url, route, headers);
      if (route.open === true) assert.equal(answer.status, 200, route.path);
      else assertProblem(answer, 'unauthenticated');
    }
  }
  const { headers } = await send(url, { path: '/stats' });
  assert.equal(headers['www-authenticate'], 'Bearer realm="mindmesh"');
});

test('http / auth / open loopback reads let reads from this machine in, and nothing else', async (t) => {
  const { url } = await serveRoutes(t, { routes: ALL(), openLoopbackReads: true });
  assert.equal((await send(url, { path: '/stats' })).status, 200);
  assert.equal((await send(url, { method: 'HEAD', path: '/stats' })).status, 200);
  for (const route of ROUTES.filter(({ method }) => method !== undefined)) {
    assertProblem(await send(url, route), 'unauthenticated');
  }
  const led: readonly Record<string, string>[] = [
    { host: 'evil.example' },
    { host: 'localhost.evil.example' },
    { 'x-forwarded-for': '203.0.113.7' },
    { forwarded: 'for=203.0.113.7' },
  ];
  for (const headers of led) assertProblem(await send(url, { path: '/stats' }, headers), 'unauthenticated');
  for (const host of ['localhost:8090', '127.0.0.1', '[::1]:8090']) {
    assert.equal((await send(url, { path: '/stats' }, { host })).status, 200, host);
  }
});

const bad: readonly { id: string; method?: string; path: string; body?: unknown; code: ErrorCode; says: RegExp }[] = [
  { id: 'an unknown path', path: '/nowhere?token=secret', code: 'route-unknown', says: /GET \/nowhere here/ },
  { id: 'another method', method: 'DELETE', path: '/status', code: 'route-unknown', says: /DELETE \/status/ },
  {
    id: 'a general that is not known',
    path: '/generals/prod-us/x-general',
    code: 'general-unknown',
    says: /x-general/,
  },
  {
    id: 'the status of a general that is not known',
    method: 'PUT',
    path: '/generals/moon/security-general/status',
    body: { status: 'active' },
    code: 'general-unknown',
    says: /moon/,
  },
  {
    id: 'a status that is none',
    method: 'PUT',
    path: '/generals/prod-us/security-general/status',
    body: { status: 'asleep' },
    code: 'request-invalid',
    says: /status/,
  },
  {
    id: 'no status',
    method: 'PUT',
    path: '/generals/prod-us/security-general/status',
    body: {},
    code: 'request-invalid',
    says: /status/,
  },
  { id: 'a limit of zero', path: '/distributions?limit=0', code: 'request-invalid', says: /limit/ },
  { id: 'a limit that is no number', path: '/v1/events?limit=many', code: 'request-invalid', says: /limit/ },
  { id: 'a kind that is none', path: '/events?kind=party', code: 'request-invalid', says: /kind/ },
  {
    id: 'a distribution without an event',
    method: 'POST',
    path: '/distribute',
    body: {},
    code: 'request-invalid',
    says: /event/,
  },
  {
    id: 'a body that is not JSON',
    method: 'POST',
    path: '/distribute',
    body: '{"event":',
    code: 'body-not-json',
    says: /JSON/,
  },
  { id: 'an empty body', method: 'POST', path: '/distribute', body: '', code: 'body-not-json', says: /empty/i },
  {
    id: 'a body over 1 MiB',
    method: 'POST',
    path: '/process',
    body: 'x'.repeat(2 ** 20 + 1),
    code: 'body-too-large',
    says: /1048576/,
  },
  { id: 'an event that is not here', path: '/v1/explain?id=nothing', code: 'not-found', says: /no event nothing/ },
  { id: 'a peer that is not here', path: '/v1/ping?peer=ghost', code: 'not-found', says: /no peer ghost/ },
  { id: 'no peer', path: '/v1/ping', code: 'request-invalid', says: /peer/ },
  {
    id: 'a full queue',
    method: 'POST',
    path: '/process',
    body: { event_type: 'full' },
    code: 'queue-full',
    says: /full/,
  },
];

for (const { id, code, says, ...request } of bad) {
  test(`http / problems / ${id} is answered ${ERRORS[code].http} ${code}`, async (t) => {
    const { url } = await serveRoutes(t, { routes: ALL() });
    const answer = await send(url, request, BEARER);
    const problem = assertProblem(answer, code);
    assert.match(problem.detail, says);
    assert.equal(problem.type, `urn:mindmesh:problem:${code}`);
    assert.equal(problem.instance, request.path.split('?')[0]);
    assert.equal(problem.requestId, answer.headers['x-request-id']);
    assert.ok(!answer.text.includes('token=secret'));
  });
}

test('http / problems / a type of body that no route takes is answered 415', async (t) => {
  const { url } = await serveRoutes(t, { routes: ALL() });
  const headers = { ...BEARER, 'content-type': 'text/plain' };
  assertProblem(await call(`${url}/process`, { method: 'POST', headers, body: 'hi' }), 'media-type-unsupported');
});

test('http / problems / what breaks inside tells nothing but where to look, and the log tells the rest', async (t) => {
  const { url, lines } = await serveRoutes(t, { routes: ALL() });
  const headers = { ...BEARER, 'x-request-id': 'my-id-1' };
  const answer = await send(url, { method: 'POST', path: '/process', body: { event_type: 'crash' } }, headers);
  const problem = assertProblem(answer, 'internal');
  assert.equal(problem.requestId, 'my-id-1');
  assert.doesNotMatch(answer.text, /secret|stack|\.ts/);
  const told = lines().find(({ msg }) => msg === 'request failed');
  assert.partialDeepStrictEqual(told, { level: 'error', requestId: 'my-id-1', method: 'POST' });
  assert.match(JSON.stringify(told), /the secret plan failed/);
});

test('http / problems / a request id that could do harm in a log is replaced', async (t) => {
  const { url } = await serveRoutes(t);
  const answer = await send(url, { path: '/health' }, { 'x-request-id': 'a b"c' });
  assert.match(String(answer.headers['x-request-id']), /^[0-9a-f-]{36}$/);
});

test('http / problems / a full queue says when to come back', async (t) => {
  const { url } = await serveRoutes(t, { routes: ALL() });
  const answer = await send(url, { method: 'POST', path: '/process', body: { event_type: 'full' } }, BEARER);
  assert.equal(answer.headers['retry-after'], '5');
});

test('http / ops / a node that is not ready says what is missing, in JSON and as Kubernetes writes it', async (t) => {
  const checks = () => [
    { name: 'store', ok: true },
    { name: 'heads', ok: false, detail: '3 records behind' },
  ];
  const { url } = await serveRoutes(t, { checks });
  const ready = await send(url, { path: '/ready' });
  assert.equal(ready.status, 503);
  assert.deepEqual(ready.json(), { ready: false, checks: checks() });
  const brief = await send(url, { path: '/readyz' });
  assert.deepEqual([brief.status, brief.text], [503, 'not ready\n']);
  const verbose = await send(url, { path: '/readyz?verbose' });
  assert.equal(verbose.text, '[+]store ok\n[-]heads failed: 3 records behind\nnot ready\n');
  assert.equal((await send(url, { path: '/livez' })).text, 'ok\n');
  assert.equal((await send(url, { path: '/health' })).status, 200);
});

test('http / ops / metrics count each request under its pattern and are OpenMetrics', async (t) => {
  const { url } = await serveRoutes(t, { routes: ALL() });
  await send(url, { path: '/generals/prod-us/security-general' }, BEARER);
  await send(url, { path: '/no/such/path' });
  const answer = await send(url, { path: '/metrics' }, BEARER);
  assert.equal(answer.headers['content-type'], 'application/openmetrics-text; version=1.0.0; charset=utf-8');
  assert.match(
    answer.text,
    /^http_requests_total\{method="GET",endpoint="\/generals\/:cluster\/:name",status="200"\} 1$/m,
  );
  assert.match(answer.text, /^http_requests_total\{method="GET",endpoint="unknown",status="404"\} 1$/m);
  assert.match(answer.text, /^http_response_size_bytes_sum\{method="GET",endpoint="unknown"\} [1-9]/m);
  assert.ok(answer.text.endsWith('# EOF\n'));
});

test('http / ops / the description is a page where a browser asks, without scripts and without anything from elsewhere', async (t) => {
  const { url } = await serveRoutes(t, { routes: ALL() });
  const page = await send(url, { path: '/docs' }, { ...BEARER, accept: 'text/html,*/*' });
  assert.match(String(page.headers['content-type']), /^text\/html/);
  assert.match(page.text, /<code>POST \/distribute<\/code><\/td><td>Give an event to generals/);
  assert.doesNotMatch(page.text, /<script|https?:\/\//);
});
