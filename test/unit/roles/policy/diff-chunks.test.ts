import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChunkedDiff, chunkDiff, leftOutNote } from '../../../../roles/policy/diff-chunks.ts';
import { tokensOf } from '../../../../roles/policy/diff-hunks.ts';
import { type DiffFile, rankFiles } from '../../../../roles/policy/diff-rank.ts';

const file = (path: string, patch: string | undefined = '@@ -1 +1 @@\n-a\n+b'): DiffFile => ({
  path,
  additions: (patch?.match(/^\+/gm) ?? []).length || 1,
  deletions: (patch?.match(/^-/gm) ?? []).length || 1,
  patch,
});

const added = (path: string, lines: number, width = 20): DiffFile =>
  file(
    path,
    `@@ -0,0 +1,${lines} @@\n${Array.from({ length: lines }, (_, i) => `+${`${i} `.padEnd(width, 'x')}`).join('\n')}`,
  );

test('policy / diff / the most telling files come first, the same for everybody', () => {
  const cases: { id: string; paths: string[]; first: string[] }[] = [
    {
      id: 'code before its tests, tests before documents',
      paths: ['README.md', 'src/a.test.ts', 'src/a.ts'],
      first: ['src/a.ts', 'src/a.test.ts', 'README.md'],
    },
    {
      id: 'who may do what before what is done',
      paths: ['src/list.ts', 'src/auth/login.ts'],
      first: ['src/auth/login.ts', 'src/list.ts'],
    },
    {
      id: 'pipelines before code',
      paths: ['src/a.ts', '.github/workflows/ci.yml'],
      first: ['.github/workflows/ci.yml', 'src/a.ts'],
    },
    {
      id: 'a test of a login is a test',
      paths: ['test/login.test.ts', 'src/a.ts'],
      first: ['src/a.ts', 'test/login.test.ts'],
    },
    { id: 'what programs made last', paths: ['package-lock.json', 'dist/a.js', 'docs/a.md'], first: ['docs/a.md'] },
    { id: 'by name where nothing else tells', paths: ['b.ts', 'a.ts', 'c.ts'], first: ['a.ts', 'b.ts', 'c.ts'] },
  ];
  for (const { id, paths, first } of cases) {
    const ranked = rankFiles(paths.map((path) => file(path))).map(({ path }) => path);
    assert.deepEqual(ranked.slice(0, first.length), first, id);
    assert.deepEqual(
      rankFiles(paths.toReversed().map((path) => file(path))).map(({ path }) => path),
      ranked,
      id,
    );
  }
  const [larger] = rankFiles([added('src/small.ts', 2), added('src/large.ts', 200)]);
  assert.equal(larger?.path, 'src/large.ts');
});

test('policy / diff / what fits is one chunk, whole', () => {
  const files = [file('a.ts'), file('b.ts')];
  const { chunks, leftOut } = chunkDiff(files, { tokensEach: 1_000, most: 5 });
  assert.deepEqual(leftOut, []);
  assert.deepEqual(
    chunks.map(({ parts }) => parts.map(({ path, patch }) => [path, patch.replace(/,1/g, '')])),
    [
      [
        ['a.ts', '@@ -1 +1 @@\n-a\n+b'],
        ['b.ts', '@@ -1 +1 @@\n-a\n+b'],
      ],
    ],
  );
});

test('policy / diff / what is not read is told, with why', () => {
  const files = [
    file('a.ts'),
    file('yarn.lock'),
    file('vendor/x.go'),
    file('dist/x.js'),
    { ...file('pic.png'), patch: undefined },
  ];
  const { chunks, leftOut } = chunkDiff(files, { tokensEach: 1_000, most: 5 });
  assert.deepEqual(
    chunks.flatMap(({ parts }) => parts.map(({ path }) => path)),
    ['a.ts'],
  );
  assert.deepEqual(Object.fromEntries(leftOut.map(({ path, why }) => [path, why])), {
    'yarn.lock': 'lock file',
    'vendor/x.go': 'vendored',
    'dist/x.js': 'generated',
    'pic.png': 'no-diff',
  });
  assert.equal(leftOutNote([]), undefined);
  assert.equal(
    leftOutNote(leftOut.slice(0, 2), 1),
    `Not read: ${leftOut[0]?.path} (${leftOut[0]?.why}, 2 lines), and 1 more.`,
  );
});

test('policy / diff / a large file is cut between lines, its line numbers stay right', () => {
  const { chunks, leftOut } = chunkDiff([added('big.ts', 300)], { tokensEach: 400, most: 100 });
  assert.deepEqual(leftOut, []);
  assert.ok(chunks.length > 4);
  const lines = chunks.flatMap(({ parts }) => parts.flatMap(({ patch }) => newLines(patch)));
  assert.deepEqual(
    lines,
    Array.from({ length: 300 }, (_, i) => [i + 1, `${i} `.padEnd(20, 'x')]),
  );
});

test('policy / diff / a hunk with old and new lines keeps both counts when it is cut', () => {
  const lines = Array.from({ length: 40 }, (_, i) => [` same ${i}`, `-old ${i}`, `+new ${i}`, `+more ${i}`]).flat();
  const { chunks } = chunkDiff([file('a.ts', `@@ -10,80 +20,120 @@ function x() {\n${lines.join('\n')}`)], {
    tokensEach: 120,
    most: 100,
  });
  const patches = chunks.flatMap(({ parts }) => parts.map(({ patch }) => patch));
  assert.equal(
    patches.flatMap((patch) => patch.split('\n').filter((line) => !line.startsWith('@@'))).join('\n'),
    lines.join('\n'),
  );
  let [left, right] = [10, 20];
  for (const piece of patches.flatMap((patch) => patch.split(/^(?=@@)/m))) {
    const body = piece.trimEnd().split('\n').slice(1);
    const old = body.filter((line) => !line.startsWith('+')).length;
    const young = body.filter((line) => !line.startsWith('-')).length;
    assert.equal(piece.split('\n')[0], `@@ -${left},${old} +${right},${young} @@`);
    left += old;
    right += young;
  }
});

test('policy / diff / a line larger than a chunk is left out and counted, the lines around it are not', () => {
  const patch = `@@ -1,2 +1,3 @@\n same\n+${'x'.repeat(5_000)}\n+after`;
  const { chunks, leftOut } = chunkDiff([file('a.ts', patch)], { tokensEach: 200, most: 9 });
  assert.deepEqual(leftOut, [{ path: 'a.ts', why: 'line-too-long', lines: 1 }]);
  assert.deepEqual(
    chunks.flatMap(({ parts }) => parts.flatMap((part) => newLines(part.patch))),
    [[3, 'after']],
  );
});

test('policy / diff / no line is lost in silence, and no chunk is larger than asked, whatever the sizes', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = randomOf(seed);
    const files = Array.from({ length: 1 + random(12) }, (_, i) =>
      added(`src/f${i}.ts`, 1 + random(120), 4 + random(160)),
    );
    const options = { tokensEach: 80 + random(600), most: 1 + random(8) };
    const chunked = chunkDiff(files, options);
    const told = chunked.leftOut.reduce((sum, { lines }) => sum + lines, 0);
    const all = files.reduce((sum, { additions }) => sum + additions, 0);
    assert.equal(readLines(chunked) + told, all, `seed ${seed}`);
    assert.ok(chunked.chunks.length <= options.most);
    for (const { tokens, parts } of chunked.chunks) {
      assert.ok(tokens <= options.tokensEach, `seed ${seed}: ${tokens} of ${options.tokensEach}`);
      assert.ok(parts.reduce((sum, { patch }) => sum + tokensOf(patch), 0) <= tokens);
    }
  }
});

function readLines({ chunks }: ChunkedDiff): number {
  return chunks.flatMap(({ parts }) => parts.flatMap(({ patch }) => newLines(patch))).length;
}

/** Number and text of each added line, as its header counts them. */
function newLines(patch: string): [number, string][] {
  const found: [number, string][] = [];
  let at = 0;
  for (const line of patch.split('\n')) {
    const head = /^@@ -\d+,\d+ \+(\d+),/.exec(line);
    if (head !== null) at = Number(head[1]);
    else {
      if (line.startsWith('+')) found.push([at, line.slice(1)]);
      if (!line.startsWith('-')) at++;
    }
  }
  return found;
}

function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
