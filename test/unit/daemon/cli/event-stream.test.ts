import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventData } from '../../../../daemon/cli/event-stream.ts';

const CASES: readonly { readonly id: string; readonly chunks: readonly string[]; readonly data: readonly string[] }[] =
  [
    { id: 'one event', chunks: ['data: a\n\n'], data: ['a'] },
    { id: 'several lines of data', chunks: ['data: a\ndata: b\n\n'], data: ['a\nb'] },
    { id: 'names, ids and comments', chunks: [': c\nevent: x\nid: 1\nretry: 5\ndata:a\n\n'], data: ['a'] },
    { id: 'other ends of lines', chunks: ['data: a\r\n\r\ndata: b\r\rdata: c\n\n'], data: ['a', 'b', 'c'] },
    { id: 'cuts anywhere', chunks: ['da', 'ta: a', '\r', '\n', '\r\nda', 'ta: b\n', '\n'], data: ['a', 'b'] },
    { id: 'an event without data', chunks: ['event: ping\n\ndata: a\n\n'], data: ['a'] },
    { id: 'an unfinished end', chunks: ['data: a\n\ndata: b'], data: ['a'] },
    { id: 'only the first space is taken away', chunks: ['data:  a\n\n'], data: [' a'] },
  ];

for (const { id, chunks, data } of CASES) {
  test(`cli / event stream / ${id}`, async () => {
    async function* bytes() {
      for (const chunk of chunks) yield Buffer.from(chunk);
    }
    const seen: string[] = [];
    for await (const each of eventData(bytes())) seen.push(each);
    assert.deepEqual(seen, data);
  });
}

test('cli / event stream / a character that is cut between chunks stays whole', async () => {
  const whole = Buffer.from('data: ü→\n\n');
  async function* bytes() {
    for (const byte of whole) yield Uint8Array.of(byte);
  }
  const seen: string[] = [];
  for await (const each of eventData(bytes())) seen.push(each);
  assert.deepEqual(seen, ['ü→']);
});
