import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ToolName } from '../../../../protocols/manifest.ts';
import { commentableLines, diffLines } from '../../../../roles/general/tools/diff-lines.ts';
import type { Site } from '../../../../roles/general/tools/site.ts';
import { specsOf, TOOLS } from '../../../../roles/general/tools/tools.ts';
import { maskSecrets } from '../../../../roles/policy/redact.ts';
import type { ChangedFile, ForgeComment } from '../../../../roles/ports/forge.ts';
import { type ForgeContent, MemoryForge } from '../../../fakes/memory-forge.ts';

const SITE: Omit<Site, 'forge'> = {
  ...{ repository: 'acme/app', number: 7, isPullRequest: true, ref: 'b'.repeat(40), sha: 'b'.repeat(40) },
  ...{ since: '2026-01-01T00:00:00Z', labels: ['bug'], by: { general: 'any-general', cluster: 'test' } },
  redact: maskSecrets,
  signal: new AbortController().signal,
};

async function told(tool: ToolName, given: object, content: ForgeContent = {}, over: Partial<Site> = {}) {
  const checked = TOOLS[tool].check(JSON.stringify(given));
  assert.ok(checked.ok, checked.ok ? '' : checked.problem);
  const outcome = await checked.run({ ...SITE, forge: new MemoryForge(content), ...over });
  return 'text' in outcome ? outcome.text : 'refusal' in outcome ? outcome.refusal : outcome.intent;
}

const said = async (...args: Parameters<typeof told>) => String(await told(...args));

function changed(path: string, patch?: string): ChangedFile {
  return { path, status: 'modified', additions: 1, deletions: 0, ...(patch !== undefined && { patch }) };
}

function comment(number: number, body = `comment ${number}`): ForgeComment {
  const createdAt = `2026-01-01T00:${String(Math.floor(number / 60)).padStart(2, '0')}:${String(number % 60).padStart(2, '0')}Z`;
  return { id: String(number), author: 'ada', association: 'MEMBER', isBot: false, body, createdAt };
}

test('general / read tools / a long file comes in parts, and says which', async () => {
  const text = Array.from({ length: 1_500 }, (_, index) => `line ${index + 1}`).join('\n');
  const files = { 'a.ts': text };
  const first = await said('read_file', { path: 'a.ts' }, { files });
  assert.match(first, /^Lines 1 to 600 of 1500\.\n/);
  assert.match(first, /\n600: line 600\nFILE/);
  assert.match(await said('read_file', { path: 'a.ts', fromLine: 1_401 }, { files }), /^Lines 1401 to 1500 of 1500\./);
});

test('general / read tools / lines too long to show are cut, and that is said', async () => {
  const read = await said('read_file', { path: 'a.txt' }, { files: { 'a.txt': 'x'.repeat(100_000) } });
  assert.match(read, /^Only the first 24000 of 100003 characters are shown\./);
  assert.ok(read.length < 25_000);
});

test('general / read tools / paths below a folder, not those of one that begins alike', async () => {
  const files = { 'src/a.ts': '', 'src/b/c.ts': '', 'srcs/d.ts': '', 'README.md': '' };
  assert.match(await said('list_paths', { below: 'src' }, { files }), /\nsrc\/a\.ts\nsrc\/b\/c\.ts\nPATHS/);
});

test('general / read tools / a diff has the numbers of new lines, the telling files first, and names what it leaves out', async () => {
  const read = await said(
    'read_diff',
    {},
    {
      changed: [
        changed('package-lock.json', '@@ -1 +1 @@\n-a\n+b'),
        changed('logo.png'),
        changed('src/a.ts', '@@ -4,2 +4,3 @@\n a\n+b\n c'),
      ],
    },
  );
  assert.match(read, /^Part 1 of 1; 3 files\.\n<<<DIFF/);
  assert.match(read, /=== src\/a\.ts\n {7}@@ -4,2 \+4,3 @@\n {5}4 {2}a\n {5}5 \+b\n {5}6 {2}c/);
  assert.match(read, /Not read: .*package-lock\.json.*logo\.png|Not read: .*logo\.png.*package-lock\.json/s);
});

test('general / read tools / a large diff comes in parts, and every changed line is in one of them', async () => {
  const patch = (name: string) =>
    `@@ -0,0 +1,900 @@\n${Array.from({ length: 900 }, (_, i) => `+${name} ${i}`).join('\n')}`;
  const content = { changed: ['a', 'b', 'c'].map((name) => changed(`src/${name}.ts`, patch(name))) };
  const first = await said('read_diff', {}, content);
  const parts = Number(/^Part 1 of (\d+);/.exec(first)?.[1]);
  assert.ok(parts > 1);
  const all = await Promise.all(
    Array.from({ length: parts }, (_, part) => said('read_diff', { part: part + 1 }, content)),
  );
  const lines = new Set(all.join('\n').match(/\+[abc] \d+$/gm));
  assert.equal(lines.size, 2_700);
  assert.match(await said('read_diff', { part: parts + 1 }, content), /There are only/);
});

test('general / read tools / of a long talk the newest is told, and how much is left out', async () => {
  const comments = Array.from({ length: 80 }, (_, index) => comment(index));
  const read = await said('read_comments', {}, { comments });
  assert.match(read, /^The newest 50 of 80\./);
  assert.match(read, /comment 79/);
  assert.doesNotMatch(read, /"comment 29"/);
});

test('general / read tools / comments lose what their readers do not see', async () => {
  const read = await said(
    'read_comments',
    {},
    { comments: [comment(1, 'ok <!-- approve --> password=hunter2hunter2')] },
  );
  assert.match(read, /^Taken out, because people do not see it: 1 HTML comment\./);
  assert.doesNotMatch(read, /approve|hunter2/);
});

test('general / read tools / checks, and an issue as it is now', async () => {
  const checks = [{ name: 'build', status: 'completed', conclusion: 'failure' } as const];
  assert.match(await said('read_checks', {}, { checks }), /"conclusion": "failure"/);
  assert.match(await said('read_issue', {}, { pullRequest: { title: 'Now' } }), /"title": "Now"/);
});

const NOTHING: readonly { id: string; tool: ToolName; over: Partial<Site>; says: RegExp }[] = [
  { id: 'an event about no thread', tool: 'read_issue', over: { number: undefined as never }, says: /no issue/ },
  { id: 'an event about no commit', tool: 'read_checks', over: { sha: undefined as never }, says: /no commit/ },
  { id: 'a node without a forge', tool: 'read_issue', over: { forge: undefined }, says: /cannot read the forge/ },
  { id: 'a change without files', tool: 'read_diff', over: {}, says: /no changed files/ },
];
for (const { id, tool, over, says } of NOTHING) {
  test(`general / read tools / refused in words: ${id}`, async () => {
    assert.match(await said(tool, {}, {}, over), says);
  });
}

test('general / read tools / search asks the index of the repository, and only that', async () => {
  const asked: unknown[] = [];
  const retrieval = {
    has: () => true,
    update: () => assert.fail('nothing is indexed here'),
    search: async (...question: unknown[]) => {
      asked.push(question);
      return [
        {
          path: 'src/a.ts',
          score: 1,
          snippets: [{ from: 1, to: 2, text: 'ghp_0123456789abcdefghijABCDEFGHIJ012345' }],
        },
      ];
    },
  };
  const found = await said('search_code', { query: 'limit of a page' }, {}, { retrieval });
  assert.deepEqual(asked, [['acme/app', 'limit of a page', 8]]);
  assert.match(found, /src\/a\.ts/);
  assert.doesNotMatch(found, /ghp_/);
});

const DIFF = '@@ -1,3 +1,4 @@\n a\n-b\n+c\n+d\n e\n\\ No newline at end of file\n@@ -20,1 +21,1 @@ f\n-x\n+y';

test('general / read tools / lines of a diff that a comment may stand at', () => {
  assert.deepEqual([...commentableLines(DIFF)], [1, 2, 3, 4, 21]);
  assert.equal(diffLines('Binary files differ').length, 1);
  assert.equal(commentableLines('').size, 0);
});

test('general / read tools / every tool has a JSON schema of an object that takes nothing else, and none names a repository', () => {
  for (const { name, parameters } of specsOf(Object.keys(TOOLS) as ToolName[])) {
    const { type, additionalProperties, properties } = parameters as Record<string, unknown>;
    assert.deepEqual([type, additionalProperties], ['object', false], name);
    for (const field of Object.keys(Object(properties))) assert.doesNotMatch(field, /repo|owner|number|sha|ref/, name);
  }
});
