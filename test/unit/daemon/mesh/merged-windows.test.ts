import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageStream } from '@libp2p/interface';
import { mergeWindowUpdates } from '../../../../daemon/mesh/merged-windows.ts';

const KIB = 1024;
const [SYN, FIN, RST] = [1, 4, 8];

function frame(type: number, stream: number, length: number, flags = 0): Uint8Array {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt8(type, 1);
  bytes.writeUInt16BE(flags, 2);
  bytes.writeUInt32BE(stream, 4);
  bytes.writeUInt32BE(length, 8);
  return bytes;
}
const update = (stream: number, length: number, flags = 0) => frame(1, stream, length, flags);

/** What gets through, as `type stream length flags`. */
function sentOf(...frames: Uint8Array[]): string[] {
  const sent: string[] = [];
  const connection: Pick<MessageStream, 'send'> = {
    send: (data) => {
      const bytes = Buffer.from(data.subarray());
      sent.push([bytes[1], bytes.readUInt32BE(4), bytes.readUInt32BE(8), bytes.readUInt16BE(2)].join(' '));
      return true;
    },
  };
  mergeWindowUpdates(connection);
  for (const each of frames) connection.send(each);
  return sent;
}

const CASES: { id: string; frames: Uint8Array[]; sent: string[] }[] = [
  { id: 'a little room is kept to oneself', frames: [update(1, 1_000)], sent: [] },
  {
    id: 'much of it is told in one',
    frames: [update(1, 40 * KIB), update(1, 24 * KIB), update(1, 1)],
    sent: [`1 1 ${64 * KIB} 0`],
  },
  { id: 'a whole window is told at once', frames: [update(1, 512 * KIB)], sent: [`1 1 ${512 * KIB} 0`] },
  {
    id: 'each stream has its own',
    frames: [update(1, 40 * KIB), update(2, 40 * KIB), update(2, 24 * KIB)],
    sent: [`1 2 ${64 * KIB} 0`],
  },
  {
    id: 'what opens, ends or breaks a stream goes through',
    frames: [update(1, 1_000, SYN), update(1, 0, FIN), update(1, 0, RST)],
    sent: ['1 1 1000 1', '1 1 0 4', '1 1 0 8'],
  },
  {
    id: 'a stream that ended here leaves nothing behind',
    frames: [update(1, 40 * KIB), update(1, 0, FIN), update(1, 40 * KIB)],
    sent: ['1 1 0 4'],
  },
  { id: 'pings and farewells go through', frames: [frame(2, 0, 7, SYN), frame(3, 0, 0)], sent: ['2 0 7 1', '3 0 0 0'] },
  { id: 'data of the length of a header goes through', frames: [frame(0, 1, 0)], sent: ['0 1 0 0'] },
];

for (const { id, frames, sent } of CASES) {
  test(`mesh / window updates / ${id}`, () => {
    assert.deepEqual(sentOf(...frames), sent);
  });
}

test('mesh / window updates / of streams that the other side ended not much is kept', () => {
  const sent = sentOf(...Array.from({ length: 300 }, (_, stream) => update(stream, 32)));
  assert.equal(sent.length, 257, 'all are told at once');
});
