import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskSecrets, secretKinds } from '../../../../../roles/general/rules/secrets.ts';

const SECRETS: readonly (readonly [kind: string, text: string])[] = [
  ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----'],
  ['a GitHub token', 'ghp_0123456789abcdefghijABCDEFGHIJ012345'],
  ['a GitHub token', 'github_pat_0123456789abcdefghijABCDEFGHIJ'],
  ['an AWS access key', 'AKIAABCDEFGHIJKLMNOP'],
  ['an API key', 'sk-proj-0123456789abcdefghij'],
  ['a Slack token', 'xoxb-0123456789-abcdef'],
  ['a JSON Web Token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N'],
  ['credentials in an address', 'postgres://app:s3cr3t@db.example/app'],
  ['an assigned password or token', 'api_key: "0123456789abcdef"'],
];

for (const [kind, text] of SECRETS) {
  test(`general / secrets / ${kind} is known and masked: ${text.slice(0, 12)}…`, () => {
    const sentence = `before ${text} after`;
    assert.ok(secretKinds(sentence).includes(kind));
    const masked = maskSecrets(sentence);
    assert.ok(!masked.includes(text));
    assert.match(masked, /^before .*after$/);
    assert.deepEqual(secretKinds(masked), []);
  });
}

for (const text of [
  'password policy',
  'the token: see the vault',
  'https://github.com/acme/app',
  'secret = ${VAULT}',
  'a sketch',
]) {
  test(`general / secrets / none in: ${text}`, () => {
    assert.deepEqual(secretKinds(text), []);
    assert.equal(maskSecrets(text), text);
  });
}
