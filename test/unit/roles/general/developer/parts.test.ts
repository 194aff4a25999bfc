import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { hasCode, messageOf } from '../../../../../protocols/errors.ts';
import { applyEdit } from '../../../../../roles/general/developer/apply-edits.ts';
import { conventionsOf } from '../../../../../roles/general/developer/conventions.ts';
import { ChangeSchema, PlanSchema, RepairSchema } from '../../../../../roles/general/developer/form.ts';
import { languagesOf } from '../../../../../roles/general/developer/languages.ts';
import { branchName, commitMessage } from '../../../../../roles/general/developer/names.ts';
import { whyProtected } from '../../../../../roles/general/developer/protected-paths.ts';
import { type RepositoryFacts, testCommandOf } from '../../../../../roles/general/developer/test-command.ts';

function factsOf(files: Readonly<Record<string, string>>): RepositoryFacts {
  return { paths: Object.keys(files), text: (path) => files[path] };
}

describe('edits', () => {
  const edit = (edits: readonly { search: string; replace: string }[], code: string | null = null) => ({
    path: 'a.ts',
    code,
    edits: [...edits],
  });
  const TEXT = 'one\ntwo\ntwo three\n';
  const APPLIED = [
    ['a whole new file gets its last line break', undefined, edit([], 'new'), 'new\n'],
    ['a whole file replaces another', TEXT, edit([], 'new\n'), 'new\n'],
    ['a place is replaced', TEXT, edit([{ search: 'one\n', replace: '1\n' }]), '1\ntwo\ntwo three\n'],
    [
      'places are replaced one after the other',
      TEXT,
      edit([
        { search: 'one', replace: 'zero' },
        { search: 'zero\ntwo\n', replace: '' },
      ]),
      'two three\n',
    ],
    [
      'a replacement is taken as it stands',
      TEXT,
      edit([{ search: 'one', replace: "$& $1 $'" }]),
      "$& $1 $'\ntwo\ntwo three\n",
    ],
    ['line ends of Windows stay', 'one\r\ntwo\r\n', edit([{ search: 'one\ntwo', replace: '1\n2' }]), '1\r\n2\r\n'],
  ] as const;
  for (const [what, current, wanted, text] of APPLIED) {
    test(`developer / edits / ${what}`, () => assert.equal(applyEdit(current, wanted), text));
  }
  const REFUSED = [
    ['a place that is not there', TEXT, edit([{ search: 'four', replace: '' }]), /not in the file: "four"/],
    ['a place that is there twice', TEXT, edit([{ search: 'two', replace: '2' }]), /more than once/],
    ['a place that overlaps itself', 'aaa', edit([{ search: 'aa', replace: 'b' }]), /more than once/],
    ['a change that is none', TEXT, edit([{ search: 'one', replace: 'one' }]), /already/],
    ['places of no file', undefined, edit([{ search: 'one', replace: '1' }]), /no such file/],
    ['nothing', TEXT, edit([]), /neither/],
    ['both', TEXT, edit([{ search: 'one', replace: '1' }], 'x'), /as well/],
    ['spaces that differ', 'a  b', edit([{ search: 'a b', replace: 'c' }]), /not in the file/],
  ] as const;
  for (const [what, current, wanted, problem] of REFUSED) {
    test(`developer / edits / ${what} is refused`, () =>
      assert.throws(
        () => applyEdit(current, wanted),
        (error) => hasCode(error, 'edit-refused') && problem.test(messageOf(error)),
      ));
  }
});

describe('protected paths', () => {
  for (const path of [
    '../x',
    '/etc/x',
    'a//b',
    './a',
    '.git/config',
    'a\\b',
    '.github/workflows/ci.yml',
    '.GitHub/Workflows/x.yml',
    'CODEOWNERS',
    '.github/CODEOWNERS',
    '.gitmodules',
    'a/.gitattributes',
    '.npmrc',
    '.husky/pre-commit',
    '.env',
    'a/.env.local',
    'a/id_rsa',
    'x.pem',
    'action.yml',
    'Jenkinsfile',
    '.claude/settings.json',
    '.mcp.json',
    '.ci/run',
    '.vscode/tasks.json',
  ]) {
    test(`developer / protected / ${path} is`, () => assert.ok(whyProtected(path)));
  }
  for (const path of [
    'src/a.ts',
    'docs/workflows/a.md',
    'README.md',
    'package.json',
    '.gitignore',
    'environment.ts',
    'src/env.ts',
    '.github/ISSUE_TEMPLATE/bug.md',
    'src/key.ts',
  ]) {
    test(`developer / protected / ${path} is not`, () => assert.equal(whyProtected(path), undefined));
  }
});

describe('names', () => {
  const BRANCHES = [
    ['Retry limits', 'feature/7-retry-limits'],
    ['Größe & Länge: “fix”', 'feature/7-grosse-lange-fix'.replace('grosse', 'gro-e')],
    ['$(touch /tmp/x); --delete ../main', 'feature/7-touch-tmp-x-delete-main'],
    ['refs/heads/main:refs/heads/main', 'feature/7-refs-heads-main-refs-heads-main'],
    ['日本語', 'feature/7'],
    ['x'.repeat(100), `feature/7-${'x'.repeat(40)}`],
    [
      'a title with a good many words that go on for longer than a line',
      'feature/7-a-title-with-a-good-many-words-that-go',
    ],
    ['a.lock', 'feature/7-a-lock'],
    ['\u202eevil\u200b', 'feature/7-evil'],
  ] as const;
  for (const [title, branch] of BRANCHES) {
    test(`developer / branch / ${JSON.stringify(title.slice(0, 30))} is ${branch.slice(0, 40)}`, () => {
      assert.equal(branchName('feature', 7, title), branch);
      assert.match(branchName('bugfix', 7, title), /^bugfix\/7(-[a-z0-9]+)*$/);
    });
  }
  const MESSAGES = [
    ['Add limits', 'Add limits\n\nRefs #7'],
    [
      'Add limits\n\nBecause.\nCo-authored-by: Linus <l@example.org>\nSigned-off-by: x',
      'Add limits\n\nBecause.\n\nRefs #7',
    ],
    [
      'Fixes #1, closes acme/app#2 and resolves: https://x/issues/3',
      'Fixes an issue, closes an issue and resolves an issue\n\nRefs #7',
    ],
    ['Quiet [skip ci] [ci skip]', 'Quiet\n\nRefs #7'],
    ['Thanks @octocat and `@types/node`, a@b.org', 'Thanks octocat and `@types/node`, a@b.org\n\nRefs #7'],
    ['\u001b[31mred\u202e', '[31mred\n\nRefs #7'],
    ['\n\n', 'Work on issue 7\n\nRefs #7'],
    ['y'.repeat(100), `${'y'.repeat(71)}…\n\nRefs #7`],
  ] as const;
  for (const [text, message] of MESSAGES) {
    test(`developer / commit message / ${JSON.stringify(text.slice(0, 40))}`, () =>
      assert.equal(commitMessage(text, 7), message));
  }
});

describe('the test command', () => {
  const packageJson = (test?: string) => JSON.stringify({ scripts: { ...(test !== undefined && { test }) } });
  const CASES: readonly (readonly [string, Readonly<Record<string, string>>, string | undefined])[] = [
    ['npm', { 'package.json': packageJson('node --test') }, 'npm test'],
    ['pnpm', { 'package.json': packageJson('vitest'), 'pnpm-lock.yaml': '' }, 'pnpm test'],
    ['yarn', { 'package.json': packageJson('jest'), 'yarn.lock': '' }, 'yarn test'],
    [
      'what npm init wrote is none',
      { 'package.json': packageJson('echo "Error: no test specified" && exit 1'), 'go.mod': '' },
      'go test ./...',
    ],
    ['a manifest that is no JSON', { 'package.json': '{', 'Cargo.toml': '' }, 'cargo test --offline'],
    ['a manifest with other types', { 'package.json': '{"scripts":{"test":7}}', 'a.test.js': '' }, 'node --test'],
    ['scripts of nothing', { 'package.json': 'null', Makefile: 'test: all\n\tx' }, 'make test'],
    ['pytest by its settings', { 'pyproject.toml': '[tool.pytest.ini_options]' }, 'python3 -m pytest -q'],
    ['pytest by conftest', { 'tests/conftest.py': '' }, 'python3 -m pytest -q'],
    ['unittest', { 'test_a.py': '' }, 'python3 -m unittest discover'],
    ['maven', { 'pom.xml': '' }, 'mvn --offline --quiet test'],
    ['gradle', { gradlew: '' }, 'sh ./gradlew --offline test'],
    ['dotnet', { 'App.sln': '' }, 'dotnet test --no-restore'],
    ['a variable of a Makefile is no target', { Makefile: 'test := 1\ncheck: x\n' }, 'make check'],
    ['nothing says so', { 'README.md': '' }, undefined],
  ];
  for (const [what, files, command] of CASES) {
    test(`developer / test command / ${what}: ${command ?? 'none'}`, () =>
      assert.equal(testCommandOf(factsOf(files))?.argv.join(' '), command));
  }
});

describe('conventions', () => {
  test('developer / languages / by their files, those with few left out', () => {
    const paths = [
      ...Array.from({ length: 30 }, (_, i) => `src/${i}.ts`),
      ...Array.from({ length: 10 }, (_, i) => `py/${i}.py`),
      'a.sh',
      'README.md',
      'Makefile',
    ];
    assert.deepEqual(languagesOf(paths), ['TypeScript', 'Python']);
  });
  test('developer / conventions / where tests lie, how files are formatted, what the neighbours do', () => {
    const facts = factsOf({
      'src/a.ts': '',
      'test/unit/a/b.test.ts': '',
      'test/unit/c.test.ts': '',
      'test/unit/a/d.test.ts': '',
      'biome.json': '{\n  "x": 1\n}',
    });
    const sample = "import { b } from './b.ts';\n\nexport function a() {\n  return 'x';\n}\n";
    const conventions = conventionsOf(facts, [
      { path: 'src/a.ts', text: sample },
      { path: 'src/b.ts', text: sample },
    ]);
    assert.deepEqual(conventions, {
      languages: ['TypeScript'],
      testPatterns: ['test/unit/….test.ts'].flatMap((pattern) => [pattern.replace('unit/', 'unit/…/'), pattern]),
      testsLie: 'apart',
      lines: [
        'Biome formats by biome.json: { "x": 1 }',
        'Lines are indented by 2 spaces.',
        'Strings have single quotes.',
        'Statements end with a semicolon.',
        'Imports of own files name the suffix.',
      ],
    });
  });
  test('developer / conventions / tests beside the code, and habits that are shared by few are none', () => {
    const facts = factsOf({ 'a.go': '', 'a_test.go': '', 'b/c_test.go': '' });
    const conventions = conventionsOf(facts, [
      { path: 'a.go', text: 'x\n\ty' },
      { path: 'b.go', text: 'x\n  y' },
    ]);
    assert.equal(conventions.testsLie, 'beside');
    assert.deepEqual(conventions.testPatterns, ['b/…_test.go', '…_test.go'].sort());
    assert.deepEqual(conventions.lines, []);
  });
  test('developer / conventions / a repository without tests says nothing of them', () => {
    assert.equal(conventionsOf(factsOf({ 'a.go': '' }), []).testsLie, undefined);
  });
});

describe('forms', () => {
  test('developer / forms / each is a JSON schema of plain objects, and bounds what a model may say', () => {
    for (const schema of [PlanSchema, ChangeSchema, RepairSchema]) assert.equal(z.toJSONSchema(schema).type, 'object');
    const change = { files: [], tests: [], remove: [], commitMessage: 'x', notes: '', confidence: 1 };
    assert.ok(ChangeSchema.safeParse(change).success);
    assert.ok(!ChangeSchema.safeParse({ ...change, commitMessage: '' }).success);
    assert.ok(!ChangeSchema.safeParse({ ...change, remove: Array.from({ length: 31 }, () => 'a') }).success);
  });
});
