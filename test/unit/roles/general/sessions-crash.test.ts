import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MeshError } from '../../../../protocols/errors.ts';
import { OutsideWorld } from '../../../fakes/effect-world.ts';
import { pullRequestEvent, riskyPullRequestEvent } from '../../../fakes/events.ts';
import { bootGeneral, type Death, OWNER, offerOf, recordsOn, storyOn, until } from '../../../fakes/general-node.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { ANSWER, ScriptedModel } from '../../../fakes/scripted-model.ts';

const EVENT = pullRequestEvent();
const OFFER = offerOf({ event: EVENT, eventId: EVENT.id, subject: EVENT.subject });
const WHOLE = 'accepted1 session1 intended effect done1 session1';

async function accepts(node: Awaited<ReturnType<typeof bootGeneral>>): Promise<void> {
  await node.general.start();
  void node.general.offer(OWNER, OFFER);
}

test('general / sessions / the answer is a checkpoint, then it is posted, and only then the task is done', async () => {
  const world = new OutsideWorld();
  const node = await bootGeneral({ model: new ScriptedModel(ANSWER), world });
  await accepts(node);
  await until('it is done', async () => (await storyOn(node.disk)) === WHOLE);
  assert.equal(world.items.length, 1);
  assert.match(String(world.items[0]?.body), /It was read\./);
  assert.equal(node.disk.rows('sessions').length, 0);
});

/** Which records are on the disk when it dies; from the second on the model has answered. */
const MOMENTS = WHOLE.split(' ').flatMap((_, index): Death[] => [
  { when: 'before', record: index + 1 },
  { when: 'after', record: index + 1 },
]);

for (const death of MOMENTS) {
  const isAnswered = death.record > 2 || (death.record === 2 && death.when === 'after');
  const what = isAnswered ? 'the model is not asked again' : 'all is done';
  test(`general / sessions / killed ${death.when} record ${death.record}: ${what}, and one comment is there`, async () => {
    const world = new OutsideWorld();
    const first = await bootGeneral({ death, model: new ScriptedModel(ANSWER), world });
    await accepts(first);
    await until('it dies', () => !first.isAlive());

    const model = new ScriptedModel(ANSWER);
    const second = await bootGeneral({ disk: first.kill(), model, world });
    await accepts(second);
    await until('it is done', async () => (await storyOn(second.disk)).includes('done'));
    await until('nothing is open', () => second.disk.rows('sessions').length === 0);
    assert.equal(world.items.length, 1);
    if (isAnswered) assert.equal(model.requests.length, 0);
    const records = await recordsOn(second.disk);
    assert.equal(records.filter(({ type }) => type === 'done').length, 1);
    const begun = records.filter((each) => each.type === 'accepted' || each.type === 'started').length;
    assert.ok(!isAnswered || begun === 1, 'a session that goes on is no other execution');
  });
}

test('general / sessions / an execution that failed after the answer is followed by one that has it', async () => {
  const world = new OutsideWorld();
  const broken = { ...world.adapter(), write: () => Promise.reject(refused()) };
  const model = new ScriptedModel(ANSWER);
  const node = await bootGeneral({ model, world: Object.assign(new OutsideWorld(), { adapter: () => broken }) });
  await accepts(node);
  await until('it fails', async () => (await storyOn(node.disk)).includes('failed1'));
  const again = await bootGeneral({ disk: node.kill(), model, world });
  await again.general.start();
  assert.equal((await again.general.offer(OWNER, { ...OFFER, attempts: 1 })).type, 'accept');
  await until('it is done', async () => (await storyOn(again.disk)).includes('done2'));
  assert.deepEqual([model.requests.length, world.items.length], [1, 1]);
});

test('general / sessions / rules are asked again sooner than a record is written', async () => {
  const world = new OutsideWorld();
  const node = await bootGeneral({ world });
  const event = riskyPullRequestEvent();
  await node.general.start();
  void node.general.offer(OWNER, offerOf({ event, eventId: event.id, subject: event.subject }));
  await until('it is done', async () => (await storyOn(node.disk)).includes('done'));
  assert.equal(await storyOn(node.disk), 'accepted1 intended effect done1');
});

test('general / sessions / who has nothing to say posts nothing, and its task is done', async () => {
  const world = new OutsideWorld();
  const node = await bootGeneral({ world });
  await accepts(node);
  await until('it is done', async () => (await storyOn(node.disk)).includes('done'));
  assert.deepEqual([await storyOn(node.disk), world.writes], ['accepted1 done1', 0]);
});

test('general / sessions / without somewhere to post there is nothing between the answer and done', async () => {
  const node = await bootGeneral({ model: new ScriptedModel(ANSWER), disk: new MemoryDisk() });
  await accepts(node);
  await until('it is done', async () => (await storyOn(node.disk)).includes('done'));
  assert.equal(await storyOn(node.disk), 'accepted1 done1');
});

test('general / sessions / what somebody waits for on a connection is not posted', async () => {
  const world = new OutsideWorld();
  const node = await bootGeneral({ model: new ScriptedModel(ANSWER), world });
  await node.general.start();
  await node.general.process('security-general', EVENT);
  assert.deepEqual([world.items.length, await storyOn(node.disk)], [0, '']);
});

function refused(): MeshError {
  return new MeshError('github-forbidden', { request: 'POST', problem: 'it was told to' });
}
