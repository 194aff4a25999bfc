import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { branchRef, checkedRepository, checkedSha } from '../../../../daemon/workspace/refs.ts';
import { segmentsOf } from '../../../../daemon/workspace/safe-path.ts';
import { commandArgs, DEFAULT_SANDBOX_LIMITS, sandboxArgs } from '../../../../daemon/workspace/sandbox-args.ts';
import { Tail } from '../../../../daemon/workspace/tail.ts';
import { hasCode } from '../../../../protocols/errors.ts';

describe('names', () => {
  for (const branch of ['main', 'feature/7-a', 'release-1.2', 'a/b/c', 'dependabot/npm_and_yarn/x-1.0', 'v1@2']) {
    test(`workspace / refs / ${branch} is a branch`, () => assert.equal(branchRef(branch), `refs/heads/${branch}`));
  }
  for (const branch of [
    '-f',
    'a/-f',
    'a..b',
    'a b',
    'a:b',
    'a~1',
    'a^',
    'a?',
    'a*',
    'a[',
    'a\\b',
    'a\n',
    '.a',
    'a/',
    '/a',
    'a.',
    'a.lock',
    'a.lock/b',
    '@{1}',
    'x'.repeat(201),
    '',
  ]) {
    test(`workspace / refs / ${JSON.stringify(branch.slice(0, 20))} is none`, () =>
      assert.throws(
        () => branchRef(branch),
        (error) => hasCode(error, 'git-failed'),
      ));
  }
  test('workspace / refs / repositories and commits', () => {
    for (const name of ['acme/app', 'a/.github', 'A-b/c.d_e-f']) assert.equal(checkedRepository(name), name);
    for (const name of ['-a/b', 'a/-b', 'a', 'a/b/c', 'a/..', 'a/b c', 'a/b?x', 'https://x/y'])
      assert.throws(() => checkedRepository(name), name);
    assert.equal(checkedSha('a'.repeat(40)), 'a'.repeat(40));
    for (const sha of ['HEAD', '-', 'a'.repeat(39), 'A'.repeat(40)]) assert.throws(() => checkedSha(sha), sha);
  });
});

describe('paths', () => {
  for (const path of [
    'a',
    'a/b.ts',
    '.github/x.yml',
    '.gitignore',
    '.gitattributes',
    'a/..b',
    'ä ö/ü',
    '-rf',
    'git/x',
  ]) {
    test(`workspace / paths / ${path} is one`, () => assert.deepEqual(segmentsOf(path), path.split('/')));
  }
  for (const path of [
    '.git',
    'a/.git',
    '.GIT/x',
    '.git.',
    '.git ',
    'git~1',
    '\u200c.git',
    '..',
    'a/..',
    '/a',
    'a/',
    'C:\\x',
    'a\rb',
    'x'.repeat(1_025),
  ]) {
    test(`workspace / paths / ${JSON.stringify(path.slice(0, 20))} is none`, () =>
      assert.throws(
        () => segmentsOf(path),
        (error) => hasCode(error, 'path-outside'),
      ));
  }
});

describe('the arguments of the sandbox', () => {
  const places = {
    node: '/usr/bin/node',
    roots: [{ path: '/bin', linksTo: 'usr/bin' }, { path: '/lib' }],
    hidden: ['/usr/local/mesh', '/var/mesh'],
  };
  const args = sandboxArgs({ treeBytes: 1_000, limits: DEFAULT_SANDBOX_LIMITS, places });
  const text = args.join(' ');
  test('workspace / sandbox / every namespace is its own, and nothing is mounted to be written but memory', () => {
    for (const flag of [
      '--unshare-user',
      '--unshare-ipc',
      '--unshare-pid',
      '--unshare-net',
      '--unshare-uts',
      '--disable-userns',
      '--die-with-parent',
      '--new-session',
      '--clearenv',
    ]) {
      assert.ok(args.includes(flag), flag);
    }
    assert.ok(!args.some((arg) => ['--bind', '--dev-bind', '--share-net', '--bind-try'].includes(arg)));
    assert.ok(text.indexOf('--remount-ro / --chdir') > text.indexOf('--tmpfs /work'));
    for (const [index, arg] of args.entries())
      if (arg === '--tmpfs' && args[index + 1] !== '/usr/local/mesh') assert.equal(args[index - 2], '--size');
  });
  test('workspace / sandbox / what must not be seen is covered where it lies below what is shown', () => {
    assert.match(text, /--tmpfs \/usr\/local\/mesh --remount-ro \/usr\/local\/mesh/);
    assert.doesNotMatch(text, /\/var\/mesh/);
  });
  test('workspace / sandbox / root becomes somebody first, others stay who they are', () => {
    const command = { argv: ['npm', 'test'], timeoutMs: 1_500 };
    const ofRoot = commandArgs(DEFAULT_SANDBOX_LIMITS, command, 2_000_000_001);
    assert.ok(
      ofRoot.indexOf('--reuid=2000000001') > 0 && ofRoot.indexOf('--reuid=2000000001') < ofRoot.indexOf('bwrap'),
    );
    assert.ok(!commandArgs(DEFAULT_SANDBOX_LIMITS, command, undefined).includes('setpriv'));
    assert.deepEqual(ofRoot.slice(-2), ['npm', 'test']);
    assert.ok(ofRoot.includes('--cpu=3'));
  });
});

describe('the end of an output', () => {
  const CASES = [
    ['nothing', [], ''],
    ['less than the limit', ['abc', 'def'], 'abcdef'],
    ['more', ['abcdefgh', 'ijkl'], '[2 bytes before this are left out]\ncdefghijkl'],
  ] as const;
  for (const [what, chunks, expected] of CASES) {
    test(`workspace / tail / ${what}`, () => {
      const tail = new Tail(10);
      for (const chunk of chunks) tail.add(Buffer.from(chunk));
      assert.equal(tail.text(), expected);
    });
  }
  test('workspace / tail / of a long output only the end is kept', () => {
    const tail = new Tail(10);
    for (let i = 0; i < 10_000; i += 1) tail.add(Buffer.from('0123456789'.repeat(10)));
    assert.equal(tail.text(), '[999990 bytes before this are left out]\n0123456789');
  });
});
