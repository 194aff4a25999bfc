import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LogId, PeerId } from '../../../../protocols/ids.ts';
import type { Stored } from '../../../../protocols/log-sync.ts';
import { StoredCopies } from '../../../../roles/replica/stored-copies.ts';
import { epochNumber, peerNamed } from '../../../fakes/cards.ts';
import { manualRuntime, settled } from '../../../fakes/manual-runtime.ts';

const SELF = peerNamed('self');
const B = peerNamed('b');
const C = peerNamed('c');
const LOG: LogId = { origin: SELF, epoch: epochNumber(2) };
const EARLIER: LogId = { origin: SELF, epoch: epochNumber(1) };
const WANTED = { peers: 1, withinMs: 5_000 };

/** Our log has ten records, an earlier one five. */
function setUp() {
  const runtime = manualRuntime();
  const org = new Set<PeerId>([B, C]);
  const lengthOf = ({ origin, epoch }: LogId) => (origin !== SELF ? 0 : epoch === LOG.epoch ? 10 : 5);
  const copies = new StoredCopies(SELF, {
    replica: { lengthOf, epoch: LOG.epoch, placeOf: (position) => position },
    runtime,
    isOfOrg: (peer) => org.has(peer),
  });
  const say = (peer: PeerId, length: number, log: LogId = LOG) => copies.said(peer, ends(log, length), false);
  const sayAll = (peer: PeerId, stored: Stored) => copies.said(peer, stored, true);
  /** `yes`, `no`, or `waits`. */
  const ask = (seq: number, peers = 1) => {
    let answer = 'waits';
    void copies.stored({ ...LOG, seq }, { ...WANTED, peers }).then((stored) => {
      answer = stored ? 'yes' : 'no';
    });
    return async () => {
      await settled();
      return answer;
    };
  };
  return { runtime, org, copies, say, sayAll, ask };
}

const ends = ({ origin, epoch }: LogId, length: number): Stored => [[origin, epoch, length]];

describe('replica / stored copies', () => {
  test('a record is stored when another node has the log beyond it, not when it ends there', async () => {
    const { say, ask } = setUp();
    say(B, 5);
    assert.equal(await ask(4)(), 'yes');
    assert.equal(await ask(5)(), 'waits');
  });

  test('who waits is told as soon as the word comes, in any order', async () => {
    const { say, ask } = setUp();
    const [third, fifth, last] = [ask(2), ask(4), ask(9)];
    say(B, 4);
    assert.deepEqual([await third(), await fifth(), await last()], ['yes', 'waits', 'waits']);
    say(C, 10);
    assert.deepEqual([await fifth(), await last()], ['yes', 'yes']);
  });

  test('nobody in time is no, and a word that comes later counts for the next who asks', async () => {
    const { runtime, say, ask } = setUp();
    const first = ask(3);
    await runtime.advance(4_999);
    assert.equal(await first(), 'waits');
    await runtime.advance(1);
    assert.equal(await first(), 'no');
    say(B, 10);
    assert.equal(await ask(3)(), 'yes');
  });

  test('one node that says it twice is one copy', async () => {
    const { say, ask } = setUp();
    const two = ask(3, 2);
    say(B, 10);
    say(B, 10);
    assert.equal(await two(), 'waits');
    say(C, 4);
    assert.equal(await two(), 'yes');
  });

  const idle: { id: string; say: (of: ReturnType<typeof setUp>) => void }[] = [
    { id: 'more records than we have', say: ({ say }) => say(B, 11) },
    { id: 'everything there is', say: ({ say }) => say(B, Number.MAX_SAFE_INTEGER) },
    { id: 'an earlier log of ours', say: ({ say }) => say(B, 5, EARLIER) },
    { id: 'a log of somebody else', say: ({ say }) => say(B, 10, { origin: C, epoch: LOG.epoch }) },
    { id: 'it as a node of another org', say: ({ say }) => say(peerNamed('stranger'), 10) },
  ];
  for (const { id, say } of idle) {
    test(`who says ${id} has said nothing of ours`, async () => {
      const of = setUp();
      const waiting = of.ask(3);
      say(of);
      assert.equal(await waiting(), 'waits');
    });
  }

  test('a node counts from when it is known to be of the org', async () => {
    const { org, copies, say, ask } = setUp();
    const stranger = peerNamed('stranger');
    say(stranger, 10);
    const waiting = ask(3);
    assert.equal(await waiting(), 'waits');
    org.add(stranger);
    copies.recheck();
    assert.equal(await waiting(), 'yes');
  });

  test('a node that came back without its disk has no copy any more', async () => {
    const { say, sayAll, ask } = setUp();
    say(B, 10);
    sayAll(B, []);
    assert.equal(await ask(3)(), 'waits');
    say(B, 10);
    sayAll(B, ends(LOG, 2));
    assert.deepEqual([await ask(1)(), await ask(3)()], ['yes', 'waits']);
  });

  test('the end of an earlier log is asked for in the same way', async () => {
    const { copies, say } = setUp();
    const waiting = copies.whenStored({ ...EARLIER, length: 5 }, WANTED);
    say(B, 5, EARLIER);
    assert.equal(await waiting, true);
  });

  test('what another node wrote is there and here: one copy, not two', async () => {
    const { copies } = setUp();
    const position = { origin: C, epoch: LOG.epoch, seq: 3 };
    assert.equal(await copies.stored(position, WANTED), true);
    assert.equal(await copies.stored(position, { ...WANTED, peers: 2 }), false);
  });

  test('stopped, it lets go whoever waits', async () => {
    const { copies, ask } = setUp();
    const waiting = ask(3);
    copies.stop();
    assert.equal(await waiting(), 'no');
  });
});
