import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../../../daemon/config/secret.ts';
import { GitHubClient } from '../../../../daemon/github/client.ts';
import { mutate } from '../../../../daemon/github/graphql.ts';
import { siteOf } from '../../../../daemon/github/site.ts';
import { MeshError } from '../../../../protocols/errors.ts';
import { silentLogger } from '../../../fakes/runtime-lite.ts';
import { scriptedHttp } from '../../../support/scripted-http.ts';

const SIGNAL = new AbortController().signal;
const PLACE = { owner: 'acme', repo: 'app' };

function clientAt(baseUrl: string) {
  const options = { baseUrl, throttle: false, retryBaseMs: 1, token: new Secret('t', 'test') };
  return new GitHubClient(options, { log: silentLogger, version: '0.0.0' });
}

for (const [rest, path] of [
  ['', '/graphql'],
  ['/api/v3', '/api/graphql'],
  ['/api/v3/', '/api/graphql'],
] as const) {
  test(`github / graphql / beside a REST API at “${rest}” it is at ${path}, and is told no repository`, async (t) => {
    const { url, asked } = await scriptedHttp(t, () => ({ json: '{"data": {}}' }));
    await mutate(clientAt(`${url}${rest}`), PLACE, 'minimizeComment', { subjectId: 'PRR_1' }, SIGNAL);
    const [only] = asked;
    assert.equal(only?.path, path);
    const { query, ...more } = Object(only?.body);
    assert.deepEqual(more, { variables: { input: { subjectId: 'PRR_1' } } });
    assert.match(query, /^mutation\(\$input: MinimizeCommentInput!\) \{ minimizeComment\(input: \$input\)/);
  });
}

test('github / graphql / what it answers with 200 and errors is what it would be in REST', async (t) => {
  let type: string | undefined;
  const { url } = await scriptedHttp(t, () => ({
    json: JSON.stringify({ data: null, errors: [{ type, message: 'no' }] }),
  }));
  for (const [said, code] of [
    ['NOT_FOUND', 'github-not-found'],
    ['FORBIDDEN', 'github-forbidden'],
    ['UNPROCESSABLE', 'github-refused'],
    [undefined, 'github-refused'],
  ] as const) {
    type = said;
    const asking = mutate(clientAt(url), PLACE, 'minimizeComment', {}, SIGNAL);
    await assert.rejects(
      asking,
      (error) => error instanceof MeshError && error.code === code && !error.retryable,
      said,
    );
  }
});

test('github / site / people see repositories beside the API', () => {
  const cases = {
    'https://api.github.com': 'https://github.com',
    'https://api.acme.ghe.com': 'https://acme.ghe.com',
    'https://git.acme.example/api/v3': 'https://git.acme.example',
    'https://api.acme.example/api/v3': 'https://api.acme.example',
    'http://127.0.0.1:4000': 'http://127.0.0.1:4000',
  };
  for (const [api, site] of Object.entries(cases)) assert.equal(siteOf(api), site, api);
});
