import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CodeRetrieval } from '../../daemon/retrieval/code-retrieval.ts';
import { Grammars } from '../../daemon/retrieval/grammars.ts';
import { GrammarSyntax } from '../../daemon/retrieval/syntax.ts';
import { GitWorkspaces } from '../../daemon/workspace/git-workspaces.ts';
import { Sandbox } from '../../daemon/workspace/sandbox.ts';
import { contextOf } from '../../roles/general/developer/context.ts';
import type { Change } from '../../roles/general/developer/form.ts';
import { branchName, commitMessage } from '../../roles/general/developer/names.ts';
import { tryChanges } from '../../roles/general/developer/workbench.ts';
import { makeBareRepository, startGitServer } from '../support/git-server.ts';
import { needTool } from './need.ts';

const FILES = {
  'package.json': '{"scripts":{"test":"node --test"},"type":"module"}\n',
  'package-lock.json': '{}',
  'sum.js': 'export const sum = (a, b) => a + b;\n',
  'sum.test.js':
    "import assert from 'node:assert';\nimport { test } from 'node:test';\nimport { sum } from './sum.js';\n\ntest('sum', () => assert.equal(sum(1, 2), 3));\n",
};
const TEST =
  "import assert from 'node:assert';\nimport { test } from 'node:test';\nimport { mean } from './mean.js';\n\ntest('mean', () => assert.equal(mean([1, 2, 6]), 3));\n";
const change = (files: Change['files'], tests: Change['tests'] = []): Change => ({
  files,
  tests,
  remove: [],
  commitMessage: 'Add the mean',
  notes: '',
  confidence: 1,
});
const limits = { timeoutMs: 60_000, keepBytes: 8_192 };
const never = new AbortController().signal;

test('host / developer / a first patch fails the real tests of the repository, a second one mends it, and only that is pushed', async () => {
  needTool('git');
  needTool('bwrap');
  const dir = await mkdtemp(join(tmpdir(), 'mindmesh-developer-'));
  const bare = makeBareRepository(dir, 'acme/app', FILES);
  const server = await startGitServer(dir);
  try {
    const parts = { sandbox: new Sandbox({ hidden: [] }), credentials: async () => undefined };
    const workspaces = new GitWorkspaces({ dir: join(dir, 'work'), baseUrl: server.url }, parts);
    const open = () => workspaces.open({ key: 'mm-1', repository: 'acme/app', base: 'main' }, never);
    const grammars = new Grammars();
    const syntax = new GrammarSyntax({ grammars });
    const retrieval = new CodeRetrieval({}, { grammars });
    const of = { repository: 'acme/app', text: 'the mean of numbers, beside their sum' };
    const context = await contextOf(of, { workspace: await open(), retrieval });
    assert.deepEqual([context.code[0]?.path, context.tests[0]?.path], ['sum.js', 'sum.test.js']);
    assert.deepEqual(context.leftOut, { lock: 1 });
    assert.deepEqual(context.conventions.testPatterns, ['….test.js']);
    const { testCommand: command } = context;
    const attempt = async (...changes: Change[]) =>
      tryChanges(changes, { command, limits, signal: never }, { workspace: await open(), syntax });

    const broken = change([{ path: 'mean.js', code: 'export const mean = (all => 0;\n', edits: [] }]);
    const refused = await attempt(broken);
    assert.equal(refused.outcome, 'refused');

    const wrong = change(
      [
        {
          path: 'mean.js',
          code: "import { sum } from './sum.js';\n\nexport const mean = (all) => all.reduce(sum);\n",
          edits: [],
        },
      ],
      [{ path: 'mean.test.js', code: TEST, edits: [] }],
    );
    const failed = await attempt(wrong);
    assert.equal(failed.outcome, 'failed');
    assert.match('output' in failed ? failed.output : '', /9 !== 3|expected: 3/);

    const mended = change([
      { path: 'mean.js', code: null, edits: [{ search: 'all.reduce(sum)', replace: 'all.reduce(sum) / all.length' }] },
    ]);
    // Whoever takes up the work has the changes, and finds the folder as it was left: with more in it than belongs there.
    await (await open()).write('left.test.js', 'throw new Error();\n');
    const passed = await attempt(wrong, mended);
    assert.deepEqual(passed.outcome, 'passed', JSON.stringify(passed));

    const commit = {
      branch: branchName('feature', 7, 'The mean'),
      message: commitMessage(mended.commitMessage, 7),
      author: { name: 'mesh', email: 'mesh@example.org' },
      at: 1_790_000_000_000,
    };
    const { sha } = await (await open()).push(commit, never);
    const git = (...args: string[]) => execFileSync('git', ['-C', bare, ...args], { encoding: 'utf8' });
    assert.equal(git('rev-parse', 'feature/7-the-mean').trim(), sha);
    assert.deepEqual(git('diff', '--name-only', 'main', sha).trim().split('\n'), ['mean.js', 'mean.test.js']);
    assert.equal(git('log', '-1', '--format=%B', sha).trim(), 'Add the mean\n\nRefs #7');
  } finally {
    await server.close();
    await rm(dir, { recursive: true });
  }
});
