import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEASE_MS, MAX_ATTEMPTS } from '../../protocols/dispatch.ts';
import type { MeshEvent } from '../../protocols/event.ts';
import { type EventId, EventIdSchema } from '../../protocols/ids.ts';
import { DeadLetters } from '../../roles/operator/dead-letters.ts';
import { replayOf } from '../../roles/operator/replay.ts';
import { listTasks } from '../../roles/operator/task-list.ts';
import { mergeRoutes } from '../../roles/orchestrator/routes.ts';
import { AGEING_MS } from '../../roles/policy/priority.ts';
import { pullRequestEvent } from '../fakes/events.ts';
import type { SimMesh } from '../fakes/sim-mesh.ts';
import { eventAbout, meshOf, only, TRIAGE, TWO } from '../fakes/sim-orchestration.ts';

/** What an operator does on one node. */
function operatorOn(mesh: SimMesh, name: string) {
  const { boot, disk, runtime } = mesh.node(name);
  const logs = { journal: boot.replica, tables: disk };
  const findEvent = async (id: string) => EventIdSchema.parse(id);
  const letters = new DeadLetters({ ...logs, runtime, findEvent });
  return { letters, tasks: (state?: string) => listTasks({ limit: 100, ...(state && { state }) }, logs) };
}

/** As a node that is asked to stop: it says so, and hands back what it accepted and did not begin (W8). */
async function leave(mesh: SimMesh, name: string, ids: readonly EventId[]): Promise<void> {
  mesh.node(name).boot.announcer.leave();
  for (const eventId of ids) await mesh.append(name, { v: 1, type: 'handed-back', at: 0, eventId, slot: TRIAGE });
}

test('tasks / ageing / background work is done although something urgent comes for ever', async () => {
  const rules = ['low', 'high'].map((name) => ({
    name,
    match: { repository: `acme/${name}` },
    generals: ['triage'],
    priority: name === 'low' ? ('background' as const) : ('high' as const),
  }));
  const mesh = await meshOf({ gen1: 'prod-us' }, { routes: mergeRoutes(rules, { defaults: false }) });
  mesh.general('gen1').behaviour.durationMs = 600_000;
  const emit = (repository: string, i: number) => mesh.emit(eventAbout(`${repository}#${i}`, { repository }));
  // Ten places: every ten minutes ten are free, and eleven come.
  for (let i = 0; i < 20; i++) await emit('acme/high', i);
  const patient = await emit('acme/low', 0);
  let sent = 20;
  const start = mesh.clock.now;
  const isDone = async () => (await mesh.story(patient)).settled !== undefined;
  while (!(await isDone()) && mesh.clock.now - start < 6 * AGEING_MS) {
    for (let i = 0; i < 11; i++) await emit('acme/high', sent++);
    await mesh.advance(600_000);
  }
  assert.equal((await mesh.story(patient)).settled?.outcome, 'done');
  assert.ok(mesh.clock.now - start > 2 * AGEING_MS, 'what was more urgent went first for a while');
  assert.ok((await operatorOn(mesh, 'orc').tasks()).length > 20, 'and never stopped coming');
});

test('tasks / leaving / what a node hands back is with another at once, in the order of its subject', async () => {
  const mesh = await meshOf(TWO);
  for (const name of ['gen1', 'gen2']) mesh.general(name).behaviour.isMute = true;
  const ids: EventId[] = [];
  for (let i = 0; i < 3; i++) ids.push(await mesh.emit(eventAbout('acme/app#1')));
  await mesh.advance(500);
  const holder = mesh.nameOf((await mesh.story(ids[0] as EventId)).tasks[0]?.accepted?.by) ?? '';
  const other = holder === 'gen1' ? 'gen2' : 'gen1';
  mesh.general(other).behaviour.isMute = false;
  const before = mesh.clock.now;
  await leave(mesh, holder, ids);
  for (const id of ids) assert.equal((await mesh.settle(id)).settled?.outcome, 'done');
  const executions = mesh.general(other).executions;
  assert.deepEqual(
    executions.map(({ eventId }) => eventId),
    ids,
  );
  assert.ok((executions[0]?.at ?? 0) - before < 1_000, 'nobody waited for a lease');
  const [task] = (await mesh.story(ids[0] as EventId)).tasks;
  assert.deepEqual([task?.handedBack.map((peer) => mesh.nameOf(peer)), task?.attempts.length], [[holder], 1]);
});

test('tasks / leaving / with nobody else there it waits, and is done when somebody comes', async () => {
  const mesh = await meshOf({ gen1: 'prod-us' });
  mesh.general('gen1').behaviour.isMute = true;
  const id = await mesh.emit(eventAbout('acme/app#1'));
  await mesh.advance(500);
  await leave(mesh, 'gen1', [id]);
  await mesh.crash('gen1');
  await mesh.advance(60_000);
  assert.equal((await operatorOn(mesh, 'orc').tasks())[0]?.note, 'handed back by a node that left');
  await mesh.add('gen2', { roles: ['general'], offers: ['triage-general'] });
  assert.equal((await mesh.settle(id)).settled?.outcome, 'done');
});

/** New commits of one pull request. */
function pushed(head: string): MeshEvent {
  const { data } = pullRequestEvent();
  assert.ok(data.pullRequest);
  const pullRequest = { ...data.pullRequest, state: 'open', head: { ref: 'topic', sha: head } };
  return eventAbout('acme/app#7', { type: 'com.github.pull_request.synchronize', data: { pullRequest } });
}

test('tasks / superseded / while nobody takes them, only the newest head of a pull request is worked on', async () => {
  const mesh = await meshOf(TWO);
  for (const name of ['gen1', 'gen2']) mesh.general(name).behaviour.answer = { type: 'busy', retryAfterMs: 1_000 };
  const ids: EventId[] = [];
  for (const head of ['a', 'b', 'c']) ids.push(await mesh.emit(pushed(head)));
  const comment = await mesh.emit(eventAbout('acme/app#7'));
  await mesh.advance(5_000);
  for (const name of ['gen1', 'gen2']) mesh.general(name).behaviour.answer = undefined;
  const stories = [];
  for (const id of [...ids, comment]) stories.push(await mesh.settle(id));
  assert.deepEqual(
    stories.map(({ tasks, settled }) => [tasks[0]?.state, tasks[0]?.superseded?.by, settled?.outcome]),
    [
      ['superseded', ids[1], 'done'],
      ['superseded', ids[2], 'done'],
      ['done', undefined, 'done'],
      ['done', undefined, 'done'],
    ],
  );
  assert.equal(mesh.executions().length, 2);
});

test('tasks / superseded / what was begun is finished, whatever comes after it', async () => {
  const mesh = await meshOf({ gen1: 'prod-us' });
  mesh.general('gen1').behaviour.durationMs = 10_000;
  const first = await mesh.emit(pushed('a'));
  await mesh.advance(500);
  const second = await mesh.emit(pushed('b'));
  for (const id of [first, second]) assert.equal((await mesh.settle(id)).tasks[0]?.state, 'done');
});

test('tasks / takeover / a new owner waits a whole lease by its own clock before it reassigns', async () => {
  const mesh = await meshOf(TWO);
  await mesh.add('orc2', { roles: ['orchestrator'] });
  await mesh.advance(3_000);
  for (const name of ['gen1', 'gen2']) mesh.general(name).behaviour.isMute = true;
  const subject = Array.from({ length: 20 }, (_, i) => `acme/app#${i}`).find(
    (each) => mesh.nameOf(mesh.orchestrator('orc').ownerOf(each)) === 'orc2',
  );
  const id = await mesh.emit(eventAbout(subject ?? ''));
  await mesh.advance(60_000);
  const silent = mesh.nameOf((await mesh.story(id)).tasks[0]?.accepted?.by) ?? '';
  const other = silent === 'gen1' ? 'gen2' : 'gen1';
  mesh.general(other).behaviour.isMute = false;
  await mesh.crash('orc2');
  await mesh.until('it is taken over', () => mesh.orchestrator('orc').stats().owned === 1);
  const takenOverAt = mesh.clock.now;
  const story = await mesh.settle(id, 300_000);
  assert.equal(mesh.nameOf(story.tasks[0]?.done?.by), other);
  const waited = (mesh.general(other).executions[0]?.at ?? 0) - takenOverAt;
  assert.ok(waited >= LEASE_MS && waited < LEASE_MS + 10_000, `${waited} ms`);
  assert.equal((await mesh.records(id, 'distribution')).length, 1, 'the decision was inherited');
});

test('tasks / dead letters / one is tried anew from any node, and settled once more', async () => {
  const mesh = await meshOf(TWO);
  const refusal = { type: 'refuse', reason: 'not my kind of work', final: true } as const;
  for (const name of ['gen1', 'gen2']) mesh.general(name).behaviour.answer = refusal;
  const id = await mesh.emit(eventAbout('acme/app#1'));
  assert.equal((await mesh.settle(id)).settled?.outcome, 'dead');
  await mesh.advance(1_000);
  const { letters } = operatorOn(mesh, 'gen1');
  const [letter] = await letters.list({ limit: 10 });
  assert.match(letter?.reason ?? '', /refused: not my kind of work/);
  assert.deepEqual([letter?.eventId, letter?.slot, letter?.round], [id, TRIAGE, 0]);
  for (const name of ['gen1', 'gen2']) mesh.general(name).behaviour.answer = undefined;
  assert.deepEqual(await letters.retry(id), { eventId: id, slots: [TRIAGE] });
  const story = await mesh.settle(id);
  assert.deepEqual([story.settled?.outcome, story.tasks[0]?.round], ['done', 1]);
  assert.equal(mesh.executions(id).length, 1);
  for (const name of ['gen2', 'orc', 'agg']) {
    await mesh.advance(1_000);
    assert.deepEqual(await operatorOn(mesh, name).letters.list({ limit: 10 }), [], name);
  }
  await assert.rejects(letters.retry(id), { code: 'not-found' });
  await mesh.crash('orc');
  await mesh.restart('orc');
  await mesh.advance(10_000);
  assert.equal(mesh.orchestrator('orc').stats().open, 0);
  assert.equal(mesh.executions(id).length, 1);
});

test('tasks / dead letters / an owner that did not know of the retry cannot settle it', async () => {
  const mesh = await meshOf({ gen1: 'prod-us' });
  const { behaviour } = mesh.general('gen1');
  behaviour.answer = { type: 'refuse', reason: 'no', final: true };
  const id = await mesh.emit(eventAbout('acme/app#1'));
  await mesh.settle(id);
  behaviour.answer = undefined;
  behaviour.durationMs = 30_000;
  await operatorOn(mesh, 'orc').letters.retry(id);
  await mesh.advance(1_000);
  await mesh.append('agg', { v: 1, type: 'settled', at: 0, eventId: id, outcome: 'dead' });
  await mesh.append('agg', { v: 1, type: 'dead', at: 0, eventId: id, slot: TRIAGE, reason: 'long ago' });
  await mesh.advance(1_000);
  assert.equal(mesh.orchestrator('orc').stats().open, 1);
  assert.equal((await mesh.settle(id)).settled?.outcome, 'done');
});

test('tasks / dead letters / tried anew it has eight more executions, and their numbers count on', async () => {
  const mesh = await meshOf(TWO);
  for (const name of ['gen1', 'gen2']) mesh.general(name).behaviour.failures = 100;
  const id = await mesh.emit(eventAbout('acme/app#1'));
  await mesh.settle(id, 3_600_000);
  await operatorOn(mesh, 'orc').letters.retry(id);
  const again = await mesh.settle(id, 3_600_000);
  assert.equal(again.settled?.outcome, 'dead');
  const numbers = again.tasks[0]?.attempts.map(({ number }) => number) ?? [];
  assert.deepEqual(
    numbers,
    Array.from({ length: 2 * MAX_ATTEMPTS }, (_, i) => i + 1),
  );
  assert.equal((await operatorOn(mesh, 'agg').letters.list({ limit: 10 }))[0]?.round, 1);
  for (const name of ['gen1', 'gen2']) mesh.general(name).behaviour.failures = 0;
  await operatorOn(mesh, 'orc').letters.retry(id);
  assert.equal((await mesh.settle(id)).settled?.outcome, 'done');
});

test('tasks / dead letters / one slot is tried anew while the other is still worked on', async () => {
  const mesh = await meshOf({ gen1: 'prod-us', gen2: 'dev' }, only({ generals: ['triage'], strategy: 'broadcast' }));
  mesh.general('gen1').behaviour.answer = { type: 'refuse', reason: 'no', final: true };
  mesh.general('gen2').behaviour.durationMs = 60_000;
  const id = await mesh.emit(eventAbout('acme/app#1'));
  await mesh.until('one is dead', async () => (await mesh.story(id)).tasks.some(({ state }) => state === 'dead'));
  await mesh.advance(1_000);
  mesh.general('gen1').behaviour.answer = undefined;
  await operatorOn(mesh, 'orc').letters.retry(id);
  await mesh.advance(5_000);
  assert.deepEqual(mesh.executions(id), ['gen2 triage-general@dev', 'gen1 triage-general@prod-us']);
  assert.equal((await mesh.settle(id)).settled?.outcome, 'done');
});

test('tasks / dead letters / a general that nobody offered is waited for anew', async () => {
  const mesh = await meshOf({}, { waitingDeadlineMs: 3_600_000 });
  const id = await mesh.emit(eventAbout('acme/app#1'));
  assert.equal((await mesh.settle(id, 4_000_000, 60_000)).settled?.outcome, 'dead');
  await operatorOn(mesh, 'orc').letters.retry(id);
  await mesh.advance(1_800_000);
  assert.equal((await mesh.story(id)).settled, undefined);
  await mesh.add('late', { roles: ['general'], offers: ['triage-general'] });
  assert.equal((await mesh.settle(id, 600_000)).settled?.outcome, 'done');
});

test('tasks / dead letters / one that is dropped is listed nowhere, and its event stays as it ended', async () => {
  const mesh = await meshOf(TWO);
  for (const name of ['gen1', 'gen2']) {
    mesh.general(name).behaviour.answer = { type: 'refuse', reason: 'no', final: true };
  }
  const id = await mesh.emit(eventAbout('acme/app#1'));
  await mesh.settle(id);
  await operatorOn(mesh, 'orc').letters.drop(id, TRIAGE);
  await mesh.advance(1_000);
  for (const name of ['agg', 'orc', 'gen1'])
    assert.deepEqual(await operatorOn(mesh, name).letters.list({ limit: 9 }), []);
  const story = await mesh.story(id);
  assert.deepEqual(
    [story.settled?.outcome, story.tasks[0]?.state, story.tasks[0]?.dead?.dropped],
    ['dead', 'dead', true],
  );
  assert.equal(mesh.orchestrator('orc').stats().open, 0);
});

test('tasks / list / tells what is under way and who has it, on every node', async () => {
  const mesh = await meshOf({ gen1: 'prod-us' }, only({ generals: ['triage', 'security'] }));
  mesh.general('gen1').behaviour.durationMs = 60_000;
  const [first, second] = [await mesh.emit(eventAbout('acme/app#1')), await mesh.emit(eventAbout('acme/app#2'))];
  await mesh.advance(1_000);
  for (const name of ['agg', 'orc', 'gen1']) {
    const { tasks } = operatorOn(mesh, name);
    assert.deepEqual(
      (await tasks()).map(({ eventId, slot, state, node }) => [eventId, slot, state, mesh.nameOf(node)]),
      [first, second].flatMap((id) => [
        [id, 'triage-general', 'running', 'gen1'],
        [id, 'security-general', 'waiting', undefined],
      ]),
    );
    assert.equal((await tasks('waiting')).length, 2);
  }
  await mesh.until('both have ended', () =>
    mesh
      .general('gen1')
      .load()
      .every(({ running }) => running === 0),
  );
  await mesh.advance(1_000);
  assert.deepEqual(
    (await operatorOn(mesh, 'orc').tasks()).map(({ slot }) => slot),
    ['security-general', 'security-general'],
  );
});

test('tasks / replay / is an event of its own that says what it follows from, for all or for one general', async () => {
  const mesh = await meshOf({ gen1: 'prod-us', gen2: 'dev' }, only({ generals: ['triage'], strategy: 'broadcast' }));
  const event = eventAbout('acme/app#1', { hops: 1 });
  await mesh.settle(await mesh.emit(event));
  const replays = [replayOf(event, { unique: '1' }), replayOf(event, { unique: '2', to: 'triage-general' })];
  for (const replay of replays) {
    assert.deepEqual([replay.causationid, replay.correlationid, replay.hops], [event.id, event.correlationid, 1]);
    assert.equal((await mesh.settle(await mesh.emit(replay))).settled?.outcome, 'done');
  }
  const [all, one] = replays.map(({ id }) => mesh.executions(id).length);
  assert.deepEqual([all, one], [2, 1], 'the routes say broadcast, an asked general is one');
});
