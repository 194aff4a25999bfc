import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '../../../../daemon/config/nearest.ts';

const KNOWN = ['port', 'peers', 'presence', 'host', 'announce'];
const CASES: readonly (readonly [word: string, guess: string | undefined])[] = [
  ['prot', 'port'],
  ['Port', 'port'],
  ['peer', 'peers'],
  ['precence', 'presence'],
  ['anounce', 'announce'],
  ['hots', 'host'],
  ['pres', 'presence'],
  ['database', undefined],
  ['x', undefined],
];

for (const [word, guess] of CASES) {
  test(`config / nearest / "${word}" means ${guess ?? 'none of them'}`, () => {
    assert.equal(nearest(word, KNOWN), guess);
  });
}
