import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { waitFor } from '../support/wait-for.ts';
import { StoryMesh, VICTIMS } from './story-mesh.ts';

const WAIT_MS = 60_000;

describe('an issue on its way to a deployment', () => {
  let story: StoryMesh;

  before(async () => {
    story = await StoryMesh.start({ as: 'app' });
  });
  after(() => story?.stop());

  it(
    'e2e / issue to deployment / questions, an answer, an approval, reviews, checks, notes, a deployment: each is seen once',
    {
      timeout: 180_000,
    },
    () => story.tell({ name: 'discount' }),
  );

  for (const victim of VICTIMS) {
    it(`e2e / issue to deployment / with the ${victim} killed at each state, the same is seen, once`, {
      timeout: 300_000,
    }, async () => {
      // An approval is recorded, and nothing of it is written to GitHub.
      const through = (act: () => Promise<void>, state: string) => story.killing(victim, act, state !== 'approved');
      await story.tell({ name: `discount${victim}` }, through);
    });
  }

  it('e2e / issue to deployment / what breaks a production that was well is offered to be taken back, once', {
    timeout: 180_000,
  }, async () => {
    const { lab } = story;
    const alice = lab.as('alice');
    await alice.push({ branch: 'feature/broken', files: { 'src/total.js': 'export const total = () => 0;\n' } });
    const number = await alice.openPull({ head: 'feature/broken', title: 'feat: faster totals' });
    await alice.merge(number);
    await story.settled();
    await story.killing('general', () => lab.as('ci').deploy('main', 'production', { state: 'failure' }));
    await waitFor('it to be taken back', async () => (await takingBack(number)).length > 0, WAIT_MS);
    await story.settled();
    assert.equal((await takingBack(number)).length, 1);
    const branches = [...(await lab.bare().refs()).keys()].filter((ref) => ref.startsWith('refs/heads/revert/'));
    assert.deepEqual(branches, [`refs/heads/revert/${number}`]);
    assert.equal(await lab.bare().text(['diff', `${branches[0]}`, 'main~', '--', 'src/total.js']), '');
    const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
    const comments = await alice.all(route, { issue_number: number });
    assert.equal(comments.filter(({ body }) => String(body).includes('to `production` failed')).length, 1);
  });

  async function takingBack(number: number): Promise<readonly object[]> {
    const pulls = await story.lab.as('alice').all('GET /repos/{owner}/{repo}/pulls', { state: 'all' });
    return pulls.filter(({ head }) => Object(head).ref === `revert/${number}`);
  }
});
