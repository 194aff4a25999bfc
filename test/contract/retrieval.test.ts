import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { CodeRetrieval } from '../../daemon/retrieval/code-retrieval.ts';
import { OpenAiEmbedder } from '../../daemon/retrieval/embeddings.ts';
import { Grammars } from '../../daemon/retrieval/grammars.ts';
import { GrammarSyntax } from '../../daemon/retrieval/syntax.ts';
import type { IndexedFile } from '../../roles/ports/retrieval.ts';

const FILES = {
  'src/queue.ts': 'export class JobQueue {\n  retryLimit = 3;\n  addJob(name: string) { return name; }\n}\n',
  'src/worker.ts': 'export function runWorker() {\n  return "running";\n}\n',
  'test/queue.test.ts': 'test("the retry limit of a job queue", () => {});\n',
  'package-lock.json': '{"retry": "limit"}',
  'README.md': '# Jobs\n\nThe retry limit is three.\n',
} as const;

function filesOf(texts: Readonly<Record<string, string>>, read: string[] = []): IndexedFile[] {
  return Object.entries(texts).map(([path, text]) => ({
    path,
    hash: createHash('sha256').update(text).digest('hex'),
    bytes: text.length,
    read: async () => {
      read.push(path);
      return text;
    },
  }));
}

const grammars = new Grammars();
const opened = (bounds = {}) => new CodeRetrieval(bounds, { grammars });
const pathsOf = (hits: readonly { readonly path: string }[]) => hits.map(({ path }) => path);

describe('the index', () => {
  test('retrieval / index / finds by the words of path and text, with the piece that fits', async () => {
    const retrieval = opened();
    await retrieval.update('o/r', filesOf(FILES));
    const [first] = await retrieval.search('o/r', 'fix: retry limits of the queue (#7)', 5, ['code']);
    assert.equal(first?.path, 'src/queue.ts');
    assert.match(first.snippets[0]?.text ?? '', /retryLimit = 3/);
    assert.deepEqual(pathsOf(await retrieval.search('o/r', 'retry limit', 5, ['test'])), ['test/queue.test.ts']);
    assert.deepEqual(await retrieval.search('another/one', 'retry limit', 5), []);
    assert.deepEqual([retrieval.has('o/r'), retrieval.has('another/one')], [true, false]);
  });

  test('retrieval / index / an update reads only what changed, and forgets what is gone', async () => {
    const retrieval = opened();
    const read: string[] = [];
    const first = await retrieval.update('o/r', filesOf(FILES, read));
    assert.deepEqual(first, { read: 4, kept: 0, leftOut: [{ path: 'package-lock.json', why: 'lock' }] });
    read.length = 0;
    const { 'src/worker.ts': _, ...rest } = FILES;
    const changed = {
      ...rest,
      'src/queue.ts': 'export const throttle = 1;\n',
      'src/new.ts': 'export const fresh = 1;\n',
    };
    const second = await retrieval.update('o/r', filesOf(changed, read));
    assert.deepEqual(read.sort(), ['src/new.ts', 'src/queue.ts']);
    assert.equal(second.kept, 2);
    assert.deepEqual(pathsOf(await retrieval.search('o/r', 'throttle', 5)), ['src/queue.ts']);
    assert.deepEqual(await retrieval.search('o/r', 'worker', 5), []);
    assert.deepEqual(await retrieval.search('o/r', 'addJob', 5, ['code']), []);
  });

  test('retrieval / index / what is over a bound is named, and what is refused for its text is not read again', async () => {
    const retrieval = opened({ files: 2, fileBytes: 60 });
    const texts = {
      'a.ts': 'const a = 1;',
      'b.bin.ts': 'a\0b',
      'c.ts': 'x'.repeat(61),
      'd.ts': 'const d = 1;',
      'e.ts': 'const e = 1;',
    };
    const read: string[] = [];
    const { leftOut } = await retrieval.update('o/r', filesOf(texts, read));
    assert.deepEqual(leftOut, [
      { path: 'b.bin.ts', why: 'binary' },
      { path: 'c.ts', why: 'too-large' },
      { path: 'e.ts', why: 'too-many' },
    ]);
    assert.deepEqual(read, ['a.ts', 'b.bin.ts', 'd.ts']);
    assert.deepEqual(await retrieval.update('o/r', filesOf(texts, read)), { read: 0, kept: 2, leftOut });
    const full = await opened({ indexChars: 20 }).update(
      'o/r',
      filesOf({ 'a.ts': 'const a = 1;', 'b.ts': 'const b = 1;' }),
    );
    assert.deepEqual(full.leftOut, [{ path: 'b.ts', why: 'index-full' }]);
  });

  test('retrieval / index / a thousand updates of one file leave no trace of the old ones', async () => {
    const retrieval = opened();
    for (let i = 0; i < 1_000; i += 1) await retrieval.update('o/r', filesOf({ 'a.ts': `const word${i} = 1;` }));
    assert.deepEqual(
      await retrieval.search('o/r', 'word998', 5).then((hits) => hits.map(({ snippets }) => snippets[0]?.text)),
      ['const word999 = 1;'],
    );
    assert.deepEqual(await retrieval.search('o/r', '998', 5), []);
  });
});

/** Answers each text with the vector that `axes` names by a word in it; as much of the protocol as is asked for. */
async function embeddingServer(axes: readonly string[]) {
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse((await Array.fromAsync(request)).join(''));
    asked.push(body.encoding_format);
    const data = body.input.map((text: string, index: number) => ({
      index,
      embedding: axes.map((word) => Number(text.includes(word))),
    }));
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: data.reverse() }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, asked, close: () => new Promise((done) => server.close(done)) };
}

describe('embeddings', () => {
  test('retrieval / embeddings / a file that shares no word is found by its vector; without the server words go on', async () => {
    const server = await embeddingServer(['worker', 'toil']);
    const problems: string[] = [];
    const embedder = new OpenAiEmbedder({ baseUrl: server.url, model: 'small', timeoutMs: 5_000 });
    const retrieval = new CodeRetrieval({}, { grammars, embedder, onDegraded: (problem) => problems.push(problem) });
    await retrieval.update(
      'o/r',
      filesOf({ 'a.ts': 'export const queue = 1;', 'b.ts': 'export const worker = "toil";' }),
    );
    assert.equal((await retrieval.search('o/r', 'toil', 1))[0]?.path, 'b.ts');
    assert.deepEqual(pathsOf(await retrieval.search('o/r', 'queue toiling', 2)).sort(), ['a.ts', 'b.ts']);
    assert.ok(server.asked.every((format) => format === 'float'));
    await server.close();
    assert.deepEqual(pathsOf(await retrieval.search('o/r', 'queue', 2)), ['a.ts']);
    assert.equal(problems.length, 1);
  });
});

describe('syntax', () => {
  const syntax = new GrammarSyntax({ grammars });
  const BROKEN = {
    'a.ts': 'function (',
    'a.tsx': 'const a = <b',
    'a.js': 'let = = 1',
    'a.py': 'def f(:\n  pass\n',
    'a.go': 'package a\nfunc {',
    'a.rs': 'fn main( {',
    'a.java': 'class {',
    'a.rb': 'def f(\n',
    'a.php': '<?php if (',
    'a.cs': 'class { void',
    'a.cpp': 'int main( {',
    'a.sh': 'if true; then',
    'a.css': 'a { color',
    'a.json': '{"a":}',
  } as const;
  const SOUND = {
    'a.ts': 'const a: number = 1;',
    'a.tsx': 'const a = <b/>;',
    'a.js': 'let a = 1',
    'a.py': 'def f():\n  pass\n',
    'a.go': 'package a\nfunc f() {}\n',
    'a.rs': 'fn main() {}',
    'a.java': 'class A {}',
    'a.rb': 'def f\nend\n',
    'a.php': '<?php if (true) {}',
    'a.cs': 'class A { }',
    'a.cpp': 'int main() {}',
    'a.sh': 'if true; then echo; fi',
    'a.css': 'a { color: red }',
    'a.json': '{"a":1}',
  } as const satisfies Record<keyof typeof BROKEN, string>;
  for (const [path, text] of Object.entries(BROKEN)) {
    test(`retrieval / syntax / ${path}: a broken text has a place, a sound one has none`, async () => {
      const problems = await syntax.problems(path, text);
      assert.ok((problems ?? []).length > 0);
      assert.deepEqual(await syntax.problems(path, SOUND[path as keyof typeof SOUND]), []);
    });
  }
  test('retrieval / syntax / the place is that of the mistake', async () => {
    const [problem] = (await syntax.problems('a.ts', 'const a = 1;\nconst b = (2;\n')) ?? [];
    assert.equal(problem?.line, 2);
  });
  test('retrieval / syntax / nothing is said of a language that is not known', async () => {
    assert.equal(await syntax.problems('a.lua', 'if if if'), undefined);
    assert.equal(await syntax.problems('Makefile', ':::'), undefined);
  });
});
