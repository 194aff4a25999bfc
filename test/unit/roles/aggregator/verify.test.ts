import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifySignature } from '../../../../roles/aggregator/verify.ts';
import { signatureOf } from '../../../support/github.ts';

const BODY = Buffer.from('{"zen":"Keep it logically awesome."}');
const OTHER = Buffer.from('{"zen":"Keep it logically awesome!"}');
const right = signatureOf('new', BODY);
const hex = right.slice('sha256='.length);

const CASES: { id: string; header: string | undefined; secrets?: string[]; body?: Uint8Array; status: string }[] = [
  { id: 'the right one', header: right, status: 'verified' },
  { id: 'by the second secret, while one is rotated', header: signatureOf('old', BODY), status: 'verified' },
  { id: 'by a secret that is not listed', header: signatureOf('stolen', BODY), status: 'wrong' },
  { id: 'of another body', header: right, body: OTHER, status: 'wrong' },
  { id: 'of an empty body', header: signatureOf('new', ''), body: Buffer.alloc(0), status: 'verified' },
  { id: 'no header', header: undefined, status: 'missing' },
  { id: 'an empty header', header: '', status: 'missing' },
  { id: 'the prefix alone', header: 'sha256=', status: 'wrong' },
  { id: 'bare hex', header: hex, status: 'wrong' },
  { id: 'another algorithm', header: `sha1=${hex}`, status: 'wrong' },
  { id: 'truncated by one digit', header: right.slice(0, -1), status: 'wrong' },
  { id: 'truncated to half', header: right.slice(0, 39), status: 'wrong' },
  { id: 'with a digit too many', header: `${right}0`, status: 'wrong' },
  { id: 'not hex', header: `sha256=${'z'.repeat(64)}`, status: 'wrong' },
  { id: 'hex that ends early in something else', header: `sha256=${hex.slice(0, 62)}zz`, status: 'wrong' },
  { id: 'upper-case hex, which GitHub never sends', header: `sha256=${hex.toUpperCase()}`, status: 'wrong' },
  { id: 'upper-case prefix', header: `SHA256=${hex}`, status: 'wrong' },
  { id: 'surrounded by blanks', header: ` ${right} `, status: 'wrong' },
  { id: 'two in one header', header: `${right}, ${right}`, status: 'wrong' },
  { id: 'followed by a line break', header: `${right}\n`, status: 'wrong' },
  { id: 'no secret configured', header: right, secrets: [], status: 'wrong' },
  { id: 'by the empty secret', header: signatureOf('', BODY), secrets: [''], status: 'wrong' },
];

for (const { id, header, secrets = ['new', 'old'], body = BODY, status } of CASES) {
  test(`aggregator / verify / a signature ${id} is ${status}`, () => {
    const verification = verifySignature(body, header, secrets);
    assert.equal(verification.status, status);
    if (verification.status === 'verified') assert.equal(`sha256=${verification.mac}`, header);
  });
}

test('aggregator / verify / every single changed digit makes a signature wrong', () => {
  for (let at = 0; at < hex.length; at++) {
    const digit = hex[at] === '0' ? '1' : '0';
    const changed = `sha256=${hex.slice(0, at)}${digit}${hex.slice(at + 1)}`;
    assert.equal(verifySignature(BODY, changed, ['new']).status, 'wrong', changed);
  }
});
