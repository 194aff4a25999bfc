import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gitUrlOf } from '../../../daemon/compose-workshop.ts';

const CASES = {
  'https://api.github.com': 'https://github.com',
  'https://api.github.com/': 'https://github.com',
  'https://git.example.org/api/v3': 'https://git.example.org',
  'https://git.example.org/api/v3/': 'https://git.example.org',
  'http://127.0.0.1:4010': 'http://127.0.0.1:4010',
  'https://example.org/forge/api/v3': 'https://example.org/forge',
} as const;
for (const [api, git] of Object.entries(CASES)) {
  test(`compose / workshop / of the API at ${api} git is at ${git}`, () => assert.equal(gitUrlOf(api), git));
}
