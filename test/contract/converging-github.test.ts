import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CheckRunEffect } from '../../daemon/github/check-run-effect.ts';
import { CheckStatusEffect } from '../../daemon/github/check-status-effect.ts';
import type { GitHub } from '../../daemon/github/client.ts';
import { ownLogin } from '../../daemon/github/own-login.ts';
import { ReviewEffect } from '../../daemon/github/review-effect.ts';
import type { ReviewBody } from '../../protocols/effect-bodies.ts';
import type { EffectKey } from '../../protocols/effects.ts';
import { eventIdOf, slotOf } from '../../protocols/ids.ts';
import { keyIn, withMarker } from '../../protocols/marker.ts';
import { keepLowest } from '../../roles/effects/keep-lowest.ts';
import { unclear } from '../fakes/effect-world.ts';
import { type GitHubLab, startGitHubLab } from '../support/github-lab/lab.ts';
import { convergingSuite, idsOf, keyNumber } from './converging.suite.ts';

const SIGNAL = new AbortController().signal;
const repository = 'acme/app';
const CHECK = { name: 'security', conclusion: 'failure', title: 'Two findings', summary: '…' };

describe('effects / at GitHub', () => {
  let lab: GitHubLab;
  let count = 0;
  before(async () => {
    lab = await startGitHubLab({ repositories: [{ name: repository, files: { 'a.txt': 'one\ntwo\nthree\n' } }] });
  });
  after(() => lab.stop());

  const opened = async () => {
    const head = `feature/x${++count}`;
    const sha = await lab.as('alice').push({ branch: head, files: { 'a.txt': `one\n${count}\nthree\n` } });
    return { sha, number: await lab.as('alice').openPull({ head }) };
  };
  const reviewer = (as: 'mesh-bot' | 'app', github: GitHub = lab.client(as)) => {
    const self = ownLogin({ as: as === 'app' ? 'app' : 'token' }, { github: lab.client(as) });
    return new ReviewEffect({ verdicts: true, lookMs: 5, patienceMs: 60 }, { github, self });
  };
  const reviewOf = (sha: string): ReviewBody => ({
    sha,
    text: 'Looked at it.',
    comments: [{ path: 'a.txt', line: 2, text: 'Why?' }],
  });
  const submitted = (number: number, key: EffectKey) =>
    lab.reviews.reviews.filter(
      (each) => each.number === number && each.state !== 'PENDING' && keyIn(each.body) === key,
    );
  const pending = (number: number) =>
    lab.reviews.reviews.filter((each) => each.number === number && each.state === 'PENDING');

  for (const as of ['mesh-bot', 'app'] as const) {
    const open = async () => {
      const pulls = [await opened(), await opened()];
      const target = (number: number) => ({ repository, number: pulls[number - 1]?.number ?? 0 });
      return { adapter: reviewer(as), target, body: (text: string) => ({ sha: pulls[0]?.sha, text }) };
    };
    convergingSuite(`reviews as ${as}`, open, 'once');
  }

  const commits = async () => {
    const shas = [(await opened()).sha, (await opened()).sha];
    return (number: number) => ({ repository, sha: shas[number - 1] ?? '' });
  };
  convergingSuite('check runs', async () => {
    const body = (title: string) => ({ ...CHECK, title });
    return { adapter: new CheckRunEffect({ github: lab.client('app') }), target: await commits(), body };
  });
  convergingSuite(
    'statuses instead of check runs',
    async () => {
      const github = lab.client('mesh-bot');
      const self = ownLogin({ as: 'token' }, { github });
      const adapter = new CheckStatusEffect({ site: 'https://github.example' }, { github, self });
      return { adapter, target: await commits(), body: (title: string) => ({ ...CHECK, title }) };
    },
    'once',
  );

  test('reviews / are seen with their comments on lines, about the commit that was looked at', async () => {
    const { sha, number } = await opened();
    await lab.as('alice').push({ branch: `feature/x${count}`, files: { 'late.txt': 'late\n' } });
    await reviewer('mesh-bot').write({ repository, number }, marker(1), reviewOf(sha), SIGNAL);
    const [review] = submitted(number, keyNumber(1));
    assert.deepEqual([review?.state, review?.commit_id, review?.by.login], ['COMMENTED', sha, 'mesh-bot']);
    const [comment] = lab.reviews.comments.filter((each) => each.number === number);
    assert.deepEqual([comment?.path, comment?.line, comment?.body], ['a.txt', 2, 'Why?']);
  });

  test('reviews / a comment on a line that the diff does not show stands in the text', async () => {
    const { sha, number } = await opened();
    const body = { ...reviewOf(sha), comments: [{ path: 'a.txt', line: 99, text: 'Far\naway' }] };
    await reviewer('mesh-bot').write({ repository, number }, marker(1), body, SIGNAL);
    const [review] = submitted(number, keyNumber(1));
    assert.match(review?.body ?? '', /^Looked at it\.\n\n- `a\.txt:99` Far\n {2}away\n/);
    assert.equal(pending(number).length, 0);
  });

  test('reviews / a verdict counts only where verdicts are allowed', async () => {
    const { sha, number } = await opened();
    const github = lab.client('mesh-bot');
    const self = ownLogin({ as: 'token' }, { github });
    for (const [i, verdicts] of [false, true].entries()) {
      const adapter = new ReviewEffect({ verdicts }, { github, self });
      await adapter.write({ repository, number }, marker(i), { ...reviewOf(sha), verdict: 'request-changes' }, SIGNAL);
    }
    const states = [0, 1].map((i) => submitted(number, keyNumber(i))[0]?.state);
    assert.deepEqual(states, ['COMMENTED', 'CHANGES_REQUESTED']);
  });

  test('reviews / a verdict on our own pull request is refused, and leaves nothing begun', async () => {
    const branch = `feature/x${++count}`;
    const sha = await lab.as('mesh-bot').push({ branch, files: { 'a.txt': `one\n${count}\n` } });
    const number = await lab.as('mesh-bot').openPull({ head: branch });
    const body = { sha, text: 'Fine.', verdict: 'approve' };
    await assert.rejects(reviewer('mesh-bot').write({ repository, number }, marker(1), body, SIGNAL), {
      code: 'github-refused',
    });
    assert.deepEqual([submitted(number, keyNumber(1)).length, pending(number).length], [0, 0]);
  });

  for (const mode of ['lost', 'unheard'] as const) {
    test(`reviews / killed at any request that is ${mode}: whoever goes on leaves one review, and nothing begun`, async () => {
      for (let at = 1; at <= 4; at++) {
        const { sha, number } = await opened();
        const target = { repository, number };
        const dying = reviewer('mesh-bot', failingAt(lab.client('mesh-bot'), at, mode));
        await assert.rejects(dying.write(target, marker(1), reviewOf(sha), SIGNAL), { code: 'github-unavailable' });
        const next = reviewer('mesh-bot');
        const there = await idsOf(next, target, keyNumber(1));
        if (there.length === 0) await next.write(target, marker(1), reviewOf(sha), SIGNAL);
        assert.deepEqual([submitted(number, keyNumber(1)).length, pending(number).length], [1, 0], `request ${at}`);
      }
    });
  }

  test('reviews / nodes that write at once leave one of each key, of three generals', async () => {
    const { sha, number } = await opened();
    const target = { repository, number };
    const patient = () => {
      const github = lab.client('mesh-bot');
      const self = ownLogin({ as: 'token' }, { github });
      return new ReviewEffect({ verdicts: false, lookMs: 20, patienceMs: 20_000 }, { github, self });
    };
    const nodes = [patient(), patient()];
    const keys = [1, 2, 3];
    await Promise.all(
      nodes.flatMap((node) => keys.map((key) => node.write(target, marker(key), reviewOf(sha), SIGNAL))),
    );
    assert.deepEqual(
      keys.map((key) => submitted(number, keyNumber(key)).length),
      [1, 1, 1],
    );
    assert.equal(pending(number).length, 0);
  });

  test('reviews / what another general left begun is waited for and then taken away; what a person began is not', async () => {
    const { sha, number } = await opened();
    await lab.as('mesh-bot').review(number, { body: withMarker('left behind', marker(7)) });
    await reviewer('mesh-bot').write({ repository, number }, marker(1), reviewOf(sha), SIGNAL);
    assert.deepEqual([submitted(number, keyNumber(1)).length, pending(number).length], [1, 0]);

    await lab.as('mesh-bot').review(number, { body: 'my own thoughts' });
    const writing = reviewer('mesh-bot').write({ repository, number }, marker(2), reviewOf(sha), SIGNAL);
    await assert.rejects(writing, { code: 'effect-conflict' });
    assert.equal(pending(number)[0]?.body, 'my own thoughts');
  });

  test('reviews / one too many is made to say nothing: no comments, no verdict, folded up, and nobody’s', async () => {
    const { sha, number } = await opened();
    const target = { repository, number };
    for (const event of ['COMMENT', 'REQUEST_CHANGES', 'COMMENT'] as const) {
      const comments = [{ path: 'a.txt', line: 2, body: 'Why?' }];
      await lab.as('mesh-bot').review(number, { event, body: withMarker('Looked at it.', marker(1)), comments });
    }
    const [lowest] = submitted(number, keyNumber(1));
    const act = { eventId: eventIdOf('github', 'e'), slot: slotOf('g'), key: keyNumber(1), kind: 'review', target };
    const kept = await keepLowest(reviewer('mesh-bot'), act, SIGNAL);
    assert.deepEqual([kept.ref?.id, kept.removed], [String(lowest?.id), 2]);
    const all = lab.reviews.reviews.filter((each) => each.number === number);
    assert.deepEqual(
      all.map(({ state, isMinimized, body }) => [state, isMinimized, keyIn(body) === undefined]),
      [
        ['COMMENTED', false, false],
        ['DISMISSED', true, true],
        ['COMMENTED', true, true],
      ],
    );
    assert.equal(lab.reviews.comments.filter((each) => each.number === number).length, 1);
    assert.equal((await keepLowest(reviewer('mesh-bot'), act, SIGNAL)).removed, 0);
    assert.ok(sha);
  });

  test('reviews / a marker that somebody copied is not ours', async () => {
    const { number } = await opened();
    await lab.as('mallory').review(number, { event: 'COMMENT', body: withMarker('me too', marker(1)) });
    assert.deepEqual(await idsOf(reviewer('mesh-bot'), { repository, number }, keyNumber(1)), []);
  });

  test('check runs / one too many says what the lowest says, so that the newest shown is right', async () => {
    const { sha } = await opened();
    const adapter = new CheckRunEffect({ github: lab.client('app') });
    const target = { repository, sha };
    await adapter.write(target, marker(1), CHECK, SIGNAL);
    const surplus = await adapter.write(target, marker(1), { ...CHECK, conclusion: 'success', title: 'Fine' }, SIGNAL);
    await adapter.remove(target, surplus.id, SIGNAL);
    const shown = await lab.as('bob').request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', { ref: sha });
    const [latest] = shown.check_runs as { id: number; conclusion: string; output: { title: string } }[];
    assert.deepEqual(
      [String(latest?.id), latest?.conclusion, latest?.output.title],
      [surplus.id, 'failure', CHECK.title],
    );
  });

  test('check runs / with a token they are statuses, whose address leads to the commit', async () => {
    const { sha } = await opened();
    const github = lab.client('mesh-bot');
    const adapter = new CheckStatusEffect(
      { site: 'https://github.example' },
      { github, self: ownLogin({ as: 'token' }, { github }) },
    );
    await adapter.write({ repository, sha }, marker(1), CHECK, SIGNAL);
    const [status] = await lab.as('bob').all('GET /repos/{owner}/{repo}/commits/{ref}/statuses', { ref: sha });
    const url = `https://github.example/${repository}/commit/${sha}#${keyNumber(1)}`;
    assert.deepEqual([status?.context, status?.state, status?.target_url], ['security', 'failure', url]);
  });
});

function marker(number: number) {
  return { hops: 1, key: keyNumber(number) };
}

/** The n-th request of a process that dies with it: before GitHub heard it, or after. */
function failingAt(github: GitHub, at: number, mode: 'lost' | 'unheard'): GitHub {
  let asked = 0;
  return {
    request: async (...request) => {
      asked++;
      if (asked > at || (asked === at && mode === 'lost')) throw unclear();
      const answer = await github.request(...request);
      if (asked === at) throw unclear();
      return answer;
    },
  };
}
