import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readReply } from '../../../bench/dispatch/processes/redis-reply.ts';

const REPLIES: readonly { readonly id: string; readonly text: string; readonly value: unknown }[] = [
  { id: 'a simple string', text: '+OK\r\n', value: 'OK' },
  { id: 'a number', text: ':-3\r\n', value: -3 },
  { id: 'a bulk string, in bytes', text: '$6\r\nnä\r\nx\r\n', value: 'nä\r\nx' },
  { id: 'no string', text: '$-1\r\n', value: null },
  { id: 'an array with arrays', text: '*3\r\n:1\r\n*1\r\n$1\r\na\r\n*-1\r\n', value: [1, ['a'], null] },
];

for (const { id, text, value } of REPLIES) {
  test(`bench / redis reply / reads ${id} to its end`, () => {
    const bytes = Buffer.from(`${text}+next\r\n`);
    assert.deepEqual(readReply(bytes, 0), { value, end: Buffer.byteLength(text) });
  });
  test(`bench / redis reply / waits for the rest of ${id}`, () => {
    const bytes = Buffer.from(text);
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(readReply(bytes.subarray(0, length), 0), undefined);
    }
  });
}

test('bench / redis reply / an error of the server is a value', () => {
  const reply = readReply(Buffer.from('-NOSCRIPT no such script\r\n'), 0);
  assert.ok(reply?.value instanceof Error);
  assert.equal(reply.value.message, 'NOSCRIPT no such script');
});
