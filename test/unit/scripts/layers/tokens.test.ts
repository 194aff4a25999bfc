import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTokens } from '../../../../scripts/layers/tokens.ts';

const cases = [
  { id: 'line comments are dropped', text: 'a // b "c\nd', tokens: ['a', 'd'] },
  { id: 'block comments are dropped', text: "a /* b ' \n c */ d", tokens: ['a', 'd'] },
  { id: 'a hashbang is dropped', text: '#!/usr/bin/env node\na', tokens: ['a'] },
  { id: 'a string is one token', text: `a('// not "x" /* \\' y')`, tokens: ['a', '(', `// not "x" /* \\' y`, ')'] },
  { id: 'a template is one token', text: 'a(`b\n\\`c`)', tokens: ['a', '(', 'b\n\\`c', ')'] },
  {
    id: 'code within a template is read',
    text: '`a ${b({ c: `d${e}` })} f` g',
    tokens: 'a |b|(|{|c|:|d|e||}|)| f|g'.split('|'),
  },
  {
    id: 'a regular expression hides its quotes',
    text: `a = /['"\`/]/g; b`,
    tokens: ['a', '=', `/['"\`/]/g`, ';', 'b'],
  },
  {
    id: 'a regular expression follows return',
    text: `return /'/.test(a)`,
    tokens: ['return', `/'/`, '.', 'test', '(', 'a', ')'],
  },
  { id: 'a slash behind a value divides', text: `a / b / 'c'`, tokens: ['a', '/', 'b', '/', 'c'] },
  {
    id: 'a slash behind a bracket divides',
    text: `(a) / b + c[0] / '/'`,
    tokens: '(|a|)|/|b|+|c|[|0|]|/|/'.split('|'),
  },
  { id: 'private names and optional chains', text: 'this.#a?.b', tokens: ['this', '.', '#a', '?.', 'b'] },
];

for (const { id, text, tokens } of cases) {
  test(`scripts / layers / tokens / ${id}`, () => {
    assert.deepEqual(
      readTokens(text).map((token) => token.text),
      tokens,
    );
  });
}

test('scripts / layers / tokens / lines are counted through comments, strings and templates', () => {
  const text = 'a\n/* \n\n */ b `\n${c\n}\n` d';
  assert.deepEqual(
    readTokens(text)
      .filter(({ kind }) => kind === 'word')
      .map((token) => [token.text, token.line]),
    [
      ['a', 1],
      ['b', 4],
      ['c', 5],
      ['d', 7],
    ],
  );
});

for (const text of ["a 'b\n'", 'a `b', 'a `${b', '/* a']) {
  test(`scripts / layers / tokens / ${JSON.stringify(text)} is refused rather than guessed at`, () => {
    assert.throws(() => readTokens(text), /does not end/);
  });
}
