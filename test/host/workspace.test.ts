import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { GitWorkspaces } from '../../daemon/workspace/git-workspaces.ts';
import { Sandbox } from '../../daemon/workspace/sandbox.ts';
import { hasCode } from '../../protocols/errors.ts';
import { makeBareRepository, startGitServer } from '../support/git-server.ts';
import { needTool } from './need.ts';

const PASSWORD = 'token-that-nobody-may-see';
const FILES = { 'src/a.ts': 'export const a = 1;\n', 'README.md': '# A\n', '.gitignore': 'ignored/\n' };
const COMMIT = {
  branch: 'feature/7-more',
  message: 'More',
  author: { name: 'mesh', email: 'mesh@example.org' },
  at: 1_790_000_000_000,
};
const OF = { key: 'mm-1', repository: 'acme/app', base: 'main' };
const never = new AbortController().signal;
const fails = (code: Parameters<typeof hasCode>[1]) => (error: unknown) => hasCode(error, code);

async function withForge(
  body: (forge: {
    dir: string;
    bare: string;
    url: string;
    credentials: (string | undefined)[];
    open: (key?: string) => ReturnType<GitWorkspaces['open']>;
  }) => Promise<void>,
  { password = PASSWORD, bounds = {} } = {},
): Promise<void> {
  needTool('git');
  const dir = await mkdtemp(join(tmpdir(), 'mindmesh-workspace-'));
  const bare = makeBareRepository(dir, OF.repository, FILES, { 'link.txt': '/etc/passwd', 'src/out': '/etc' });
  const { url, credentials, close } = await startGitServer(dir, PASSWORD);
  try {
    const options = { dir: join(dir, 'workspaces'), baseUrl: url, bounds };
    const workspaces = new GitWorkspaces(options, {
      sandbox: new Sandbox({ hidden: [] }),
      credentials: async () => ({ username: 'x-access-token', password }),
    });
    await body({ dir, bare, url, credentials, open: (key = OF.key) => workspaces.open({ ...OF, key }, never) });
  } finally {
    await close();
    await rm(dir, { recursive: true });
  }
}

const tipOf = (bare: string, branch: string) =>
  execFileSync('git', ['-C', bare, 'rev-parse', '--verify', '--quiet', branch], { encoding: 'utf8' }).trim();

describe('a workspace', () => {
  test('host / workspace / a change is committed and pushed, the same content as the same sha, and a repeat changes nothing', async () => {
    await withForge(async ({ bare, open }) => {
      const workspace = await open();
      assert.deepEqual(await workspace.files(), ['.gitignore', 'README.md', 'link.txt', 'src/a.ts', 'src/out']);
      assert.equal(await workspace.read('src/a.ts'), FILES['src/a.ts']);
      await workspace.write('src/a.ts', 'export const a = 2;\n');
      await workspace.write('test/new/a.test.ts', 'test();\n');
      await workspace.write('ignored/x', 'no\n');
      await workspace.remove('README.md');
      assert.deepEqual(await workspace.files(), [
        '.gitignore',
        'link.txt',
        'src/a.ts',
        'src/out',
        'test/new/a.test.ts',
      ]);
      assert.match(await workspace.diff(), /^-export const a = 1;\n\+export const a = 2;$/m);
      const { sha } = await workspace.push(COMMIT, never);
      assert.equal(tipOf(bare, COMMIT.branch), sha);
      assert.equal((await workspace.push(COMMIT, never)).sha, sha);
      // Another process takes up what a killed one left; another node begins anew. All come to the same commit.
      assert.equal((await (await open()).push(COMMIT, never)).sha, sha);
      const elsewhere = await open('mm-2');
      await elsewhere.write('src/a.ts', 'export const a = 2;\n');
      await elsewhere.write('test/new/a.test.ts', 'test();\n');
      await elsewhere.remove('README.md');
      assert.equal((await elsewhere.push(COMMIT, never)).sha, sha);
      const stat = execFileSync('git', ['-C', bare, 'show', '--stat', '--format=%an %at', sha], { encoding: 'utf8' });
      assert.match(stat, /^mesh 1790000000\n/);
      assert.match(stat, /3 files changed/, 'links and what is ignored are as they were');
      await workspace.close();
    });
  });

  test('host / workspace / a branch that somebody moved is a conflict, and stays where it is', async () => {
    await withForge(async ({ bare, open }) => {
      const [first, second] = [await open('mm-1'), await open('mm-2')];
      await first.write('a', '1\n');
      await second.write('a', '2\n');
      const { sha } = await first.push(COMMIT, never);
      await assert.rejects(second.push(COMMIT, never), fails('git-conflict'));
      await assert.rejects(second.push({ ...COMMIT, expected: first.baseSha }, never), fails('git-conflict'));
      assert.equal(tipOf(bare, COMMIT.branch), sha);
      const moved = await second.push({ ...COMMIT, expected: sha }, never);
      assert.equal(tipOf(bare, COMMIT.branch), moved.sha);
    });
  });

  test('host / workspace / the credential is in requests, and nowhere on the disk or in an error', async () => {
    await withForge(async ({ dir, credentials, open }) => {
      const workspace = await open();
      await workspace.write('a', '1\n');
      await workspace.push(COMMIT, never);
      assert.ok(credentials.length > 3 && credentials.every((each) => each?.startsWith('Basic ')));
      const secrets = [PASSWORD, Buffer.from(`x-access-token:${PASSWORD}`).toString('base64')];
      const entries = await readdir(join(dir, 'workspaces'), { recursive: true, withFileTypes: true });
      for (const entry of entries.filter((each) => each.isFile())) {
        const text = await readFile(join(entry.parentPath, entry.name), 'latin1');
        assert.ok(!secrets.some((secret) => text.includes(secret)), entry.name);
      }
    });
    const wrong = 'wrong-password';
    await withForge(
      async ({ open }) => {
        await assert.rejects(open(), (error) => fails('git-failed')(error) && !String(error).includes(wrong));
      },
      { password: wrong },
    );
  });

  test('host / workspace / no link is ever made or followed', async () => {
    await withForge(async ({ dir, open }) => {
      const workspace = await open();
      const [name = ''] = await readdir(join(dir, 'workspaces'));
      const tree = join(dir, 'workspaces', name, 'tree');
      assert.ok((await lstat(join(tree, 'link.txt'))).isFile());
      assert.equal(await workspace.read('link.txt'), '/etc/passwd');
      await assert.rejects(workspace.write('src/out/x', 'x'), fails('path-outside'));
      // Also those that somebody else made.
      await symlink(dir, join(tree, 'elsewhere'));
      await symlink(join(dir, 'new'), join(tree, 'dangling'));
      for (const path of ['elsewhere/x', 'dangling', 'elsewhere']) {
        await assert.rejects(workspace.write(path, 'x'), fails('path-outside'), path);
        await assert.rejects(workspace.read(path), fails('path-outside'), path);
      }
      assert.deepEqual((await readdir(dir)).sort(), ['acme', 'workspaces']);
    });
  });

  const OUTSIDE = [
    '../x',
    '/etc/x',
    'a/../../x',
    '.git/config',
    'src/.GIT/hooks/pre-commit',
    '.git ',
    'git~1/x',
    '.g\u200cit/x',
    'a\\b',
    'a\0b',
    '',
    'a//b',
    './a',
  ];
  for (const path of OUTSIDE) {
    test(`host / workspace / ${JSON.stringify(path)} is no path of it`, async () => {
      await withForge(async ({ open }) => {
        const workspace = await open();
        await assert.rejects(workspace.write(path, 'x'), fails('path-outside'));
        await assert.rejects(workspace.read(path), fails('path-outside'));
        await assert.rejects(workspace.remove(path), fails('path-outside'));
      });
    });
  }

  test('host / workspace / names that git would read otherwise are refused', async () => {
    await withForge(async ({ open, dir, url }) => {
      const workspace = await open();
      await workspace.write('a', '1\n');
      for (const branch of [
        '--delete',
        '-f',
        'a..b',
        'a:refs/heads/main',
        '+main',
        'a b',
        'x.lock',
        'a@{1}',
        '',
        'refs/../x',
        '$(id)',
      ]) {
        await assert.rejects(workspace.push({ ...COMMIT, branch }, never), fails('git-failed'), branch);
      }
      const parts = { sandbox: new Sandbox({ hidden: [] }), credentials: async () => undefined };
      const workspaces = new GitWorkspaces({ dir: join(dir, 'w'), baseUrl: url }, parts);
      for (const repository of ['--upload-pack=id/x', 'a/b/c', '../x', 'a/..', 'a']) {
        await assert.rejects(workspaces.open({ ...OF, repository }, never), fails('git-failed'), repository);
      }
      await assert.rejects(workspaces.open({ ...OF, base: '--upload-pack=id' }, never), fails('git-failed'));
    });
  });

  test('host / workspace / hooks and settings in a folder that was left change nothing', async () => {
    await withForge(async ({ dir, open }) => {
      await open();
      const [name = ''] = await readdir(join(dir, 'workspaces'));
      const [git, proof] = [join(dir, 'workspaces', name, 'git'), join(dir, 'proof')];
      await writeFile(join(git, 'hooks', 'pre-push'), `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 });
      await writeFile(join(git, 'hooks', 'reference-transaction'), `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 });
      const workspace = await open();
      await workspace.write('a', '1\n');
      await workspace.push(COMMIT, never);
      await assert.rejects(lstat(proof));
    });
  });

  test('host / workspace / what is over a bound is refused', async () => {
    await withForge(async ({ open }) => assert.rejects(open(), fails('workspace-full')), { bounds: { files: 2 } });
    await withForge(async ({ open }) => assert.rejects(open(), fails('workspace-full')), { bounds: { treeBytes: 10 } });
    await withForge(
      async ({ open }) => {
        const workspace = await open();
        await assert.rejects(workspace.write('a', 'x'.repeat(11)), fails('workspace-full'));
        await assert.rejects(workspace.read('src/a.ts'), fails('workspace-full'));
      },
      { bounds: { fileBytes: 10 } },
    );
  });
});
