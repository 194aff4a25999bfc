import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MeshError } from '../../../../protocols/errors.ts';
import type { EventId } from '../../../../protocols/ids.ts';
import { approvalOf } from '../../../../roles/general/ask-approval.ts';
import type { Conversation, Scene } from '../../../../roles/general/conversation.ts';
import type { Analysis } from '../../../../roles/general/engine.ts';
import { conducting } from '../../../../roles/general/session-runner.ts';
import { tableKey } from '../../../../roles/ports/tables.ts';
import { approvalRecord, sessionOrderRecord } from '../../../fakes/agent-records.ts';
import { pullRequestEvent } from '../../../fakes/events.ts';
import {
  type BootOptions,
  bootGeneral,
  type GeneralNode,
  OWNER,
  offerOf,
  recordsOn,
  storyOn,
  until,
} from '../../../fakes/general-node.ts';
import { distributionRecord, SLOT } from '../../../fakes/records.ts';

const EVENT = pullRequestEvent();
const OFFER = offerOf({ event: EVENT, eventId: EVENT.id, subject: EVENT.subject });
const ANALYSIS: Analysis = {
  answer: { summary: 'Read.', findings: [], recommendations: [], confidence: 1 },
  engine: 'offline-rules',
  usage: { promptTokens: 0, completionTokens: 0, costUsd: 0 },
};

/** Three turns, each of which waits until it is let through; what people said is heard at each. */
class Talk {
  readonly heard: string[][] = [];
  readonly #doors: PromiseWithResolvers<void>[] = [];
  #open = 0;

  get turns(): number {
    return this.heard.length;
  }

  /** Lets the next turn end. */
  step(): void {
    this.#door(this.#open++).resolve();
  }

  readonly conduct = conducting<number>(this.#conversation());

  #conversation(): Conversation<number> {
    return {
      begin: () => ({ step: 'turn', state: 0 }),
      decode: (state) => (typeof state === 'number' ? state : undefined),
      steps: {
        turn: async (turn, scene) => {
          const place = this.heard.push(wordsOf(scene)) - 1;
          await this.#door(place).promise;
          return turn === 2 ? { end: ANALYSIS } : { to: 'turn', state: turn + 1 };
        },
      },
    };
  }

  #door(place: number): PromiseWithResolvers<void> {
    const door = this.#doors[place] ?? Promise.withResolvers<void>();
    this.#doors[place] = door;
    return door;
  }
}

function wordsOf({ orders }: Scene): string[] {
  return (orders?.().said ?? []).map(({ text }) => text);
}

async function told(node: GeneralNode, order: 'pause' | 'resume' | 'cancel' | 'steer', text?: string): Promise<void> {
  const at = node.runtime.wall() + ++moment;
  const about = { eventId: EVENT.id, slot: SLOT, at, order, ...(text !== undefined && { text }) };
  await node.replica.append(sessionOrderRecord(0, about));
}
let moment = 0;

async function talking(options: BootOptions = {}) {
  const talk = new Talk();
  const node = await bootGeneral({ ...options, conduct: talk.conduct });
  await node.general.start();
  return { talk, node };
}

test('general / orders / a paused session ends its execution between steps, and goes on there as the same one', async () => {
  const { talk, node } = await talking();
  assert.equal((await node.general.offer(OWNER, OFFER)).type, 'accept');
  await until('it is at work', () => talk.turns === 1);
  await told(node, 'pause');
  talk.step();
  await until('it has left its place', () => node.general.load()[0]?.running === 0);
  assert.equal(talk.turns, 1, 'the second step is not begun');
  const next = offerOf({ subject: EVENT.subject, number: 1, event: { ...EVENT, id: 'github:next' as EventId } });
  assert.equal((await node.general.offer(OWNER, { ...next, eventId: 'github:next' as EventId })).type, 'accept');
  await until('the next of its subject is at work', () => talk.turns === 2);
  talk.step();
  talk.step();
  talk.step();
  await until('that is done', async () => (await storyOn(node.disk)).includes('done1'));
  await told(node, 'resume');
  await until('it goes on', () => talk.turns === 5);
  talk.step();
  talk.step();
  const own = async () => (await recordsOn(node.disk)).filter((each) => 'eventId' in each && each.eventId === EVENT.id);
  await until('it is done', async () => (await own()).some(({ type }) => type === 'done'));
  assert.deepEqual(
    (await own()).filter(({ type }) => type === 'started' || type === 'failed'),
    [],
    'it was one execution',
  );
});

test('general / orders / a paused session waits across a restart without another execution', async () => {
  const { talk, node } = await talking();
  await node.general.offer(OWNER, OFFER);
  await until('it is at work', () => talk.turns === 1);
  await told(node, 'pause');
  talk.step();
  await until('it is parked', () => node.general.load()[0]?.running === 0);
  const again = await talking({ disk: node.kill() });
  await until('it is looked at', () => again.node.general.load()[0]?.queued === 0);
  assert.equal(again.talk.turns, 0);
  await again.node.runtime.advance(60_000);
  assert.ok(
    again.node.notes.some(({ note }) => note.type === 'running'),
    'its lease is renewed',
  );
  await told(again.node, 'resume');
  await until('it goes on', () => again.talk.turns === 1);
  again.talk.step();
  again.talk.step();
  await until('it is done', async () => (await storyOn(again.node.disk)).includes('done1'));
});

for (const when of ['at work', 'paused', 'before it began'] as const) {
  test(`general / orders / one that is cancelled ${when} ends for good, and so does its session`, async () => {
    const { talk, node } = await talking();
    if (when === 'before it began') await told(node, 'cancel');
    await node.general.offer(OWNER, OFFER);
    if (when !== 'before it began') await until('it is at work', () => talk.turns === 1);
    if (when === 'paused') await told(node, 'pause');
    if (when === 'at work') await told(node, 'cancel');
    talk.step();
    if (when === 'paused') {
      await until('it is parked', () => node.general.load()[0]?.running === 0);
      await told(node, 'cancel');
    }
    await until('it is over', async () => (await storyOn(node.disk)).includes('failed'));
    const failed = (await recordsOn(node.disk)).find((each) => each.type === 'failed');
    assert.deepEqual([failed?.code, failed?.message], ['session-cancelled', 'ada has cancelled this session']);
    assert.deepEqual([node.disk.rows('inbox'), node.disk.rows('sessions')], [[], []]);
    assert.ok(talk.turns < 2);
  });
}

test('general / orders / what is said to it is heard at its next turn', async () => {
  const { talk, node } = await talking();
  await node.general.offer(OWNER, OFFER);
  await until('it is at work', () => talk.turns === 1);
  await told(node, 'steer', 'mind the cache');
  talk.step();
  await until('the second turn', () => talk.turns === 2);
  await told(node, 'steer', 'and the docs');
  talk.step();
  await until('the third turn', () => talk.turns === 3);
  assert.deepEqual(talk.heard, [[], ['mind the cache'], ['mind the cache', 'and the docs']]);
  talk.step();
  await until('it is done', async () => (await storyOn(node.disk)).includes('done1'));
});

for (const verdict of ['approved', 'denied'] as const) {
  test(`general / orders / who waits for an approval holds no place, and goes on when it is ${verdict}, also in another process`, async () => {
    const hash = 'c'.repeat(64);
    const wish = { name: 'merge', what: 'merge it', textHash: hash };
    const asking = () => {
      let asked = 0;
      let node: GeneralNode | undefined;
      const conversation: Conversation<null> = {
        begin: () => ({ step: 'ask', state: null }),
        decode: () => null,
        steps: {
          ask: async (_state, scene) => {
            asked += 1;
            const { replica: journal, disk: tables, runtime } = node as GeneralNode;
            const word = await approvalOf(wish, scene, { journal, tables, runtime });
            return { end: { ...ANALYSIS, answer: { ...ANALYSIS.answer, summary: word.verdict } } };
          },
        },
      };
      const boot = async (options: BootOptions = {}) => {
        node = await bootGeneral({ ...options, conduct: conducting(conversation) });
        await node.general.start();
        return node;
      };
      return { boot, asked: () => asked };
    };
    const before = asking();
    const first = await before.boot();
    await first.general.offer(OWNER, OFFER);
    const waits = (node: GeneralNode, of: typeof before, times: number) =>
      until('it waits', () => of.asked() === times && node.general.load()[0]?.running === 0);
    await waits(first, before, 1);
    await first.replica.append(approvalRecord(0, { subject: 'acme/app#1', textHash: hash }));
    await first.replica.append(approvalRecord(0, { subject: EVENT.subject, textHash: 'd'.repeat(64) }));
    await waits(first, before, 2);
    const after = asking();
    const second = await after.boot({ disk: first.kill() });
    await waits(second, after, 1);
    await second.replica.append(approvalRecord(0, { subject: EVENT.subject, textHash: hash, verdict }));
    await until('it is done', async () => (await storyOn(second.disk)).includes('done1'));
    const records = await recordsOn(second.disk);
    const done = records.find((record) => record.type === 'done');
    assert.equal(done?.result.answer.summary, verdict);
    assert.equal(records.filter(({ type }) => type === 'approval-asked').length, 1, 'it was asked once');
    assert.doesNotMatch(await storyOn(second.disk), /failed|started/);
  });
}

for (const order of ['once it waits', 'while it ends'] as const) {
  test(`general / orders / who waits for the owner’s decision goes on when that comes, ${order}`, async () => {
    const textHash = 'c'.repeat(64);
    const decision = distributionRecord(1, [], { subject: EVENT.subject, development: { textHash } });
    let node: GeneralNode | undefined;
    let asked = 0;
    const conversation: Conversation<null> = {
      begin: () => ({ step: 'begin', state: null }),
      decode: () => null,
      steps: {
        begin: async () => {
          asked += 1;
          const { disk, replica } = node as GeneralNode;
          if (disk.get('developments', tableKey(EVENT.subject, textHash)) !== undefined) return { end: ANALYSIS };
          if (order === 'while it ends') await replica.append(decision);
          throw new MeshError('approval-wanted', { what: 'the development' });
        },
      },
    };
    node = await bootGeneral({ conduct: conducting(conversation) });
    const { general, disk, replica } = node;
    await general.start();
    await general.offer(OWNER, OFFER);
    await until('it was asked', () => asked > 0);
    if (order === 'once it waits') {
      await until('it holds no place', () => general.load()[0]?.running === 0);
      await replica.append(decision);
    }
    await until('it is done', async () => (await storyOn(disk)).includes('done1'));
    assert.equal(asked, 2);
  });
}
