import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';

const runner = resolve(import.meta.dirname, '../../../scripts/run-tests.ts');
const scratch = mkdtempSync(join(tmpdir(), 'mindmesh-runner-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const head = "import { test, suite } from 'node:test';\n";
const passes = `${head}test('a / passes', () => {});\n`;
const fails = `${head}test('a / fails', () => { throw new Error('on purpose'); });\n`;

const cases = [
  { id: 'a passing test', files: { 'test/unit/a.test.ts': passes }, status: 0, says: /ℹ tests 1\n/ },
  { id: 'a failing test', files: { 'test/unit/a.test.ts': fails }, status: 1, says: /ℹ fail 1\n/ },
  { id: 'no test folder', files: { 'a.ts': passes }, status: 1, says: /no test file matches/ },
  { id: 'no test file', files: { 'test/a.ts': passes }, status: 1, says: /no test file matches/ },
  {
    id: 'a filter that hits nothing',
    files: { 'test/a.test.ts': passes },
    args: ['zzz'],
    status: 1,
    says: /matches zzz/,
  },
  {
    id: 'a file without a test beside one with',
    files: { 'test/a.test.ts': passes, 'test/b.test.ts': 'console.log(1);\n' },
    status: 1,
    says: /no test ran in test\/b\.test\.ts/,
  },
  {
    id: 'a skipped test beside one that ran',
    files: { 'test/a.test.ts': `${passes}test('a / skipped', { skip: 'no tool' }, () => {});\n` },
    status: 1,
    says: /no test may be skipped or left for later: a \/ skipped\n/,
  },
  {
    id: 'a skipped suite',
    files: {
      'test/a.test.ts': `${passes}suite('s', { skip: true }, () => { test('a / b', () => {}); });\n`.replace(
        '{ test }',
        '{ test, suite }',
      ),
    },
    status: 1,
    says: /no test may be skipped or left for later: s\n/,
  },
  {
    id: 'a test that skips itself',
    files: { 'test/a.test.ts': `${passes}test('a / gives up', (t) => t.skip());\n` },
    status: 1,
    says: /left for later: a \/ gives up\n/,
  },
  {
    id: 'a test whose failure would not count',
    files: {
      'test/a.test.ts': `${passes}test('a / later', { todo: true }, () => { throw new Error('on purpose'); });\n`,
    },
    status: 1,
    says: /left for later: a \/ later\n/,
  },
  {
    id: 'a file that never ends',
    files: { 'test/a.test.ts': `${head}test('a / leaks', () => { setInterval(() => {}, 1000); });\n` },
    status: 1,
    says: /✖ .*a\.test\.ts/,
  },
  {
    id: 'one file of two by a filter',
    files: { 'test/a.test.ts': passes, 'test/b.test.ts': fails },
    args: ['test/a.test.ts'],
    status: 0,
    says: /ℹ tests 1\n/,
  },
] satisfies { id: string; files: Record<string, string>; args?: string[]; status: number; says: RegExp }[];

for (const { id, files, args, status, says } of cases) {
  test(`scripts / run tests / ${id} ends with exit code ${status}`, () => {
    const root = mkdtempSync(join(scratch, 'case-'));
    for (const [path, text] of Object.entries(files)) write(join(root, path), text);
    const command = ['--import', import.meta.resolve('tsx'), runner, ...(args ?? [])];
    const env = { ...process.env, TEST_SILENCE_MS: '5000' };
    const result = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8', env });
    assert.equal(result.status, status, result.stdout + result.stderr);
    assert.match(result.stdout + result.stderr, says);
  });
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
