import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Secret } from '../../daemon/config/secret.ts';
import type { GitHub } from '../../daemon/github/client.ts';
import { CommentEffect } from '../../daemon/github/comment-effect.ts';
import { ownLogin } from '../../daemon/github/own-login.ts';
import { withMarker } from '../../protocols/marker.ts';
import { OutsideWorld } from '../fakes/effect-world.ts';
import {
  APP_LOGIN,
  type EmulatedGitHub,
  emulatedGitHub,
  githubClient,
  REPOSITORY,
} from '../support/emulated-github.ts';
import { scriptedHttp } from '../support/scripted-http.ts';
import { convergingSuite, idsOf, keyNumber } from './converging.suite.ts';

const SIGNAL = new AbortController().signal;
const MARKER = { hops: 2, key: keyNumber(1) };

convergingSuite('effects / an outside in memory', async () => ({
  adapter: new OutsideWorld().adapter(),
  target: (number) => ({ repository: REPOSITORY, number }),
}));

describe('effects / comments at GitHub', () => {
  let github: EmulatedGitHub;
  before(async () => {
    github = await emulatedGitHub();
  });
  after(() => github.close());

  const open = async (as: 'token' | 'app', client: GitHub) => {
    const numbers = [await github.issue(), await github.issue()];
    const target = (number: number) => ({ repository: REPOSITORY, number: numbers[number - 1] ?? 0 });
    const self = ownLogin({ as }, { github: client });
    return { adapter: new CommentEffect({ github: client, self }), target };
  };
  const ours = () => open('token', github.by('mesh-bot'));

  convergingSuite('by a token', ours);
  convergingSuite('as an App', () => open('app', github.app()));

  test('what is written is the text with the marker, and is seen where the address says', async () => {
    const { adapter, target } = await ours();
    const { url } = await adapter.write(target(1), MARKER, 'Looked at it.', SIGNAL);
    assert.match(url ?? '', /\/octocat\/app\/issues\/\d+#issuecomment-\d+$/);
    const place = { owner: 'octocat', repo: 'app', issue_number: target(1).number };
    const listed = await github
      .by('octocat')
      .request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', place);
    const [comment] = listed.data as { body: string }[];
    assert.equal(comment?.body, withMarker('Looked at it.', MARKER));
  });

  test('a comment beyond the first hundred is found', async () => {
    const { adapter, target } = await ours();
    const { number } = target(1);
    for (let i = 0; i < 100; i++) await github.comment('octocat', Number(number), `comment ${i}`);
    const { id } = await adapter.write(target(1), MARKER, 'late', SIGNAL);
    assert.deepEqual(await idsOf(adapter, target(1), MARKER.key), [id]);
  });

  test('a marker that somebody copied is not ours: it is neither kept nor removed', async () => {
    const { adapter, target } = await ours();
    await github.comment('octocat', Number(target(1).number), withMarker('me too', MARKER));
    assert.deepEqual(await idsOf(adapter, target(1), MARKER.key), []);
  });

  test(`an App writes as ${APP_LOGIN}, and knows only that`, async () => {
    const { adapter, target } = await open('app', github.app());
    await github.comment('mesh-bot', Number(target(1).number), withMarker('of another account', MARKER));
    const { id } = await adapter.write(target(1), MARKER, 'ours', SIGNAL);
    assert.deepEqual(await idsOf(adapter, target(1), MARKER.key), [id]);
  });

  test('a text longer than GitHub takes is cut, and says so', async () => {
    const { adapter, target } = await ours();
    await adapter.write(target(1), MARKER, 'x'.repeat(100_000), SIGNAL);
    assert.equal((await idsOf(adapter, target(1), MARKER.key)).length, 1);
  });

  test('an issue that is not there is refused for good', async () => {
    const { adapter, target } = await ours();
    await assert.rejects(adapter.write({ ...target(1), number: 99_999 }, MARKER, 'text', SIGNAL), {
      code: 'github-not-found',
      retryable: false,
    });
  });

  test('a target of another kind is a mistake of ours', async () => {
    const { adapter } = await ours();
    await assert.rejects(adapter.write({ channel: 'prs' }, MARKER, 'text', SIGNAL), { code: 'effect-invalid' });
  });
});

test('effects / comments at GitHub / a 5xx after a write tells nothing of it, and the write is not repeated', async (t) => {
  const server = await scriptedHttp(t, ({ method }) => (method === 'POST' ? { status: 502 } : { json: '[]' }));
  const github = githubClient(server.url, { token: new Secret('t', 'test') });
  const adapter = new CommentEffect({ github, self: ownLogin({ as: 'token' }, { github }) });
  await assert.rejects(adapter.write({ repository: REPOSITORY, number: 1 }, MARKER, 'text', SIGNAL), {
    retryable: true,
  });
  assert.equal(server.asked.filter(({ method }) => method === 'POST').length, 1);
});
