import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesGlob } from '../../../../roles/policy/glob.ts';

const CASES: readonly (readonly [pattern: string, name: string, matches: boolean])[] = [
  ['acme/app', 'acme/app', true],
  ['acme/app', 'acme/app2', false],
  ['acme/app', 'xacme/app', false],
  ['acme/*', 'acme/app', true],
  ['acme/*', 'acme/', true],
  ['acme/*', 'acme/a/b', false],
  ['*/app', 'acme/app', true],
  ['*', 'acme/app', false],
  ['**', 'acme/app', true],
  ['**', '', true],
  ['**/app', 'a/b/app', true],
  ['release/**', 'release/1.2/fix', true],
  ['release/**', 'release', false],
  ['release/v?', 'release/v1', true],
  ['release/v?', 'release/v', false],
  ['a?b', 'a/b', false],
  ['a?b', 'aäb', true],
  ['a?b', 'a😀b', true],
  ['v1.*', 'v1x0', false],
  ['(a|b)+', '(a|b)+', true],
  ['f*o*o', 'foo', true],
  ['f*o*o', 'fo', false],
  ['*-*-*', 'a-b-c-d', true],
  ['', '', true],
  ['', 'a', false],
];

for (const [pattern, name, matches] of CASES) {
  test(`policy / glob / '${pattern}' ${matches ? 'takes' : 'leaves'} '${name}'`, () => {
    assert.equal(matchesGlob(pattern, name), matches);
  });
}

test('policy / glob / many stars against a long name do not backtrack', () => {
  // A backtracking matcher needs more steps here than there are atoms; this one needs 60 × 2000.
  assert.equal(matchesGlob(`${'*a'.repeat(30)}b`, 'a'.repeat(2_000)), false);
});
