import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RUNNING_INTERVAL_MS } from '../../../../protocols/dispatch.ts';
import { hasCode, MeshError } from '../../../../protocols/errors.ts';
import { eventIdOf, type PeerId, slotOf } from '../../../../protocols/ids.ts';
import { LIMITS } from '../../../../protocols/names.ts';
import { encodeRecord, type MeshRecord } from '../../../../protocols/record.ts';
import { ResultSchema } from '../../../../protocols/result.ts';
import { emptyTip, extendTip, signHead } from '../../../../roles/replica/chain.ts';
import { ORIGIN } from '../../../fakes/batches.ts';
import { cardOf, epochNumber, peerNamed } from '../../../fakes/cards.ts';
import { pullRequestEvent } from '../../../fakes/events.ts';
import { fakeIdentity } from '../../../fakes/fake-identity.ts';
import {
  type BootOptions,
  bootGeneral,
  numberedOffer,
  OWNER,
  offerOf,
  recordsOn,
  SECURITY,
  storyOn,
  until,
} from '../../../fakes/general-node.ts';
import { settled } from '../../../fakes/manual-runtime.ts';
import { acceptedRecord, eventRecord } from '../../../fakes/records.ts';
import { ANSWER, ScriptedModel } from '../../../fakes/scripted-model.ts';

async function started(options: BootOptions = {}) {
  const node = await bootGeneral(options);
  await node.general.start();
  return node;
}

test('general / offer / an accepted one is on disk before the answer, then begun, then done, and its owner is told', async () => {
  const { general, disk, notes } = await started({ model: new ScriptedModel(ANSWER) });
  const reply = await general.offer(OWNER, offerOf());
  assert.match(await storyOn(disk), /^accepted/);
  assert.deepEqual(reply, { type: 'accept' });
  await until('its owner is told', () => notes.length > 0);
  assert.equal(await storyOn(disk), 'accepted1 done1');
  const { eventId, slot } = offerOf();
  assert.deepEqual(notes, [{ to: OWNER, note: { type: 'result', eventId, slot, ok: true } }]);
  const done = (await recordsOn(disk)).find((record) => record.type === 'done');
  assert.deepEqual(done?.result, {
    general: SECURITY,
    cluster: 'prod-us',
    specialisations: [],
    answer: ANSWER,
    engine: 'model',
    model: 'scripted',
    usage: { promptTokens: 10, completionTokens: 5, costUsd: 0 },
    durationMs: 0,
  });
});

test('general / offer / repeated while it is being accepted, worked on or done, it is accepted again and done once', async () => {
  const { general, disk } = await started();
  const replies = await Promise.all([1, 2, 3].map(() => general.offer(OWNER, offerOf())));
  replies.push(await general.offer(OWNER, offerOf()));
  await until('it is done', async () => (await storyOn(disk)).includes('done'));
  for (const attempts of [0, 1, 2]) replies.push(await general.offer(OWNER, offerOf({ attempts })));
  await settled();
  for (const reply of replies) assert.deepEqual(reply, { type: 'accept' });
  assert.equal(await storyOn(disk), 'accepted1 done1');
});

test('general / offer / the same event in another slot is another task', async () => {
  const { general, disk } = await started();
  await general.offer(OWNER, offerOf());
  await general.offer(OWNER, offerOf({ general: 'metrics-general', slot: slotOf('metrics-general', 'prod-us') }));
  await until('both are done', async () => (await storyOn(disk)).split('done').length === 3);
});

test('general / offer / a full general is busy, and has room again when something ended', async () => {
  const offers = ['security-general'];
  const card = cardOf('node', { offers });
  const small = { ...card, generals: card.generals.map((each) => ({ ...each, concurrency: 1, capacity: 2 })) };
  const { general, runtime, disk } = await started({ card: small, model: new ScriptedModel('hang') });
  assert.equal((await general.offer(OWNER, numberedOffer(1))).type, 'accept');
  assert.equal((await general.offer(OWNER, numberedOffer(2))).type, 'accept');
  assert.deepEqual(await general.offer(OWNER, numberedOffer(3)), { type: 'busy', retryAfterMs: 5_000 });
  await runtime.advance(120_000);
  await until('the first is done by rules', async () => (await storyOn(disk)).includes('done'));
  assert.equal((await general.offer(OWNER, numberedOffer(3))).type, 'accept', 'busy was not for ever');
});

test('general / offer / those that come together do not take more places than there are', async () => {
  const { general } = await started({ model: new ScriptedModel('hang') });
  const offers = Array.from({ length: 15 }, (_, number) => general.offer(OWNER, numberedOffer(number)));
  const replies = await Promise.all(offers);
  assert.equal(replies.filter(({ type }) => type === 'accept').length, 10);
  assert.equal(replies.filter(({ type }) => type === 'busy').length, 5);
});

test('general / offer / before the inbox is read it is busy', async () => {
  const { general, disk } = await bootGeneral();
  assert.deepEqual(await general.offer(OWNER, offerOf()), { type: 'busy', retryAfterMs: 1_000 });
  assert.equal(await storyOn(disk), '');
});

test('general / offer / an event too large for a record is refused for good', async () => {
  const { general, disk } = await started();
  const facts = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`fact${i}`, 'x'.repeat(LIMITS.recordBytes / 25)]),
  );
  const event = { ...offerOf().event, data: { facts } };
  const reply = await general.offer(OWNER, { ...offerOf(), event });
  assert.ok(reply.type === 'refuse' && reply.final);
  assert.equal(await storyOn(disk), '');
});

test('general / execution / a failure is recorded with its code, and a new offer begins the next attempt', async () => {
  const broken = new MeshError('template-failed', { template: 'x', problem: 'the test said so' });
  const { general, disk, notes } = await started({ model: new ScriptedModel(broken, ANSWER) });
  await general.offer(OWNER, offerOf());
  await until('it failed', () => notes.length > 0);
  const failed = (await recordsOn(disk)).find((record) => record.type === 'failed');
  assert.deepEqual([failed?.code, failed?.message], ['template-failed', broken.message]);
  assert.deepEqual(notes[0]?.note, { type: 'result', ...idOf(), ok: false });
  assert.equal(general.load()[0]?.failureRate, 1);
  await general.offer(OWNER, offerOf({ attempts: 0 }));
  assert.equal(await storyOn(disk), 'accepted1 failed1', 'an old offer is a repeat');
  await general.offer(OWNER, offerOf({ attempts: 1 }));
  await until('it is done', () => notes.length > 1);
  assert.equal(await storyOn(disk), 'accepted1 failed1 accepted2 done2');
});

test('general / execution / an unexpected error is recorded as internal', async () => {
  const { general, disk, notes } = await started({
    model: { turn: () => Promise.reject(new TypeError('x is not a function')) },
  });
  await general.offer(OWNER, offerOf());
  await until('it failed', () => notes.length > 0);
  const failed = (await recordsOn(disk)).find((record) => record.type === 'failed');
  assert.equal(failed?.code, 'internal');
  assert.match(failed?.message ?? '', /x is not a function/);
});

test('general / inbox / what comes back from others before its event is worked off once that is here', async () => {
  const { general, card, replica, disk } = await started();
  const receive = async (peer: PeerId, record: MeshRecord) => {
    const log = { origin: peer, epoch: epochNumber(1) };
    const records = [encodeRecord(record)];
    const head = signHead(fakeIdentity(peer), log, extendTip(emptyTip(log), records));
    assert.equal(await replica.apply({ from: 0, records, head }, OWNER), 'applied');
    await settled();
  };
  await receive(card.peer, acceptedRecord(1));
  assert.equal(general.load()[0]?.queued, 0);
  await receive(ORIGIN.peer, eventRecord(1));
  await until('it is done', async () => (await storyOn(disk)).includes('done'));
});

test('general / execution / attempts of other nodes count on', async () => {
  const { general, disk } = await started();
  await general.offer(OWNER, offerOf({ attempts: 3 }));
  await until('it is done', async () => (await storyOn(disk)).includes('done'));
  assert.equal(await storyOn(disk), 'accepted4 done4');
});

test('general / execution / what another node has done meanwhile is not done again, and leaves the inbox', async () => {
  const { general, replica, disk, runtime } = await started({ model: new ScriptedModel('hang') });
  await general.offer(OWNER, numberedOffer(1, { subject: 'acme/app#1' }));
  const second = numberedOffer(2, { subject: 'acme/app#1' });
  await general.offer(OWNER, second);
  const result = ResultSchema.parse({ ...(await resultOf()), durationMs: 1 });
  await replica.append({ v: 1, at: 0, type: 'done', eventId: second.eventId, slot: second.slot, attempt: 1, result });
  await runtime.advance(120_000);
  await until('both have ended', () => general.load()[0]?.running === 0 && general.load()[0]?.queued === 0);
  assert.doesNotMatch(await storyOn(disk), /started/);
  assert.deepEqual(disk.rows('inbox'), []);
});

async function resultOf() {
  const { general } = await started();
  return general.process(SECURITY, pullRequestEvent());
}

function idOf() {
  const { eventId, slot } = offerOf();
  return { eventId, slot };
}

test('general / notes / the owner hears of everything held, queued too, and the newest owner counts', async () => {
  const { general, notes, runtime } = await started({ model: new ScriptedModel('hang deaf') });
  const heir = peerNamed('heir');
  for (const number of [1, 2]) await general.offer(OWNER, numberedOffer(number, { subject: 'acme/app#1' }));
  await runtime.advance(RUNNING_INTERVAL_MS);
  assert.ok(notes.length >= 2);
  await general.offer(heir, numberedOffer(1, { subject: 'acme/app#1' }));
  const before = notes.length;
  await runtime.advance(RUNNING_INTERVAL_MS);
  assert.deepEqual(notes.slice(before), [
    { to: heir, note: { type: 'running', eventId: 'github:event-1', slot: SECURITY, attempt: 1 } },
    { to: OWNER, note: { type: 'running', eventId: 'github:event-2', slot: SECURITY, attempt: 1 } },
  ]);
});

test('general / notes / nothing is told of what has ended', async () => {
  const { general, notes, runtime } = await started();
  await general.offer(OWNER, offerOf());
  await until('it is done', () => notes.length > 0);
  await runtime.advance(3 * RUNNING_INTERVAL_MS);
  assert.deepEqual(
    notes.map(({ note }) => note.type),
    ['result'],
  );
});

test('general / stop / running executions end, queued ones are handed back at once, and nothing new is taken', async () => {
  const gate = Promise.withResolvers<void>();
  const model = new ScriptedModel(ANSWER).after(gate.promise);
  const { general, disk } = await started({ model });
  for (const number of [1, 2]) await general.offer(OWNER, numberedOffer(number, { subject: 'acme/app#1' }));
  await until('the first began', async () => (await storyOn(disk)).includes('accepted1'));
  const stopped = general.stop();
  assert.deepEqual(await general.offer(OWNER, numberedOffer(3)), { type: 'busy', retryAfterMs: 10_000 });
  await until('the second is handed back', async () => (await storyOn(disk)).includes('handed-back'));
  assert.deepEqual(await general.offer(OWNER, numberedOffer(2)), { type: 'busy', retryAfterMs: 10_000 });
  gate.resolve();
  await stopped;
  assert.equal(await storyOn(disk), 'accepted1 accepted handed-back done1');
  assert.deepEqual(disk.rows('inbox'), []);
});

test('general / stop / what is accepted in the moment of leaving is handed back, and nobody is told that it was taken', async () => {
  const { general, replica, disk } = await started();
  let stopped: Promise<void> | undefined;
  replica.onCommit(() => {
    stopped ??= general.stop();
  });
  const replies = await Promise.all([1, 2].map(() => general.offer(OWNER, offerOf())));
  assert.ok(stopped, 'its promise was on disk when the node was asked to leave');
  for (const reply of replies) assert.deepEqual(reply, { type: 'busy', retryAfterMs: 10_000 });
  await stopped;
  await until('it is handed back', async () => (await storyOn(disk)) === 'accepted1 handed-back');
  assert.deepEqual(disk.rows('inbox'), []);
});

test('general / stop / what was handed back is accepted again after a restart, as nothing of it began', async () => {
  const first = await started({ model: new ScriptedModel('hang'), drainMs: 0 });
  for (const number of [1, 2]) await first.general.offer(OWNER, numberedOffer(number, { subject: 'acme/app#1' }));
  await until('the first began', async () => (await storyOn(first.disk)).includes('accepted1'));
  const stopped = first.general.stop();
  await first.runtime.advance(0);
  await stopped;
  await first.replica.stop();
  const second = await started({ disk: first.kill() });
  assert.deepEqual(await second.general.offer(OWNER, numberedOffer(2, { subject: 'acme/app#1' })), { type: 'accept' });
  await until('it is done', async () => (await storyOn(second.disk)).includes('done'));
  assert.match(await storyOn(second.disk), /^accepted1 accepted handed-back failed1 accepted1 done1$/);
});

test('general / superseded / of queued heads of one pull request only the newest is worked on', async () => {
  const gate = Promise.withResolvers<void>();
  const model = new ScriptedModel(ANSWER).after(gate.promise);
  const { general, disk, notes } = await started({ model });
  for (const [number, head] of ['a', 'b', 'c', 'd'].entries()) await general.offer(OWNER, pushOffer(number, head));
  gate.resolve();
  await until('the newest is done', async () => (await storyOn(disk)).split('done').length === 3);
  const ended = (await recordsOn(disk)).flatMap((record) =>
    record.type === 'done' || record.type === 'superseded' ? [`${record.type} ${record.eventId}`] : [],
  );
  assert.deepEqual(ended, [
    'done github:push-0',
    'superseded github:push-1',
    'superseded github:push-2',
    'done github:push-3',
  ]);
  const superseded = (await recordsOn(disk)).filter((record) => record.type === 'superseded');
  assert.deepEqual(new Set(superseded.map(({ by }) => by)), new Set(['github:push-3']));
  assert.deepEqual(disk.rows('inbox'), []);
  assert.equal(notes.filter(({ note }) => note.type === 'result').length, 4);
});

/** New commits of one pull request. */
function pushOffer(number: number, head: string) {
  const event = pullRequestEvent();
  const { pullRequest } = event.data;
  assert.ok(pullRequest);
  const pushed = {
    ...event,
    id: eventIdOf('github', `push-${number}`),
    type: 'com.github.pull_request.synchronize',
    data: { pullRequest: { ...pullRequest, state: 'open', head: { ref: 'topic', sha: head } } },
  };
  return { ...offerOf(), event: pushed, eventId: pushed.id, subject: pushed.subject, number };
}

test('general / stop / what does not end in time is given up, and its owner hears of it', async () => {
  const first = await started({ model: new ScriptedModel('hang'), drainMs: 20_000 });
  await first.general.offer(OWNER, offerOf());
  await until('it began', async () => (await storyOn(first.disk)).includes('accepted1'));
  const stopped = first.general.stop();
  await first.runtime.advance(19_999);
  assert.equal(first.general.load()[0]?.running, 1);
  assert.equal(await storyOn(first.disk), 'accepted1');
  await first.runtime.advance(1);
  await stopped;
  assert.equal(await storyOn(first.disk), 'accepted1 failed1');
  assert.deepEqual(first.disk.rows('inbox'), []);
  assert.deepEqual(
    first.notes.flatMap(({ note }) => (note.type === 'result' ? [note.ok] : [])),
    [false],
  );
});

test('general / stop / should the log be closed already, what did not end is taken up at the next start', async () => {
  const first = await started({ model: new ScriptedModel('hang'), drainMs: 20_000 });
  await first.general.offer(OWNER, offerOf());
  await until('it began', async () => (await storyOn(first.disk)).includes('accepted1'));
  await first.replica.stop();
  const stopped = first.general.stop();
  await first.runtime.advance(20_000);
  await stopped;
  const second = await started({ disk: first.kill() });
  await until('it is done', async () => (await storyOn(second.disk)).includes('done'));
  assert.equal(await storyOn(second.disk), 'accepted1 started2 done2');
});

test('general / stop / whoever waits for an answer is told that the node leaves', async () => {
  const { general, runtime } = await started({ model: new ScriptedModel('hang') });
  const isLeaving = (error: unknown) => hasCode(error, 'overloaded');
  const event = pullRequestEvent();
  const [running, queued] = [general.process(SECURITY, event), general.process(SECURITY, event)];
  const stopped = general.stop();
  await assert.rejects(queued, isLeaving);
  const refused = assert.rejects(running, isLeaving);
  await runtime.advance(20_000);
  await Promise.all([refused, stopped]);
  await assert.rejects(general.process(SECURITY, event), isLeaving);
});

test('general / process / the same execution answers at once, outside the log', async () => {
  const { general, disk, notes } = await started();
  const result = await general.process(SECURITY, pullRequestEvent());
  assert.equal(result.general, SECURITY);
  assert.equal(result.engine, 'offline-rules');
  assert.equal(await storyOn(disk), '');
  assert.deepEqual(notes, []);
});

test('general / process / a general that is not here, and a full one, are errors that say so', async () => {
  const { general } = await started({ model: new ScriptedModel('hang') });
  const event = pullRequestEvent();
  await assert.rejects(
    general.process('triage-general', event),
    (error) => hasCode(error, 'general-not-here') && /metrics-general/.test(error.fix),
  );
  const waiting = Array.from({ length: 10 }, () => general.process(SECURITY, event));
  for (const each of waiting) each.catch(() => undefined);
  await assert.rejects(general.process(SECURITY, event), (error) => hasCode(error, 'queue-full'));
});

test('general / process / an execution that fails is an error to who asked', async () => {
  const broken = new MeshError('template-failed', { template: 'x', problem: 'the test said so' });
  const { general } = await started({ model: new ScriptedModel(broken) });
  await assert.rejects(general.process(SECURITY, pullRequestEvent()), (error) => hasCode(error, 'template-failed'));
});

test('general / load / tells what runs and waits, how long the last took and how many failed', async () => {
  const { general, runtime, disk } = await started({ model: new ScriptedModel('hang') });
  let changes = 0;
  general.onChange(() => changes++);
  assert.deepEqual(general.load()[0], { name: SECURITY, running: 0, queued: 0, capacity: 10, failureRate: 0 });
  for (const number of [1, 2, 3]) await general.offer(OWNER, numberedOffer(number));
  assert.deepEqual(general.load()[0], { name: SECURITY, running: 2, queued: 1, capacity: 10, failureRate: 0 });
  await runtime.advance(120_000);
  await until('two are done', async () => (await storyOn(disk)).split('done').length === 3);
  assert.deepEqual(general.load()[0], {
    name: SECURITY,
    running: 1,
    queued: 0,
    capacity: 10,
    latencyMs: 120_000,
    failureRate: 0,
  });
  assert.ok(changes >= 5);
});

test('general / disk / a failed write ends the execution with the error of the disk, not with a record', async () => {
  const { general, disk } = await started();
  disk.fail('store-write-failed');
  await assert.rejects(general.offer(OWNER, offerOf()), (error) => hasCode(error, 'store-write-failed'));
});
