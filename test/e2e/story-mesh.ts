import assert from 'node:assert/strict';
import type { LLMock } from '@copilotkit/aimock';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import { keyIn } from '../../protocols/marker.ts';
import { ACCOUNTS, APP } from '../support/github-lab/accounts.ts';
import { type GitHubLab, startGitHubLab } from '../support/github-lab/lab.ts';
import { waitFor } from '../support/wait-for.ts';
import { FILES, IssueStory, REVIEWS, type Seen, STATES, type State, type StoryOptions } from './issue-story.ts';
import { testMesh } from './mesh.ts';
import { QUESTION, scriptedGenerals } from './scripted-generals.ts';

const WAIT_MS = 60_000;
export const VICTIMS = ['general', 'orchestrator', 'aggregator'] as const;
export type Victim = (typeof VICTIMS)[number];

export interface StoryMeshOptions {
  /** How the mesh is known at GitHub. */
  readonly as: 'app' | 'token';
  /** Of the functions that a developer is to build. None: people build. */
  readonly names?: readonly string[];
}

/** A mesh of one daemon for each role, a stand-in for GitHub that tells it what happens, and a model that knows the story. */
export class StoryMesh {
  readonly lab: GitHubLab;
  readonly mesh: DevMesh;
  readonly model: LLMock;
  readonly login: string;
  readonly #end: () => Promise<void>;
  /** Hears of the requests of the mesh before they are done. */
  onRequest: (method: string, path: string) => void = () => {};

  private constructor(
    parts: { readonly lab: GitHubLab; readonly mesh: DevMesh; readonly model: LLMock; readonly login: string },
    end: () => Promise<void>,
  ) {
    this.lab = parts.lab;
    this.mesh = parts.mesh;
    this.model = parts.model;
    this.login = parts.login;
    this.#end = end;
  }

  static async start({ as, names = [] }: StoryMeshOptions): Promise<StoryMesh> {
    const login: string = as === 'app' ? APP.login : 'mesh-bot';
    let started: StoryMesh | undefined;
    const model = await scriptedGenerals(names);
    const lab = await startGitHubLab({
      repositories: [{ name: 'acme/shop', files: FILES }],
      observe: (request) => request.login === login && started?.onRequest(request.method, request.path),
    });
    const own = as === 'app' ? { app: { id: lab.app.id, privateKey: { env: 'OWN' } } } : { token: { env: 'OWN' } };
    const { mesh, end } = await testMesh({
      env: {
        OWN: as === 'app' ? lab.privateKey : ACCOUNTS['mesh-bot'].token,
        OPENAI_BASE_URL: `${model.url}/v1`,
        OPENAI_API_KEY: 'test',
      },
      overrides: {
        effects: { comments: 'on', reviews: 'on', labels: 'on', checks: 'on', pullRequests: 'on' },
        github: { baseUrl: lab.url, throttle: false, ...own },
        // Where people build, nobody else is asked to.
        routes: names.length === 0 ? [{ name: 'ready-for-dev', enabled: false }] : [],
      },
    });
    started = new StoryMesh({ lab, mesh, model, login }, end);
    mesh.startAll();
    await mesh.ready();
    lab.hook({ url: `${mesh.url('aggregator')}/webhook/github`, secret: mesh.secret });
    return started;
  }

  async stop(): Promise<void> {
    await this.#end();
    await this.lab.stop();
    await this.model.stop();
  }

  /** Kills a daemon in the middle of what follows an act, and starts it again. */
  async killing(victim: Victim, act: () => Promise<void>, isWriting = true): Promise<void> {
    const { lab, mesh } = this;
    const child = mesh.child(victim);
    const known = lab.deliveries.tries.length;
    const kill = () => child?.signal('SIGKILL');
    if (victim === 'general') {
      // It never hears whether it has written: the stand-in takes the request all the same.
      this.onRequest = (method) => (isWriting && method === 'GET' ? undefined : kill());
      await act();
    } else {
      await act();
      await waitFor('the act to be told', () => lab.deliveries.tries.length > known, WAIT_MS);
      kill();
    }
    await waitFor(`${victim} to be killed`, () => mesh.child(victim) !== child, WAIT_MS);
    this.onRequest = () => {};
    await lab.deliveries.idle();
    mesh.start(victim);
    await waitFor(`${victim} to be back`, async () => (await mesh.status(victim)).ready, WAIT_MS);
    // GitHub keeps what nobody took; asking for it is the sweeper's work, which has tests of its own.
    lab.deliveries.again();
  }

  /** Every key that a record tells of, once there is nothing to do any more. */
  async settled(): Promise<ReadonlySet<string>> {
    const { lab } = this;
    const client = this.mesh.client('orchestrator');
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

  /** The whole story; at its end everything is there once. */
  async tell(
    options: Omit<StoryOptions, 'login'>,
    through: (act: () => Promise<void>, state: State) => Promise<void> = (act) => act(),
  ): Promise<void> {
    const story = new IssueStory({ ...options, login: this.login }, this);
    for (const state of STATES) {
      await through(() => story.act(state), state);
      await story.follows(state);
    }
    const told = await this.settled();
    assertOnce(await story.seen(), told, { ...options, isOfBot: story.isOfBot });
  }
}

interface Expected extends Pick<StoryOptions, 'name' | 'builder'> {
  readonly isOfBot: boolean;
}

function assertOnce(seen: Seen, told: ReadonlySet<string>, { name, builder, isOfBot }: Expected): void {
  const { onIssue, onPull, reviews, checks } = seen;
  const texts = [...onIssue, ...onPull, ...reviews];
  const keys = [...texts.map((text) => keyIn(text) ?? `no key in ${text}`), ...checks];
  assert.equal(new Set(keys).size, keys.length, texts.join('\n---\n'));
  for (const key of keys) assert.ok(told.has(key), key);
  // Quality assurance looks when it is opened, and again when a draft becomes ready: two events.
  assert.equal(checks.length, isOfBot ? 0 : builder === 'developer' ? 2 : 1);
  assert.equal(reviews.length, isOfBot ? 0 : REVIEWS.length);
  assertEach(onIssue, [QUESTION, '/mindmesh ok ']);
  const notes = ['1 passed', '### Features', `It is at <https://shop.example/${name}>`];
  assertEach([...onPull, ...reviews], [...notes, ...REVIEWS]);
  assert.deepEqual(seen.labels, ['ready-for-dev']);
  assert.deepEqual([...seen.labelling].sort(), [
    'labeled needs-clarification',
    'labeled ready-for-dev',
    'unlabeled needs-clarification',
  ]);
  assert.equal(seen.pulls.length, 1);
  assert.equal(seen.branches.length, 1);
}

/** One text for each, and no other. */
function assertEach(texts: readonly string[], expected: readonly string[]): void {
  for (const each of expected) {
    assert.equal(texts.filter((text) => text.includes(each)).length, 1, `${each}\n${texts.join('\n---\n')}`);
  }
  assert.equal(texts.length, expected.length, texts.join('\n---\n'));
}
