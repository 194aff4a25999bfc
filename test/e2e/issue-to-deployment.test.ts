import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { LLMock } from '@copilotkit/aimock';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import { keyIn } from '../../protocols/marker.ts';
import { APP } from '../support/github-lab/accounts.ts';
import { type GitHubLab, startGitHubLab } from '../support/github-lab/lab.ts';
import { waitFor } from '../support/wait-for.ts';
import { FILES, IssueStory, type Seen, STATES, type State } from './issue-story.ts';
import { testMesh } from './mesh.ts';
import { QUESTION, scriptedGenerals } from './scripted-generals.ts';

const WAIT_MS = 60_000;
const VICTIMS = ['general', 'orchestrator', 'aggregator'] as const;
type Victim = (typeof VICTIMS)[number];

describe('an issue on its way to a deployment', () => {
  let model: LLMock;
  let lab: GitHubLab;
  let mesh: DevMesh;
  let stop: (() => Promise<void>) | undefined;
  /** Hears of the requests of the mesh's App before they are done. */
  let onRequest: (method: string) => void = () => {};

  before(async () => {
    model = await scriptedGenerals();
    lab = await startGitHubLab({
      repositories: [{ name: 'acme/shop', files: FILES }],
      observe: ({ login, method }) => login === APP.login && onRequest(method),
    });
    const made = await testMesh({
      env: { APP_KEY: lab.privateKey, OPENAI_BASE_URL: `${model.url}/v1`, OPENAI_API_KEY: 'test' },
      overrides: {
        effects: { comments: 'on', reviews: 'on', labels: 'on', checks: 'on', pullRequests: 'on' },
        github: { baseUrl: lab.url, app: { id: lab.app.id, privateKey: { env: 'APP_KEY' } }, throttle: false },
      },
    });
    mesh = made.mesh;
    stop = made.end;
    mesh.startAll();
    await mesh.ready();
    lab.hook({ url: `${mesh.url('aggregator')}/webhook/github`, secret: mesh.secret });
  });
  after(async () => {
    await stop?.();
    await lab.stop();
    await model.stop();
  });

  /** Kills a daemon in the middle of what follows an act, and starts it again. */
  async function killing(victim: Victim, act: () => Promise<void>, isWriting = true): Promise<void> {
    const child = mesh.child(victim);
    const known = lab.deliveries.tries.length;
    const kill = () => child?.signal('SIGKILL');
    if (victim === 'general') {
      // It never hears whether it has written: the stand-in takes the request all the same.
      onRequest = (method) => (isWriting && method === 'GET' ? undefined : kill());
      await act();
    } else {
      await act();
      await waitFor('the act to be told', () => lab.deliveries.tries.length > known, WAIT_MS);
      kill();
    }
    await waitFor(`${victim} to be killed`, () => mesh.child(victim) !== child, WAIT_MS);
    onRequest = () => {};
    await lab.deliveries.idle();
    mesh.start(victim);
    await waitFor(`${victim} to be back`, async () => (await mesh.status(victim)).ready, WAIT_MS);
    // GitHub keeps what nobody took; asking for it is the sweeper's work, which has tests of its own.
    lab.deliveries.again();
  }

  /** Every key that a record tells of, once there is nothing to do any more. */
  async function settled(): Promise<ReadonlySet<string>> {
    const client = mesh.client('orchestrator');
    const lines = await waitFor(
      'all events to settle',
      async () => {
        await lab.deliveries.idle();
        const taken = new Set(lab.deliveries.tries.filter((each) => each.status_code === 202).map(({ guid }) => guid));
        const all = await client.events({ limit: 1_000 });
        return all.length >= taken.size && all.every(({ state }) => state === 'done') ? all : undefined;
      },
      WAIT_MS,
    );
    const stories = await Promise.all(lines.map(({ eventId }) => client.explain(eventId)));
    return new Set(stories.flatMap(({ tasks }) => tasks.flatMap(({ effects = [] }) => effects.map(({ key }) => key))));
  }

  async function tell(name: string, through: (act: () => Promise<void>, state: State) => Promise<void>): Promise<void> {
    const story = new IssueStory({ name }, { lab, mesh });
    for (const state of STATES) {
      await through(() => story.act(state), state);
      await story.follows(state);
    }
    const told = await settled();
    assertOnce(await story.seen(), told, name);
  }

  it(
    'e2e / issue to deployment / questions, an answer, an approval, reviews, checks, notes, a deployment: each is seen once',
    {
      timeout: 180_000,
    },
    () => tell('discount', (act) => act()),
  );

  for (const victim of VICTIMS) {
    it(`e2e / issue to deployment / with the ${victim} killed at each state, the same is seen, once`, {
      timeout: 300_000,
    }, async () => {
      // An approval is recorded, and nothing of it is written to GitHub.
      await tell(`discount${victim}`, (act, state) => killing(victim, act, state !== 'approved'));
    });
  }

  it('e2e / issue to deployment / what breaks a production that was well is offered to be taken back, once', {
    timeout: 180_000,
  }, async () => {
    const alice = lab.as('alice');
    await alice.push({ branch: 'feature/broken', files: { 'src/total.js': 'export const total = () => 0;\n' } });
    const number = await alice.openPull({ head: 'feature/broken', title: 'feat: faster totals' });
    await alice.merge(number);
    await settled();
    await killing('general', () => lab.as('ci').deploy('main', 'production', { state: 'failure' }));
    await waitFor('it to be taken back', async () => (await takingBack(number)).length > 0, WAIT_MS);
    await settled();
    assert.equal((await takingBack(number)).length, 1);
    const branches = [...(await lab.bare().refs()).keys()].filter((ref) => ref.startsWith('refs/heads/revert/'));
    assert.deepEqual(branches, [`refs/heads/revert/${number}`]);
    assert.equal(await lab.bare().text(['diff', `${branches[0]}`, 'main~', '--', 'src/total.js']), '');
    const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
    const comments = await alice.all(route, { issue_number: number });
    assert.equal(comments.filter(({ body }) => String(body).includes('to `production` failed')).length, 1);
  });

  async function takingBack(number: number): Promise<readonly object[]> {
    const pulls = await lab.as('alice').all('GET /repos/{owner}/{repo}/pulls', { state: 'all' });
    return pulls.filter(({ head }) => Object(head).ref === `revert/${number}`);
  }
});

function assertOnce(seen: Seen, told: ReadonlySet<string>, name: string): void {
  const { onIssue, onPull, reviews } = seen;
  const texts = [...onIssue, ...onPull, ...reviews];
  const keys = texts.map((text) => keyIn(text) ?? `no key in ${text}`);
  assert.equal(new Set(keys).size, keys.length, texts.join('\n---\n'));
  for (const key of keys) assert.ok(told.has(key), key);

  assertEach(onIssue, [QUESTION, '/mindmesh ok ']);
  assertEach(onPull, ['1 passed', '### Features', `It is at <https://shop.example/${name}>`]);
  assertEach(reviews, ['Round the result', 'No limit on the input']);
  assert.deepEqual(seen.checks, ['quality-assurance-general']);
  assert.deepEqual(seen.labels, ['ready-for-dev']);
  assert.deepEqual([...seen.labelling].sort(), [
    'labeled needs-clarification',
    'labeled ready-for-dev',
    'unlabeled needs-clarification',
  ]);
  assert.equal(seen.pulls.length, 1);
  assert.deepEqual(seen.branches, [`refs/heads/feature/${name}`]);
}

/** One text for each, and no other. */
function assertEach(texts: readonly string[], expected: readonly string[]): void {
  for (const each of expected) {
    assert.equal(texts.filter((text) => text.includes(each)).length, 1, `${each}\n${texts.join('\n---\n')}`);
  }
  assert.equal(texts.length, expected.length, texts.join('\n---\n'));
}
