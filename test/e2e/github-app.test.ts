import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import { keyIn } from '../../protocols/marker.ts';
import { APP } from '../support/github-lab/accounts.ts';
import { type GitHubLab, startGitHubLab } from '../support/github-lab/lab.ts';
import { waitFor } from '../support/wait-for.ts';
import { testMesh } from './mesh.ts';

const REPOSITORY = 'acme/app';
const SETTLE_MS = 120_000;
/** Writes at GitHub after which the general is killed, one for each pull request. */
const KILLS = 4;

/** What rules find something in: a secret, a changed pipeline, code without a test, a title that says it is unfinished. */
const FILES = {
  '.env': 'TOKEN=x\n',
  '.github/workflows/ci.yml': 'on: push\n',
  'src/login.ts': 'export const a = 1;\n',
};

describe('a mesh that is an App at GitHub', () => {
  let lab: GitHubLab;
  let mesh: DevMesh;
  let stop: (() => Promise<void>) | undefined;
  /** Writes of the App that are left until the general is killed in the middle of one. */
  let left = Number.POSITIVE_INFINITY;
  let isKilled = false;

  before(async () => {
    lab = await startGitHubLab({
      repositories: [{ name: REPOSITORY, files: { 'README.md': '# App\n' } }],
      observe: ({ login, method }) => {
        if (login !== APP.login || method === 'GET' || --left !== 0) return;
        isKilled = true;
        mesh.child('general')?.signal('SIGKILL');
      },
    });
    const made = await testMesh({
      env: { APP_KEY: lab.privateKey },
      overrides: {
        effects: { comments: 'on', reviews: 'on', labels: 'on', checks: 'on' },
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
  });

  /** Keys of everything that the App wrote where people see it about a pull request, by what it is. */
  async function seen(number: number): Promise<Record<string, (string | undefined)[]>> {
    const alice = lab.as('alice');
    const { head } = await alice.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', { pull_number: number });
    const comments = await alice.all('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      issue_number: number,
    });
    const runs = await alice.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
      ...{ ref: Object(head).sha, filter: 'all', per_page: 100 },
    });
    const reviews = lab.reviews.reviews.filter((review) => review.number === number);
    return {
      comments: comments.map(({ body }) => keyIn(String(body))),
      reviews: reviews.map(({ body, state }) => (state === 'PENDING' ? 'pending' : keyIn(body))),
      checks: (Object(runs).check_runs as { external_id: string }[]).map(({ external_id }) => external_id),
    };
  }

  /** Keys of the effects that records tell of, once all that GitHub told of the pull request has been worked on. */
  async function settled(number: number): Promise<readonly string[]> {
    const client = mesh.client('orchestrator');
    const lines = await waitFor(
      `events of #${number} to settle`,
      async () => {
        await lab.deliveries.idle();
        const all = await client.events({ limit: 200 });
        const own = all.filter(({ subject }) => subject === `${REPOSITORY}#${number}`);
        // What is said of one event is another.
        const isAll = own.length > 0 && own.length === taken(number) && own.every(({ state }) => state === 'done');
        return isAll ? own : undefined;
      },
      SETTLE_MS,
    );
    const stories = await Promise.all(lines.map(({ eventId }) => client.explain(eventId)));
    return stories.flatMap(({ tasks }) => tasks.flatMap(({ effects = [] }) => effects.map(({ key }) => key)));
  }

  /** How many events of a pull request the mesh took. */
  function taken(number: number): number {
    const about = lab.deliveries.tries.filter(({ body, status_code: code }) => {
      const { pull_request: pull, issue, check_run: run, check_suite: suite } = JSON.parse(body);
      return code === 202 && (pull ?? issue ?? (run ?? suite)?.pull_requests[0])?.number === number;
    });
    return new Set(about.map(({ guid }) => guid)).size;
  }

  async function openPull(branch: string): Promise<number> {
    const alice = lab.as('alice');
    await alice.push({ branch, files: FILES });
    return alice.openPull({ head: branch, title: 'WIP: change login', body: '' });
  }

  it('e2e / github app / what each general says is seen once, as a review, check run or comment of the App', {
    timeout: 180_000,
  }, async () => {
    const number = await openPull('feature/whole');
    const told = await settled(number);
    const found = await seen(number);
    assert.ok((found.reviews ?? []).length > 0, 'a review');
    assert.ok((found.checks ?? []).length > 0, 'a check run');
    assertOnce(found, told);
  });

  it('e2e / github app / killed in the middle of any of its writes: everything is there once, nothing is left begun', {
    timeout: 400_000,
  }, async () => {
    for (let kill = 1; kill <= KILLS; kill++) {
      isKilled = false;
      left = kill;
      const number = await openPull(`feature/kill-${kill}`);
      await waitFor('the general to be killed', () => isKilled, SETTLE_MS);
      await mesh.child('general')?.exited;
      mesh.start('general');
      const told = await settled(number);
      assertOnce(await seen(number), told);
    }
  });
});

/** Each key once, none that no record tells of, none that is only begun. */
function assertOnce(found: Record<string, (string | undefined)[]>, told: readonly string[]): void {
  const all = Object.values(found).flat();
  assert.deepEqual(all.toSorted(), [...new Set(all)].toSorted(), JSON.stringify(found));
  for (const key of all) assert.ok(key !== undefined && told.includes(key), `${key} of ${JSON.stringify(found)}`);
}
