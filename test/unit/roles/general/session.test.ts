import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slotOf } from '../../../../protocols/ids.ts';
import { SESSION_STATE_BYTES } from '../../../../protocols/record.ts';
import type { Conversation, Scene } from '../../../../roles/general/conversation.ts';
import { Sessions } from '../../../../roles/general/session.ts';
import { SessionRunner } from '../../../../roles/general/session-runner.ts';
import { pullRequestEvent } from '../../../fakes/events.ts';
import { recordsOn } from '../../../fakes/general-node.ts';
import type { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { acceptedRecord } from '../../../fakes/records.ts';
import { replicaNode } from '../../../fakes/replica-node.ts';

const EVENT = pullRequestEvent();
const TASK = {
  eventId: EVENT.id,
  slot: slotOf('security-general'),
  general: 'security-general',
  subject: EVENT.subject,
};
const GENERAL = { name: 'security-general', specialisations: [], concurrency: 1, capacity: 1 };

interface Turns {
  readonly said: readonly string[];
}

/** Talks until five turns are said; the fourth is cheap. `turn` may be told to throw, or to hang. */
function talk(turn: (number: number) => Promise<void> | void, asked: number[]): Conversation<Turns> {
  return {
    begin: () => ({ step: 'turn', state: { said: [] } }),
    decode: (state) => (typeof state === 'object' && state !== null && 'said' in state ? (state as Turns) : undefined),
    steps: {
      turn: async ({ said }) => {
        asked.push(said.length);
        await turn(said.length);
        const next = [...said, `turn ${said.length}`];
        if (next.length < 5) return { to: 'turn', state: { said: next }, isCheap: next.length === 4 };
        const answer = { summary: next.join(', '), findings: [], recommendations: [], confidence: 1 };
        return { end: { answer, engine: 'model', usage: { promptTokens: 0, completionTokens: 0, costUsd: 0 } } };
      },
    },
  };
}

async function boot(disk?: MemoryDisk) {
  const node = replicaNode('talker', { ...(disk && { disk }) });
  await node.replica.start();
  // What is in the inbox was accepted before its session began.
  if (disk === undefined) await node.replica.append(acceptedRecord(0, TASK));
  const parts = { journal: node.replica, tables: node.disk, runtime: node.runtime };
  const sessions = new Sessions({ self: node.peer }, parts);
  const runner = new SessionRunner({ runtime: node.runtime });
  const leaving = new AbortController();
  const scene: Scene = { general: GENERAL, event: EVENT, signal: leaving.signal };
  return { ...node, sessions, runner, scene, leaving };
}

const story = async (disk: MemoryDisk) =>
  (await recordsOn(disk)).flatMap((record) =>
    record.type === 'session' ? [`${record.attempt}:${record.turn}${record.endedAt === undefined ? '' : ' end'}`] : [],
  );

test('general / session / each finished step is a record before the next begins, but for a cheap one', async () => {
  const node = await boot();
  const seen: string[][] = [];
  const session = await node.sessions.open(TASK, 1);
  await node.runner.run(
    talk(async () => void seen.push(await story(node.disk)), []),
    node.scene,
    session,
  );
  assert.deepEqual(
    seen.map((records) => records.length),
    [0, 1, 2, 3, 3],
  );
  await session.end();
  assert.deepEqual(await story(node.disk), ['1:1', '1:2', '1:3', '1:3 end']);
  assert.equal(node.disk.rows('sessions').length, 0);
});

for (let kill = 0; kill < 5; kill++) {
  test(`general / session / killed in turn ${kill} it goes on there, and no finished turn is asked again`, async () => {
    const before: number[] = [];
    const after: number[] = [];
    const first = await boot();
    const hangs = (number: number) => (number === kill ? new Promise<void>(() => {}) : undefined);
    void first.runner.run(talk(hangs, before), first.scene, await first.sessions.open(TASK, 1));
    while (before.at(-1) !== kill) await first.runtime.advance(1);

    const second = await boot(first.disk.crash());
    assert.equal(second.sessions.canContinue(TASK, 1), kill > 0);
    const session = await second.sessions.open(TASK, 1);
    const { answer } = await second.runner.run(
      talk(() => undefined, after),
      second.scene,
      session,
    );
    assert.equal(answer.summary, 'turn 0, turn 1, turn 2, turn 3, turn 4');
    const from = kill === 4 ? 3 : kill; // What was cheap is done again.
    assert.deepEqual(after, [0, 1, 2, 3, 4].slice(from));
  });
}

test('general / session / one that never gets further is not taken up for ever', async () => {
  let node = await boot();
  const session = await node.sessions.open(TASK, 1);
  await session.save({ step: 'turn', turn: 1, state: { said: ['turn 0'] } });
  for (let kills = 0; kills < 8; kills++) {
    assert.ok(node.sessions.canContinue(TASK, 1));
    await (await node.sessions.open(TASK, 1)).resume();
    node = await boot(node.disk.crash());
  }
  assert.equal(node.sessions.canContinue(TASK, 1), false);
  const again = await node.sessions.open(TASK, 2);
  assert.deepEqual(again.checkpoint?.state, { said: ['turn 0'] }, 'another execution still has what was said');
  await again.save({ step: 'turn', turn: 2, state: { said: ['turn 0', 'turn 1'] } });
  assert.ok(node.sessions.canContinue(TASK, 2));
});

test('general / session / a checkpoint of another node is taken over, but its execution is not ours', async () => {
  const node = await boot();
  const other = new Sessions({ self: node.peer }, { journal: node.replica, tables: node.disk, runtime: node.runtime });
  await (await other.open(TASK, 1)).save({ step: 'turn', turn: 3, state: { said: ['a', 'b', 'c'] } });
  const elsewhere = new Sessions(
    { self: 'somebody else' as never },
    {
      journal: node.replica,
      tables: node.disk,
      runtime: node.runtime,
    },
  );
  assert.equal(elsewhere.canContinue(TASK, 1), false);
  assert.equal((await elsewhere.open(TASK, 2)).checkpoint?.turn, 3);
});

test('general / session / a state that this build cannot read begins the conversation anew', async () => {
  const node = await boot();
  const asked: number[] = [];
  const session = await node.sessions.open(TASK, 1);
  for (const checkpoint of [
    { step: 'turn', turn: 10, state: 'of another build' },
    { step: 'toString', turn: 20, state: { said: ['x'] } },
  ]) {
    await session.save(checkpoint);
    asked.length = 0;
    await node.runner.run(
      talk(() => undefined, asked),
      node.scene,
      await node.sessions.open(TASK, 1),
    );
    assert.deepEqual(asked, [0, 1, 2, 3, 4]);
  }
});

test('general / session / a checkpoint over the limit is left out and said, and the one before it stays', async () => {
  const node = await boot();
  const session = await node.sessions.open(TASK, 1);
  await session.save({ step: 'turn', turn: 1, state: { said: ['small'] } });
  await session.save({ step: 'turn', turn: 2, state: { said: ['x'.repeat(SESSION_STATE_BYTES)] } });
  assert.deepEqual((await node.sessions.open(TASK, 1)).checkpoint?.state, { said: ['small'] });
  assert.deepEqual(
    node.runtime.lines.map(({ phrase }) => phrase),
    ['checkpoint too large'],
  );
  await session.save({ step: 'turn', turn: 2, state: { said: ['x'.repeat(SESSION_STATE_BYTES - 20)] } });
  assert.equal((await node.sessions.open(TASK, 1)).checkpoint?.turn, 2, 'the largest fits a record');
});

test('general / session / a node that leaves finishes its step, keeps it, and begins no other', async () => {
  const node = await boot();
  const asked: number[] = [];
  const leaves = (number: number) => {
    if (number === 1) node.leaving.abort();
  };
  const running = node.runner.run(talk(leaves, asked), node.scene, await node.sessions.open(TASK, 1));
  await assert.rejects(running, { code: 'overloaded' });
  assert.deepEqual(
    [asked, await story(node.disk)],
    [
      [0, 1],
      ['1:1', '1:2'],
    ],
  );
});
