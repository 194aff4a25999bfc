import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import { keyIn } from '../../protocols/marker.ts';
import { APP } from '../support/github-lab/accounts.ts';
import type { GitHubLab } from '../support/github-lab/lab.ts';
import { waitFor } from '../support/wait-for.ts';

const run = promisify(execFile);
const WAIT_MS = 60_000;

/** The repository in which the story plays: it has tests that run. */
export const FILES = {
  'package.json': '{ "name": "shop", "type": "module", "scripts": { "test": "node --test" } }\n',
  'src/total.js': 'export const total = (prices) => prices.reduce((sum, price) => sum + price, 0);\n',
  'test/total.test.js': testOf('total', '[1, 2]', 3),
};

/** What the two generals say that find something in the change. */
export const REVIEWS = ['Round the result', 'No limit on the input'] as const;

/** What somebody does, in the order of the story. */
export const STATES = ['opened', 'answered', 'approved', 'built', 'checked', 'merged', 'deployed'] as const;
export type State = (typeof STATES)[number];

export interface StoryOptions {
  /** Of the function that the issue asks for. */
  readonly name: string;
  /** Whom GitHub shows as the author of what the mesh writes. Default: its App. */
  readonly login?: string;
  /** Who makes the change. Default: a person. */
  readonly builder?: 'person' | 'developer';
}

export interface StoryParts {
  readonly lab: GitHubLab;
  readonly mesh: DevMesh;
}

/** Everything that was to be seen at the end, by what it is. */
export interface Seen {
  readonly onIssue: readonly string[];
  readonly onPull: readonly string[];
  readonly reviews: readonly string[];
  readonly checks: readonly string[];
  readonly labels: readonly string[];
  /** What the App did to labels of the issue, as GitHub told it. */
  readonly labelling: readonly string[];
  readonly pulls: readonly number[];
  readonly branches: readonly string[];
}

/**
 * One issue on its way to production, at the stand-in for GitHub: each state is an act of a person or of a pipeline, and is over when
 * what the mesh makes of it is to be seen. The change is a person's, unless the mesh has a developer that can make it.
 */
export class IssueStory {
  readonly #name: string;
  readonly #login: string;
  readonly #isBuiltByMesh: boolean;
  readonly #parts: StoryParts;
  #issue = 0;
  #pull = 0;
  #sha = '';

  constructor({ name, login = APP.login, builder = 'person' }: StoryOptions, parts: StoryParts) {
    this.#name = name;
    this.#login = login;
    this.#isBuiltByMesh = builder === 'developer';
    this.#parts = parts;
  }

  /** Whoever made a bot act is not known: of what it opened generals only comment. */
  get isOfBot(): boolean {
    return this.#isBuiltByMesh && this.#login === APP.login;
  }

  /** What somebody does. */
  async act(state: State): Promise<void> {
    const { lab } = this.#parts;
    const alice = lab.as('alice');
    const issue = this.#issue;
    switch (state) {
      case 'opened':
        this.#issue = await alice.openIssue({ title: `A ${this.#name} for totals`, body: 'There should be one.' });
        return;
      case 'answered':
        await alice.comment(issue, 'All of them, a tenth.');
        return;
      case 'approved':
        await alice.comment(issue, '/mindmesh ok');
        return;
      case 'built':
        if (this.#isBuiltByMesh) return;
        await alice.push({ branch: this.#branch, files: changeFor(this.#name), message: `Add ${this.#name}` });
        await alice.openPull({
          ...{ head: this.#branch, title: `feat: ${this.#name} for totals`, body: `Closes #${issue}` },
        });
        return;
      case 'checked': {
        const conclusion = (await this.#testsPass()) ? 'success' : 'failure';
        await lab.as('ci').check(this.#sha, { name: 'npm test', conclusion });
        return;
      }
      case 'merged':
        await alice.merge(this.#pull);
        return;
      case 'deployed':
        await lab.as('ci').deploy('main', 'production', { state: 'success', environment_url: this.#page });
        return;
    }
  }

  /** Resolves when what the mesh makes of it is to be seen. */
  async follows(state: State): Promise<void> {
    await waitFor(`what follows when it was ${state}`, () => this.#hasFollowed(state), WAIT_MS);
  }

  async #hasFollowed(state: State): Promise<boolean> {
    switch (state) {
      case 'opened':
        return (await this.#labels()).join() === 'needs-clarification';
      case 'answered':
        return (await this.#labels()).join() === 'ready-for-dev' && (await this.#approval()) === 'open';
      case 'approved':
        return (await this.#approval()) === 'approved';
      case 'built':
        return (await this.#findPull()) && (await this.#isReviewed());
      case 'checked':
        return (
          !(await this.#isDraft()) && (await this.#comments(this.#pull)).some((body) => body.includes('**Checks of'))
        );
      case 'merged':
        return (await this.#comments(this.#pull)).some((body) => body.includes('### Features'));
      case 'deployed':
        return (await this.#comments(this.#pull)).some((body) => body.includes(this.#page));
    }
  }

  /** What is there once nobody has anything to do any more. */
  async seen(): Promise<Seen> {
    const { lab } = this.#parts;
    const pulls = await lab.as('alice').all('GET /repos/{owner}/{repo}/pulls', { state: 'all' });
    const refs = await lab.bare().refs();
    const own = (pull: object) => Object(pull).head?.ref === this.#branch;
    return {
      onIssue: await this.#comments(this.#issue),
      onPull: await this.#comments(this.#pull),
      reviews: this.#reviews(),
      checks: await this.#checks(),
      labels: await this.#labels(),
      labelling: this.#labelling(),
      pulls: pulls.filter(own).map(({ number }) => Number(number)),
      branches: [...refs.keys()].filter((ref) => ref === `refs/heads/${this.#branch}`),
    };
  }

  get #branch(): string {
    return this.#isBuiltByMesh ? `feature/${this.#issue}-a-${this.#name}-for-totals` : `feature/${this.#name}`;
  }

  get #page(): string {
    return `https://shop.example/${this.#name}`;
  }

  async #findPull(): Promise<boolean> {
    const pulls = await this.#parts.lab.as('alice').all('GET /repos/{owner}/{repo}/pulls', { state: 'all' });
    const { number = 0, head } = pulls.find((pull) => Object(pull.head).ref === this.#branch) ?? {};
    this.#pull = Number(number);
    this.#sha = String(Object(head).sha);
    return this.#pull > 0;
  }

  async #isReviewed(): Promise<boolean> {
    const said = [...this.#reviews(), ...(await this.#comments(this.#pull))].join('\n');
    return REVIEWS.every((title) => said.includes(title)) && (this.isOfBot || (await this.#checks()).length >= 1);
  }

  async #isDraft(): Promise<boolean> {
    const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';
    return (await this.#parts.lab.as('alice').request(route, { pull_number: this.#pull })).draft === true;
  }

  /** What a pipeline does: the tests of the repository, as the commit has them. */
  async #testsPass(): Promise<boolean> {
    const dir = await mkdtemp(join(tmpdir(), 'mindmesh-ci-'));
    try {
      await run('git', ['clone', '--quiet', this.#parts.lab.gitUrl('acme/shop'), dir]);
      await run('git', ['-C', dir, 'checkout', '--quiet', this.#sha]);
      // Without our own environment: a test inside a test reports to the outer one.
      return await run(process.execPath, ['--test'], { cwd: dir, env: {} }).then(
        () => true,
        () => false,
      );
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  }

  async #approval(): Promise<string | undefined> {
    const lines = await this.#parts.mesh.client('orchestrator').approvals({ all: true });
    return lines.find(({ subject }) => subject === `acme/shop#${this.#issue}`)?.state;
  }

  async #labels(): Promise<string[]> {
    const { labels } = await this.#parts.lab
      .as('alice')
      .request('GET /repos/{owner}/{repo}/issues/{issue_number}', { issue_number: this.#issue });
    return (labels as { name: string }[]).map(({ name }) => name);
  }

  async #comments(number: number): Promise<string[]> {
    const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
    const all = await this.#parts.lab.as('alice').all(route, { issue_number: number });
    return all.filter(({ user }) => Object(user).login === this.#login).map(({ body }) => String(body));
  }

  #reviews(): string[] {
    const all = this.#parts.lab.reviews.reviews.filter(({ number }) => number === this.#pull);
    return all.map(({ body, state }) => (state === 'PENDING' ? 'pending' : body));
  }

  /** Keys of the mesh's own: check runs, or the statuses that stand for them where it is no App. */
  async #checks(): Promise<string[]> {
    const alice = this.#parts.lab.as('alice');
    const commit = '/repos/{owner}/{repo}/commits/{ref}';
    const { check_runs } = await alice.request(`GET ${commit}/check-runs`, { ref: this.#sha, filter: 'all' });
    const runs = check_runs as { output: { summary: string } }[];
    const statuses = await alice.all(`GET ${commit}/statuses`, { ref: this.#sha });
    return [
      ...runs.flatMap(({ output }) => keyIn(output.summary) ?? []),
      ...statuses.map((status) => new URL(String(status.target_url)).hash.slice(1)),
    ];
  }

  #labelling(): string[] {
    const told = new Map<string, string>();
    for (const { event, action, guid, body } of this.#parts.lab.deliveries.tries) {
      const { issue, label, sender } = JSON.parse(body);
      if (event !== 'issues' || label === undefined || issue.number !== this.#issue) continue;
      if (sender.login === this.#login) told.set(guid, `${action} ${label.name}`);
    }
    return [...told.values()];
  }
}

/** What the issue asks for. */
export function changeFor(name: string): Record<string, string> {
  return {
    [`src/${name}.js`]: `export const ${name} = (prices) => prices.reduce((sum, price) => sum + price, 0) * 0.9;\n`,
    [`test/${name}.test.js`]: testOf(name, '[10, 20]', 27),
  };
}

function testOf(name: string, given: string, expected: number): string {
  return [
    "import assert from 'node:assert/strict';",
    "import { test } from 'node:test';",
    `import { ${name} } from '../src/${name}.js';`,
    `test('${name}', () => assert.equal(${name}(${given}), ${expected}));`,
    '',
  ].join('\n');
}
