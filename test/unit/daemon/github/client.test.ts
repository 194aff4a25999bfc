import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { Secret } from '../../../../daemon/config/secret.ts';
import { createGitHub, type GitHub, GitHubClient } from '../../../../daemon/github/client.ts';
import type { GitHubOptions } from '../../../../daemon/github/github-options.ts';
import { type ErrorCode, MeshError } from '../../../../protocols/errors.ts';
import { manualRuntime } from '../../../fakes/manual-runtime.ts';
import { type Asked, type ScriptedAnswer, scriptedHttp } from '../../../support/scripted-http.ts';

const TOKEN = 'ghp_0123456789abcdef';
const { log } = manualRuntime();

async function clientTo(t: TestContext, answer: (asked: Asked) => ScriptedAnswer, options: GitHubOptions = {}) {
  const server = await scriptedHttp(t, answer);
  const credential = options.app ? {} : { token: new Secret(TOKEN, 'test') };
  const github = new GitHubClient(
    { baseUrl: server.url, throttle: false, retryBaseMs: 1, ...credential, ...options },
    { log, version: '1.2.3' },
  );
  return { ...server, github };
}

async function failureOf(
  github: GitHub,
  route = 'GET /repos/{owner}/{repo}',
  signal?: AbortSignal,
): Promise<MeshError> {
  const error = await github.request(route, { owner: 'o', repo: 'r' }, signal).then(
    () => assert.fail('it answered'),
    (caught: unknown) => caught,
  );
  assert.ok(error instanceof MeshError, String(error));
  assert.ok(!error.message.includes(TOKEN), 'the token stays secret');
  return error;
}

test('github / client / a route is filled in, the token and our name go with it', async (t) => {
  const { github, asked } = await clientTo(t, () => ({ status: 201, json: '{"id": 7}' }));
  const reply = await github.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
    owner: 'o',
    repo: 'r',
    issue_number: 3,
    body: 'well done',
  });
  assert.deepEqual([reply.status, reply.data], [201, { id: 7 }]);
  assert.deepEqual([asked[0]?.method, asked[0]?.path], ['POST', '/repos/o/r/issues/3/comments']);
  assert.deepEqual(asked[0]?.body, { body: 'well done' });
  assert.equal(asked[0]?.headers.authorization, `token ${TOKEN}`);
  assert.match(asked[0]?.headers['user-agent'] ?? '', /^mindmesh\/1\.2\.3 /);
});

test('github / client / a base address with a path, as an Enterprise Server has it', async (t) => {
  const server = await scriptedHttp(t, () => ({}));
  const options = { baseUrl: `${server.url}/api/v3/`, token: new Secret(TOKEN, 'test'), throttle: false };
  await new GitHubClient(options, { log, version: '1' }).request('GET /user');
  assert.equal(server.asked[0]?.path, '/api/v3/user');
});

test('github / client / numbers beyond 2⁵³ arrive whole', async (t) => {
  const { github } = await clientTo(t, () => ({ json: '{"id": 210811060417789953}' }));
  assert.deepEqual((await github.request('GET /user')).data, { id: 210_811_060_417_789_953n });
});

const SOON = String(Math.floor(Date.now() / 1_000) + 600);
const FAILURES: readonly {
  readonly id: string;
  readonly answer: ScriptedAnswer;
  readonly code: ErrorCode;
  readonly says?: RegExp;
}[] = [
  { id: '401', answer: { status: 401, json: '{"message":"Bad credentials"}' }, code: 'github-unauthorized' },
  { id: '403', answer: { status: 403, json: '{"message":"Resource not accessible"}' }, code: 'github-forbidden' },
  { id: '404', answer: { status: 404, json: '{"message":"Not Found"}' }, code: 'github-not-found' },
  {
    id: '422',
    answer: { status: 422, json: '{"message":"Reference already exists"}' },
    code: 'github-refused',
    says: /422: Reference already/,
  },
  { id: '500', answer: { status: 500, json: '{"message":"Oops"}' }, code: 'github-unavailable', says: /500 Oops/ },
  { id: '503', answer: { status: 503, json: '{}' }, code: 'github-unavailable' },
  {
    id: '429',
    answer: { status: 429, headers: { 'retry-after': '77' } },
    code: 'github-rate-limited',
    says: /for 77 s/,
  },
  {
    id: '403 with nothing remaining',
    answer: { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': SOON } },
    code: 'github-rate-limited',
    says: /for (59\d|600) s/,
  },
  {
    id: '403 of the secondary limit',
    answer: { status: 403, json: '{"message":"You have exceeded a secondary rate limit."}' },
    code: 'github-rate-limited',
    says: /for 60 s/,
  },
];
for (const { id, answer, code, says = /./ } of FAILURES) {
  for (const throttle of [true, false]) {
    test(`github / client / ${id} is ${code}, ${throttle ? 'with' : 'without'} throttling`, async (t) => {
      const { github } = await clientTo(t, () => answer, { throttle });
      const error = await failureOf(github);
      assert.equal(error.code, code);
      assert.match(error.message, says);
      assert.match(error.message, /GET \/repos\/\{owner\}\/\{repo\}/);
    });
  }
}

test('github / client / a read is repeated after 502, a write never', async (t) => {
  let failures = 2;
  const { github, asked } = await clientTo(t, () => (failures-- > 0 ? { status: 502 } : { json: '[]' }));
  assert.deepEqual((await github.request('GET /user')).data, []);
  assert.equal(asked.length, 3);
  failures = 1;
  assert.equal((await failureOf(github, 'POST /repos/{owner}/{repo}/issues')).code, 'github-unavailable');
  assert.equal(asked.length, 4);
});

test('github / client / a short rate limit is waited for, with writes too: they were not done', async (t) => {
  let limited = 1;
  const { github, asked } = await clientTo(
    t,
    () =>
      limited-- > 0
        ? { status: 403, headers: { 'retry-after': '2' }, json: '{"message":"a secondary rate limit"}' }
        : {},
    { throttle: true },
  );
  await github.request('PATCH /repos/{owner}/{repo}', { owner: 'o', repo: 'r' });
  assert.equal(asked.length, 2);
});

test('github / client / nobody there, silence, and a caller who gives up', async (t) => {
  const gone = new GitHubClient(
    { baseUrl: 'http://127.0.0.1:9', token: new Secret(TOKEN, 'test'), retryBaseMs: 1 },
    { log, version: '1' },
  );
  assert.equal((await failureOf(gone)).code, 'github-unavailable');
  const silent = await scriptedHttp(t, () => new Promise(() => undefined));
  const options = { baseUrl: silent.url, token: new Secret(TOKEN, 'test'), retryBaseMs: 1, throttle: false };
  const waiting = new GitHubClient({ ...options, timeoutMs: 20 }, { log, version: '1' });
  assert.match((await failureOf(waiting)).message, /timeout/);
  const patient = new GitHubClient(options, { log, version: '1' });
  assert.match((await failureOf(patient, undefined, AbortSignal.timeout(20))).message, /abort|timeout/);
});

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const APP = { id: 4_711, privateKey: new Secret(privateKey, 'test') };
const EXPIRES = new Date(Date.now() + 3_600_000).toISOString();

/** The App's routes as https://docs.github.com/rest/apps/apps describes them. */
function appServer({ path }: Asked): ScriptedAnswer {
  const installation = /^\/(?:repos\/(\w+)\/\w+|orgs\/(\w+))\/installation$/.exec(path);
  if (installation) return { json: `{"id": ${(installation[1] ?? installation[2]) === 'one' ? 11 : 22}}` };
  const token = /^\/app\/installations\/(\d+)\/access_tokens$/.exec(path);
  if (token)
    return { status: 201, json: `{"token": "ghs_${token[1]}", "expires_at": "${EXPIRES}", "permissions": {}}` };
  return {};
}

test('github / client / an App asks for itself with a signed token, elsewhere as the installation of the owner', async (t) => {
  const { github, asked } = await clientTo(t, appServer, { app: APP });
  await github.request('GET /app/hook/deliveries');
  const jwt = /^bearer (.+)$/.exec(asked[0]?.headers.authorization ?? '')?.[1] ?? assert.fail('no bearer token');
  const [head = '', claims = '', signature = ''] = jwt.split('.');
  assert.ok(verify('RSA-SHA256', Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, 'base64url')));
  assert.equal(JSON.parse(Buffer.from(claims, 'base64url').toString()).iss, 4_711);
  const as = async (parameters: Record<string, string>) => {
    const before = asked.length;
    await github.request('repo' in parameters ? 'GET /repos/{owner}/{repo}' : 'GET /orgs/{org}/hooks', parameters);
    return [asked.length - before, asked.at(-1)?.headers.authorization];
  };
  assert.deepEqual(await as({ owner: 'one', repo: 'a' }), [3, 'token ghs_11']);
  assert.deepEqual(await as({ owner: 'one', repo: 'b' }), [1, 'token ghs_11']);
  assert.deepEqual(await as({ org: 'two' }), [3, 'token ghs_22']);
});

test('github / client / a configured installation is not looked up; a key that is none is named', async (t) => {
  const { github, asked } = await clientTo(t, appServer, { app: { ...APP, installation: 33 } });
  await github.request('GET /repos/{owner}/{repo}', { owner: 'one', repo: 'a' });
  assert.deepEqual([asked.length, asked.at(-1)?.headers.authorization], [2, 'token ghs_33']);
  const { github: keyless } = await clientTo(t, appServer, {
    app: { id: 'Iv1', privateKey: new Secret('none', 'test') },
  });
  assert.equal((await failureOf(keyless)).code, 'github-unauthorized');
});

test('github / client / what git pushes with opens one repository, where an App can make such a token', async (t) => {
  const { github, asked } = await clientTo(t, appServer, { app: APP });
  assert.equal(await github.gitToken('one/a'), 'ghs_11');
  assert.deepEqual(asked.at(-1)?.body, { repositories: ['a'], permissions: { contents: 'write' } });
  const before = asked.length;
  assert.deepEqual([await github.gitToken('one/a'), asked.length], ['ghs_11', before]);
  await github.gitToken('one/b');
  assert.deepEqual(asked.at(-1)?.body, { repositories: ['b'], permissions: { contents: 'write' } });
  const { github: byToken } = await clientTo(t, appServer);
  assert.equal(await byToken.gitToken('one/a'), TOKEN);
});

test('github / client / a token for git that is refused says why', async (t) => {
  const { github } = await clientTo(
    t,
    (asked) =>
      asked.path.endsWith('/access_tokens')
        ? { status: 422, json: '{"message": "no such permission"}' }
        : appServer(asked),
    { app: APP },
  );
  await assert.rejects(github.gitToken('one/a'), { code: 'github-refused' });
});

test('github / client / an App that is not installed there is asked for again later', async (t) => {
  let installed = false;
  const { github } = await clientTo(t, (asked) => (installed ? appServer(asked) : { status: 404 }), { app: APP });
  assert.equal((await failureOf(github)).code, 'github-not-found');
  installed = true;
  assert.equal((await github.request('GET /repos/{owner}/{repo}', { owner: 'one', repo: 'a' })).status, 200);
});

test('github / client / without a token and an App there is none', () => {
  assert.equal(createGitHub({ baseUrl: 'http://127.0.0.1:9' }, { log, version: '1' }), undefined);
});
