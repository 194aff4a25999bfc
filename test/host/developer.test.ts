import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CodeRetrieval } from '../../daemon/retrieval/code-retrieval.ts';
import { Grammars } from '../../daemon/retrieval/grammars.ts';
import { GrammarSyntax } from '../../daemon/retrieval/syntax.ts';
import { loadTemplates } from '../../daemon/templates.ts';
import { GitWorkspaces } from '../../daemon/workspace/git-workspaces.ts';
import { Sandbox } from '../../daemon/workspace/sandbox.ts';
import { PullRequestBodySchema } from '../../protocols/effect-bodies.ts';
import type { MeshEvent } from '../../protocols/event.ts';
import { slotOf } from '../../protocols/ids.ts';
import { textHashOf } from '../../roles/policy/development.ts';
import type { EffectAdapters } from '../../roles/ports/effects.ts';
import type { Model, TurnReply, TurnRequest } from '../../roles/ports/model.ts';
import { approvalRecord } from '../fakes/agent-records.ts';
import { cardOf } from '../fakes/cards.ts';
import { bootGeneral, type Death, OWNER, offerOf, recordsOn } from '../fakes/general-node.ts';
import { IssueWorld } from '../fakes/issue-world.ts';
import { MemoryDisk } from '../fakes/memory-disk.ts';
import { distributionRecord } from '../fakes/records.ts';
import { replyWith } from '../fakes/scripted-model.ts';
import { bareBranchEffect } from '../support/bare-branch-effect.ts';
import { makeBareRepository, startGitServer } from '../support/git-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { needTool } from './need.ts';

const GENERAL = 'developer-general';
const FILES = {
  'package.json': '{"scripts":{"test":"node --test"},"type":"module"}\n',
  'sum.js': 'export const sum = (a, b) => a + b;\n',
};
const TEST =
  "import assert from 'node:assert';\nimport { test } from 'node:test';\nimport { mean } from './mean.js';\n\ntest('mean', () => assert.equal(mean([1, 2, 6]), 3));\n";
const PLAN = {
  summary: 'There is a mean. @octocat',
  kind: 'feature',
  files: [{ path: 'mean.js', action: 'create', what: 'The mean.' }],
  tests: [{ path: 'mean.test.js', what: 'It is the mean.' }],
  wants: ['sum.js'],
  confidence: 0.9,
};
const CHANGE = { files: [], tests: [], remove: [], commitMessage: 'Add the mean', notes: '', confidence: 0.9 };
const WRONG = {
  ...CHANGE,
  files: [
    {
      path: 'mean.js',
      code: "import { sum } from './sum.js';\n\nexport const mean = (all) => all.reduce(sum);\n",
      edits: [],
    },
  ],
  tests: [{ path: 'mean.test.js', code: TEST, edits: [] }],
};
const MENDED = {
  ...CHANGE,
  files: [
    { path: 'mean.js', code: null, edits: [{ search: 'all.reduce(sum)', replace: 'all.reduce(sum) / all.length' }] },
  ],
};

/** Its first change is wrong; it mends it once it is shown what the tests said. */
class Beginner implements Model {
  readonly asked: string[] = [];
  async turn<T>(request: TurnRequest<T>): Promise<TurnReply<T>> {
    const prompt = request.messages.map(({ text }) => text).join('\n');
    const said = request.form?.name === 'plan' ? PLAN : prompt.includes('the tests ended with') ? MENDED : WRONG;
    this.asked.push(said === PLAN ? 'plan' : said === WRONG ? 'write' : 'mend');
    return replyWith(request, { value: said });
  }
}

async function withWorld(body: (world: Awaited<ReturnType<typeof makeWorld>>) => Promise<void>): Promise<void> {
  needTool('git');
  needTool('bwrap');
  const world = await makeWorld();
  try {
    await body(world);
  } finally {
    await world.close();
  }
}

async function makeWorld() {
  const dir = await mkdtemp(join(tmpdir(), 'mindmesh-developer-'));
  const bare = makeBareRepository(dir, 'acme/app', FILES);
  const server = await startGitServer(dir);
  const issues = new IssueWorld({ title: 'A mean of numbers', body: 'Beside the sum.' });
  const pulls: { head: unknown; title: string; text: string; draft: boolean }[] = [];
  const adapters: EffectAdapters = {
    branch: bareBranchEffect(bare),
    'pull-request': {
      class: 'exact',
      create: async ({ head }, _marker, body) => {
        const known = pulls.findIndex((pull) => pull.head === head);
        if (known === -1) pulls.push({ head, ...PullRequestBodySchema.parse(body) });
        return {
          outcome: known === -1 ? 'created' : 'exists',
          ref: { id: String(known === -1 ? pulls.length : known + 1) },
        };
      },
    },
  };
  const grammars = new Grammars();
  const labeled = issues.labeled('ready-for-dev');
  const event: MeshEvent = { ...labeled, data: { ...labeled.data, defaultBranch: 'main' } };
  const model = new Beginner();
  const boot = (disk: MemoryDisk, folder: string, death?: Death) =>
    bootGeneral({
      ...{ disk, model, adapters, forge: issues.forge(), templates: loadTemplates() },
      card: cardOf('node', { offers: [GENERAL] }),
      workshop: {
        retrieval: new CodeRetrieval({}, { grammars }),
        syntax: new GrammarSyntax({ grammars }),
        workspaces: new GitWorkspaces(
          { dir: join(dir, folder), baseUrl: server.url },
          { sandbox: new Sandbox({ hidden: [] }), credentials: async () => undefined },
        ),
      },
      ...(death && { death }),
    });
  const git = (...args: string[]) => execFileSync('git', ['-C', bare, ...args], { encoding: 'utf8' }).trim();
  const close = async () => {
    await server.close();
    await rm(dir, { recursive: true });
  };
  return { issues, pulls, event, model, boot, git, close };
}

const textHash = (event: MeshEvent) => textHashOf(event) ?? '';
const offered = (event: MeshEvent) =>
  offerOf({ event, eventId: event.id, general: GENERAL, slot: slotOf(GENERAL), subject: event.subject });

async function begun(event: MeshEvent, node: Awaited<ReturnType<typeof bootGeneral>>): Promise<void> {
  const { subject, id: eventId } = event;
  await node.replica.append(
    distributionRecord(1, [], { eventId, subject, development: { textHash: textHash(event) } }),
  );
  await node.replica.append(approvalRecord(1, { subject, textHash: textHash(event) }));
}

const doneIn = async (disk: MemoryDisk) => (await recordsOn(disk)).find(({ type }) => type === 'done');

test('host / developer / an approved issue becomes a draft pull request, after a first patch that fails the real tests and a second that passes', async () => {
  await withWorld(async ({ event, model, pulls, boot, git }) => {
    const disk = new MemoryDisk();
    const node = await boot(disk, 'work');
    await begun(event, node);
    await node.general.start();
    assert.equal((await node.general.offer(OWNER, offered(event))).type, 'accept');
    await waitFor('it is done', () => doneIn(disk), 60_000);
    assert.deepEqual(model.asked, ['plan', 'write', 'mend']);
    assert.deepEqual(
      pulls.map(({ head, title, draft }) => ({ head, title, draft })),
      [{ head: 'feature/9-a-mean-of-numbers', title: 'Add the mean', draft: true }],
    );
    assert.match(pulls[0]?.text ?? '', /Closes #9\n/);
    assert.doesNotMatch(pulls[0]?.text ?? '', /@octocat/);
    assert.equal(git('diff', '--name-only', 'main', 'feature/9-a-mean-of-numbers'), 'mean.js\nmean.test.js');
    assert.match(git('show', 'feature/9-a-mean-of-numbers:mean.js'), /\/ all\.length/);
    const records = await recordsOn(disk);
    const made = records.filter((record) => record.type === 'code-generation');
    assert.deepEqual(
      made.map(({ prNumber, filesChanged, testsGenerated, status }) => ({
        prNumber,
        filesChanged,
        testsGenerated,
        status,
      })),
      [{ prNumber: 1, filesChanged: ['mean.js'], testsGenerated: ['mean.test.js'], status: 'pr_created' }],
    );
    const actions = records.flatMap((record) => (record.type === 'action' ? [record.actionType] : []));
    assert.deepEqual(actions, ['planned', 'wrote', 'tried', 'wrote', 'tried']);
  });
});

test('host / developer / without the approval, or with another text, nothing is written', async () => {
  await withWorld(async ({ event, issues, model, pulls, boot, git }) => {
    const disk = new MemoryDisk();
    const node = await boot(disk, 'work');
    await begun(event, node);
    issues.edited({ body: 'And a back door.' });
    await node.general.start();
    await node.general.offer(OWNER, offered(event));
    await waitFor('it is done', () => doneIn(disk), 60_000);
    assert.deepEqual([model.asked, pulls, git('branch', '--list', 'feature/*')], [[], [], '']);
  });
});

test('host / developer / killed after any record it goes on, on a new disk folder too, and everything is there once', {
  timeout: 300_000,
}, async () => {
  let record = 1;
  for (let isOver = false; !isOver; record += 1) {
    await withWorld(async ({ event, pulls, boot, git }) => {
      let disk = new MemoryDisk();
      await begun(event, await boot(disk, 'first'));
      const dying = await boot(disk, 'first', { when: 'after', record });
      await dying.general.start();
      void dying.general.offer(OWNER, offered(event));
      await waitFor('it dies or is done', async () => !dying.isAlive() || (await doneIn(disk)), 60_000);
      isOver = dying.isAlive();
      disk = dying.kill();
      const next = await boot(disk, 'second');
      await next.general.start();
      await next.general.load();
      if ((await doneIn(disk)) === undefined) await next.general.offer(OWNER, offered(event));
      await waitFor('it is done', () => doneIn(disk), 60_000);
      assert.equal(pulls.length, 1, `killed after record ${record}`);
      assert.equal(
        git('rev-list', '--count', 'main..feature/9-a-mean-of-numbers'),
        '1',
        `killed after record ${record}`,
      );
    });
  }
  assert.ok(record > 8, `only ${record} records`);
});
