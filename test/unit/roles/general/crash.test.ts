import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_ATTEMPTS } from '../../../../protocols/dispatch.ts';
import {
  bootGeneral,
  type Death,
  type GeneralNode,
  numberedOffer,
  OWNER,
  offerOf,
  recordsOn,
  storyOn,
  until,
} from '../../../fakes/general-node.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { ScriptedModel } from '../../../fakes/scripted-model.ts';

/** Executions that began: with what accepted the task, or later. */
const begun = async (disk: MemoryDisk) =>
  (await recordsOn(disk)).filter(
    (record) => (record.type === 'started' || record.type === 'accepted') && record.attempt !== undefined,
  ).length;

/** Offers as the owner does: with the number of executions it knows of, until somebody accepts. */
async function offerAgain({ general, disk }: GeneralNode): Promise<void> {
  const reply = await general.offer(OWNER, offerOf({ attempts: await begun(disk) }));
  assert.equal(reply.type, 'accept');
}

async function untilDone({ disk }: GeneralNode): Promise<void> {
  await until('it is done', async () => (await storyOn(disk)).includes('done'));
}

interface Case {
  readonly death: Death;
  /** Whether the owner has had its answer by then. */
  readonly answered: boolean;
  readonly story: string;
}

/** Accepted and begun, done: the moments between them. */
const CASES: readonly Case[] = [
  { death: { when: 'before', record: 1 }, answered: false, story: 'accepted1 done1' },
  { death: { when: 'after', record: 1 }, answered: false, story: 'accepted1 started2 done2' },
  { death: { when: 'before', record: 2 }, answered: true, story: 'accepted1 started2 done2' },
  { death: { when: 'after', record: 2 }, answered: true, story: 'accepted1 done1' },
];

/** The same for a task that waits behind another one of its subject: accepted, started, done. */
const LATE_CASES: readonly Case[] = [
  { death: { when: 'after', record: 2 }, answered: false, story: 'accepted started1 done1' },
  { death: { when: 'before', record: 4 }, answered: true, story: 'accepted started1 done1' },
  { death: { when: 'after', record: 4 }, answered: true, story: 'accepted started1 started2 done2' },
  { death: { when: 'before', record: 5 }, answered: true, story: 'accepted started1 started2 done2' },
  { death: { when: 'after', record: 5 }, answered: true, story: 'accepted started1 done1' },
];

for (const { death, story } of LATE_CASES) {
  test(`general / crash / killed ${death.when} record ${death.record}, after a task that had to wait was accepted: done once`, async () => {
    const first = await bootGeneral({ death });
    await first.general.start();
    const [before, late] = [0, 1].map((number) => numberedOffer(number, { subject: 'acme/app#1' }));
    assert.ok(before && late);
    // In one turn: the second comes before the first has ended.
    void first.general.offer(OWNER, before);
    void first.general.offer(OWNER, late);
    await until('it dies', () => !first.isAlive());

    const second = await bootGeneral({ disk: first.kill() });
    await second.general.start();
    await until('both are done', async () => (await storyOn(second.disk)).split('done').length === 3);
    const records = (await recordsOn(second.disk)).filter((each) => 'eventId' in each && each.eventId === late.eventId);
    const told = records.map((each) => `${each.type}${'attempt' in each ? each.attempt : ''}`).join(' ');
    assert.equal(told, story);
  });
}

for (const { death, answered, story } of CASES) {
  for (const repeats of [true, false]) {
    if (!answered && !repeats) continue;
    const how = repeats ? 'the owner offers it again' : 'nobody asks again';
    test(`general / crash / killed ${death.when} record ${death.record} and started again, ${how}: done once`, async () => {
      const first = await bootGeneral({ death });
      await first.general.start();
      const reply = first.general.offer(OWNER, offerOf());
      await until('it dies', () => !first.isAlive());
      if (answered) assert.deepEqual(await reply, { type: 'accept' });

      const second = await bootGeneral({ disk: first.kill() });
      await second.general.start();
      if (repeats) await offerAgain(second);
      await untilDone(second);
      if (repeats) await offerAgain(second);
      await second.general.stop();
      assert.equal(await storyOn(second.disk), story);
      assert.equal(second.disk.get('inbox', `${offerOf().eventId}\u0000${offerOf().slot}`), undefined);
    });
  }
}

test('general / crash / after a kill the whole inbox is worked off, in its order', async () => {
  const first = await bootGeneral({ model: new ScriptedModel('hang') });
  await first.general.start();
  for (let number = 0; number < 6; number++) {
    await first.general.offer(OWNER, numberedOffer(number, { subject: 'acme/app#1' }));
  }
  const second = await bootGeneral({ disk: first.kill() });
  await second.general.start();
  await until('all are done', async () => (await storyOn(second.disk)).split('done').length === 7);
  const done = (await recordsOn(second.disk)).filter((record) => record.type === 'done');
  assert.deepEqual(
    done.map(({ eventId }) => eventId),
    [0, 1, 2, 3, 4, 5].map((number) => `github:event-${number}`),
  );
  assert.deepEqual(
    done.map(({ attempt }) => attempt),
    [2, 1, 1, 1, 1, 1],
    'only what began counts',
  );
});

test('general / crash / the event comes from the log where it is, and from the inbox where it is not', async () => {
  const first = await bootGeneral({ model: new ScriptedModel('hang') });
  await first.general.start();
  const [stored, carried] = [numberedOffer(1), numberedOffer(2)];
  await first.replica.append({ v: 1, at: 0, type: 'event', event: stored.event });
  for (const offer of [stored, carried]) await first.general.offer(OWNER, offer);
  const accepted = (await recordsOn(first.disk)).filter((record) => record.type === 'accepted');
  assert.deepEqual(
    accepted.map(({ event }) => event?.id),
    [undefined, carried.eventId],
  );
  const second = await bootGeneral({ disk: first.kill() });
  await second.general.start();
  await until('both are done', async () => (await storyOn(second.disk)).split('done').length === 3);
});

test('general / crash / a task that takes the process down each time is given up after the last attempt', async () => {
  let disk = new MemoryDisk();
  for (let boot = 1; boot <= MAX_ATTEMPTS; boot++) {
    const node = await bootGeneral({ disk, model: new ScriptedModel('hang') });
    await node.general.start();
    if (boot === 1) await node.general.offer(OWNER, offerOf());
    await until('it began', async () => (await begun(node.disk)) === boot);
    disk = node.kill();
  }
  const last = await bootGeneral({ disk });
  await last.general.start();
  assert.match(await storyOn(last.disk), /started8 failed8$/);
  assert.deepEqual(last.general.load()[0]?.running, 0);
  assert.equal((await last.general.offer(OWNER, offerOf({ attempts: 7 }))).type, 'accept', 'an old offer is a repeat');
  assert.match(await storyOn(last.disk), /failed8$/, 'and begins nothing');
});
