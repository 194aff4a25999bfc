import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MeshEvent } from '../../../../protocols/event.ts';
import { eventIdOf, slotOf } from '../../../../protocols/ids.ts';
import { remember } from '../../../../roles/general/memory.ts';
import { pullRequestEvent } from '../../../fakes/events.ts';
import { replicaNode } from '../../../fakes/replica-node.ts';
import { ANSWER } from '../../../fakes/scripted-model.ts';

const SUBJECT = 'acme/app#7';
const SLOT = slotOf('security-general');

function event(number: number, subject = SUBJECT): MeshEvent {
  return { ...pullRequestEvent(), id: eventIdOf('github', `event-${number}`), subject };
}

async function nodeWith(...told: readonly { event: MeshEvent; general?: string; summary: string }[]) {
  const node = replicaNode('remembers');
  await node.replica.start();
  for (const [at, { event: about, general = 'security-general', summary }] of told.entries()) {
    await node.replica.append({ v: 1, at, type: 'event', event: about });
    const usage = { promptTokens: 0, completionTokens: 0, costUsd: 0 };
    const answer = { ...ANSWER, summary };
    const result = {
      general,
      cluster: 'c',
      specialisations: [],
      answer,
      engine: 'model',
      usage,
      durationMs: 1,
    } as const;
    const work = { v: 1, at, eventId: about.id, slot: slotOf(general) } as const;
    await node.replica.append({ ...work, type: 'done', attempt: 1, result: { ...result, specialisations: [] } });
  }
  return { journal: node.replica, tables: node.disk };
}

const asked = { eventId: eventIdOf('github', 'event-99'), slot: SLOT, subject: SUBJECT };
const summaries = (found: Awaited<ReturnType<typeof remember>>) => found.map(({ summary }) => summary);

test('general / memory / what the same general said of the same subject, the oldest first', async () => {
  const parts = await nodeWith(
    { event: event(1), summary: 'first' },
    { event: event(2, 'acme/app#8'), summary: 'of another subject' },
    { event: event(3), general: 'metrics-general', summary: 'of another general' },
    { event: event(4), summary: 'second' },
  );
  const found = await remember(asked, parts);
  assert.deepEqual(summaries(found), ['first', 'second']);
  assert.deepEqual(found[0]?.findings, ['low: A small thing']);
});

test('general / memory / the last three, and none of the event itself', async () => {
  const told = [1, 2, 3, 4, 5].map((number) => ({ event: event(number), summary: `${number}` }));
  const parts = await nodeWith(...told);
  assert.deepEqual(summaries(await remember(asked, parts)), ['3', '4', '5']);
  assert.deepEqual(summaries(await remember({ ...asked, eventId: event(5).id }, parts)), ['2', '3', '4']);
});

test('general / memory / nothing where nothing was said', async () => {
  assert.deepEqual(await remember(asked, await nodeWith()), []);
});
