import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LogMessage } from '../../../../roles/replica/log-frames.ts';
import { decodeLogFrame } from '../../../../roles/replica/log-frames.ts';
import { eventRecord } from '../../../fakes/records.ts';
import { SimReplicas } from '../../../fakes/sim-replicas.ts';

const NODES = 80;

/** Two nodes that both hold the logs of eighty, and the frames between them from then on. */
async function setUp() {
  const mesh = new SimReplicas();
  const names = Array.from({ length: NODES }, (_, i) => `n${i}`);
  for (const name of names) {
    await mesh.boot(name);
    if (name !== 'n0') mesh.connect('n0', name);
    await mesh.append(name, eventRecord(names.indexOf(name)));
    await mesh.clock.advance(50);
  }
  await mesh.clock.advance(3_000);
  for (const name of names.slice(1)) mesh.cut('n0', name);
  mesh.connect('n0', 'n1');
  await mesh.clock.advance(5_000);
  const words: LogMessage[] = [];
  mesh.network.tap = (_from, to, bytes) => {
    words.push(decodeLogFrame(bytes, to));
    return bytes;
  };
  return { mesh, words, listed: () => words.flatMap((word) => (word.type === 'have' ? word.have.logs : [])).length };
}

describe('replica / many logs compared in parts', () => {
  test('nodes that hold the same list none; of what differs only its parts are listed, and what is missing arrives', async () => {
    const { mesh, words, listed } = await setUp();
    const logs = mesh.node('n0').replica.have().length;
    assert.ok(logs >= NODES);
    assert.equal(mesh.node('n1').replica.have().length, logs);
    await mesh.clock.advance(16_000);
    assert.ok(words.some(({ type }) => type === 'have'));
    assert.equal(listed(), 0);
    mesh.cut('n0', 'n1');
    await mesh.append('n0', eventRecord(1_000));
    await mesh.append('n1', eventRecord(1_001));
    words.length = 0;
    mesh.connect('n0', 'n1');
    await mesh.clock.advance(1_000);
    assert.deepEqual(mesh.node('n0').replica.have(), mesh.node('n1').replica.have());
    assert.ok(listed() > 0 && listed() < logs / 4, `${listed()} logs were listed`);
  });
});
