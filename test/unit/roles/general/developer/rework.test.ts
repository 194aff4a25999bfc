import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Change } from '../../../../../roles/general/developer/form.ts';
import { rework } from '../../../../../roles/general/developer/rework.ts';
import type { Syntax } from '../../../../../roles/ports/syntax.ts';

const BASE: Readonly<Record<string, string>> = { 'a.ts': 'one\ntwo\n', 'old.ts': 'BROKEN\n', 'gone.ts': 'x\n' };
/** A language of which BROKEN is no word. */
const syntax: Syntax = {
  problems: async (_path, text) => (text.includes('BROKEN') ? [{ line: 1, column: 1, what: 'BROKEN' }] : []),
};
const change = (part: Partial<Change>): Change => ({
  files: [],
  tests: [],
  remove: [],
  commitMessage: 'x',
  notes: '',
  confidence: 1,
  ...part,
});
const made = (...changes: Change[]) => rework(changes, { base: async (path) => BASE[path], syntax });
const place = (path: string, search: string, replace: string) => ({ path, code: null, edits: [{ search, replace }] });
const whole = (path: string, code: string) => ({ path, code, edits: [] });

describe('changes one after the other', () => {
  test('developer / rework / a later change finds what an earlier one wrote, and what it took away is gone', async () => {
    const first = change({
      files: [place('a.ts', 'one', '1')],
      tests: [whole('a.test.ts', 'test')],
      remove: ['gone.ts'],
    });
    const second = change({ files: [place('a.ts', '1\n', '1\n1.5\n')], tests: [place('a.test.ts', 'test', 'tests')] });
    const { files, problems } = await made(first, second);
    assert.deepEqual(problems, []);
    assert.deepEqual(Object.fromEntries(files), { 'a.ts': '1\n1.5\ntwo\n', 'a.test.ts': 'tests\n', 'gone.ts': null });
    assert.deepEqual(await made(first, second), await made(first, second));
  });

  const REFUSED = [
    [
      'a place in a file that was taken away',
      [change({ remove: ['a.ts'] }), change({ files: [place('a.ts', 'one', '1')] })],
      /no such file/,
    ],
    ['a place that is not there', [change({ files: [place('a.ts', 'three', '3')] })], /not in the file/],
    ['a workflow', [change({ files: [whole('.github/workflows/x.yml', 'on: push')] })], /rights of the forge/],
    ['the removal of who reviews', [change({ remove: ['CODEOWNERS'] })], /who has to review/],
    ['a way out of the repository', [change({ tests: [whole('../../x', 'x')] })], /no path/],
    ['what is not of the language', [change({ files: [place('a.ts', 'one', 'BROKEN')] })], /line 1, column 1/],
  ] as const;
  for (const [what, changes, problem] of REFUSED) {
    test(`developer / rework / ${what} is a problem with its file`, async () => {
      const { problems } = await made(...changes);
      assert.equal(problems.length, 1);
      assert.match(problems[0]?.what ?? '', problem);
      assert.equal(
        problems[0]?.path,
        (changes.at(-1)?.files[0] ?? changes.at(-1)?.tests[0])?.path ?? changes[0]?.remove[0],
      );
    });
  }

  test('developer / rework / what was broken before is nobody else’s problem', async () => {
    assert.deepEqual((await made(change({ files: [whole('old.ts', 'BROKEN still')] }))).problems, []);
  });
});
