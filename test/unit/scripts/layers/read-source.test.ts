import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSource } from '../../../../scripts/layers/read-source.ts';

const importCases = [
  { text: "import 'm';", found: ['m'] },
  { text: "import a from 'm';", found: ['m'] },
  { text: "import { a, b as c } from 'm';", found: ['m'] },
  { text: "import {\n  a, // from 'x'\n  b,\n} from 'm';", found: ['m'] },
  { text: "import a, { b } from 'm';", found: ['m'] },
  { text: "import * as a from 'm';", found: ['m'] },
  { text: "import type { A } from 'm';", found: ['m'] },
  { text: "import type A from 'm';", found: ['m'] },
  { text: "import type from 'm';", found: ['m'] },
  { text: "import from from 'm';", found: ['m'] },
  { text: "import { type A, b } from 'm';", found: ['m'] },
  { text: "import { 'a-b' as c } from 'm';", found: ['m'] },
  { text: "import data from 'm' with { type: 'json' };", found: ['m'] },
  { text: "import{a}from'm'", found: ['m'] },
  { text: "export { a } from 'm';", found: ['m'] },
  { text: "export type { A } from 'm';", found: ['m'] },
  { text: "export * from 'm';", found: ['m'] },
  { text: "export * as a from 'm';", found: ['m'] },
  { text: "const a = await import('m');", found: ['m'] },
  { text: 'const a = await import(`m`);', found: ['m'] },
  { text: "const a = await import('m', { with: { type: 'json' } });", found: ['m'] },
  { text: "type A = import('m').A;", found: ['m'] },
  { text: "type A = typeof import('m');", found: ['m'] },
  { text: "const a = require('m');", found: ['m'] },
  { text: "process.getBuiltinModule('node:fs');", found: ['node:fs'] },
  { text: "const a = `${await import('m')}`;", found: ['m'] },
  { text: 'await import(name);', found: [undefined] },
  { text: 'await import(`./${name}.ts`);', found: [undefined] },
  { text: "await import('./' + name);", found: [undefined] },
  { text: "// import a from 'm';\n/* export * from 'm' */", found: [] },
  { text: `const a = "import b from 'm'";`, found: [] },
  { text: 'const a = import.meta.url;', found: [] },
  { text: "export { a };\nconst from = 'm';", found: [] },
  { text: "export const from = 'm';", found: [] },
  { text: "export type A = { from: 'm' };", found: [] },
  { text: "store.import('m'); const a = { import: 'm' };", found: [] },
  { text: 'class A { require(id: string): void {} import(): void {} }', found: [] },
  { text: "const when = Array.from('m');", found: [] },
];

for (const { text, found } of importCases) {
  test(`scripts / layers / read source / ${JSON.stringify(text)} imports ${found.join() || 'nothing'}`, () => {
    assert.deepEqual(
      readSource('a.ts', text).imports.map(({ specifier }) => specifier),
      found,
    );
  });
}

const ambientCases = [
  { text: 'const a = Date.now();', found: ['Date.now'] },
  { text: 'const a = Date.now;', found: ['Date.now'] },
  { text: 'const a = new Date();', found: ['Date()'] },
  { text: 'const a = new Date(at);', found: [] },
  { text: 'const a = Date.parse(at);', found: [] },
  { text: 'const a = Math.random();', found: ['Math.random'] },
  { text: 'const a = Math.max(1, 2);', found: [] },
  { text: 'const a = performance.now();', found: ['performance.now'] },
  {
    text: 'setTimeout(a, 1); setInterval(a, 1); setImmediate(a);',
    found: ['setTimeout', 'setInterval', 'setImmediate'],
  },
  { text: 'globalThis.setTimeout(a, 1);', found: ['globalThis'] },
  { text: 'clock.setTimeout(a, 1);', found: [] },
  { text: 'AbortSignal.timeout(1);', found: ['AbortSignal.timeout'] },
  { text: 'crypto.randomUUID(); crypto.getRandomValues(a);', found: ['randomUUID', 'getRandomValues'] },
  { text: "import { randomBytes } from 'node:crypto';", found: ['randomBytes'] },
  { text: '// Date.now()\nconst a = "Math.random()";', found: [] },
];

for (const { text, found } of ambientCases) {
  test(`scripts / layers / read source / ${JSON.stringify(text)} uses ${found.join() || 'no ambient thing'}`, () => {
    assert.deepEqual(
      readSource('a.ts', text).ambient.map(({ name }) => name),
      found,
    );
  });
}

test('scripts / layers / read source / each import has its line', () => {
  const text = "import a from 'x';\n\nimport {\n  b,\n} from 'y';\n";
  assert.deepEqual(readSource('a.ts', text).imports, [
    { specifier: 'x', line: 1 },
    { specifier: 'y', line: 3 },
  ]);
});
