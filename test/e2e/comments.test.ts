import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import { hopsIn, keyIn } from '../../protocols/marker.ts';
import { type EmulatedGitHub, emulatedGitHub, REPOSITORY, TOKENS } from '../support/emulated-github.ts';
import { exampleWebhooks, postWebhook, type Webhook } from '../support/github.ts';
import { settledStory, testMesh } from './mesh.ts';

const [OWNER = '', REPO = ''] = REPOSITORY.split('/');

/** A real payload, about an issue that the stand-in has. */
function aboutIssue(number: number): Webhook {
  const webhook = exampleWebhooks().find(({ event }) => event === 'issues') as Webhook;
  const { issue, repository, ...payload } = Object(webhook.payload);
  return {
    ...webhook,
    payload: {
      ...payload,
      issue: { ...issue, number },
      repository: { ...repository, name: REPO, full_name: REPOSITORY, owner: { ...repository.owner, login: OWNER } },
    },
  };
}

describe('a mesh that may comment', () => {
  let github: EmulatedGitHub;
  let mesh: DevMesh;
  let stop: (() => Promise<void>) | undefined;

  before(async () => {
    github = await emulatedGitHub();
    const made = await testMesh({
      env: { GITHUB_TOKEN: TOKENS['mesh-bot'] },
      overrides: {
        effects: { comments: 'on' },
        github: { baseUrl: github.url, token: { env: 'GITHUB_TOKEN' }, throttle: false },
      },
    });
    mesh = made.mesh;
    stop = made.end;
    mesh.startAll();
    await mesh.ready();
  });
  after(async () => {
    await stop?.();
    await github.close();
  });

  it('e2e / comments / each task of an event is one comment on its issue, and explain says which', async () => {
    const number = await github.issue();
    const { delivery, status } = await postWebhook(mesh.url('aggregator'), mesh.secret, aboutIssue(number));
    assert.equal(status, 202);
    const story = await settledStory(mesh, delivery, 60_000);
    assert.equal(story.settled?.outcome, 'done');

    const place = { owner: OWNER, repo: REPO, issue_number: number };
    const { data } = await github
      .by('octocat')
      .request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', place);
    const comments = (data as { id: number; body: string }[]).map(({ id, body }) => ({ id: String(id), body }));
    const told = story.tasks.flatMap(({ effects = [] }) => effects);
    assert.equal(comments.length, story.tasks.length);
    assert.deepEqual(
      comments.map(({ id, body }) => [keyIn(body), id]).sort(),
      told.map(({ key, ref }) => [key, ref?.id]).sort(),
    );
    for (const { body } of comments) assert.equal(hopsIn(body), 1);
  });
});
