import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventId } from '../../protocols/ids.ts';
import { type FileRule, mergeRoutes } from '../../roles/orchestrator/routes.ts';
import { eventAbout, meshOf, only, TRIAGE, TWO } from '../fakes/sim-orchestration.ts';

const STRATEGIES: readonly { strategy: FileRule['strategy']; executions: number }[] = [
  { strategy: 'round_robin', executions: 1 },
  { strategy: 'load_balanced', executions: 1 },
  { strategy: 'capability', executions: 1 },
  { strategy: 'broadcast', executions: 2 },
];
for (const { strategy, executions } of STRATEGIES) {
  test(`orchestration / ${strategy} / an event is decided, worked on and settled, and every node can tell so`, async () => {
    const mesh = await meshOf(
      { gen1: 'prod-us', gen2: 'prod-us', gen3: 'dev' },
      only({ generals: ['triage'], ...(strategy && { strategy }) }),
    );
    const id = await mesh.emit(eventAbout('acme/app#1'));
    const story = await mesh.settle(id);
    assert.equal(story.settled?.outcome, 'done');
    assert.equal(story.distribution?.strategy, strategy);
    assert.equal(story.distribution?.slots.flatMap(({ candidates }) => candidates).length, 3);
    assert.equal(mesh.executions(id).length, executions);
    await mesh.advance(1_000);
    assert.deepEqual((await mesh.story(id, 'gen3')).settled, story.settled);
    assert.equal(mesh.orchestrator('orc').stats().open, 0);
  });
}

test('orchestration / groups / a decision is synced with its event, and an end with its last result', async () => {
  const mesh = await meshOf({ gen1: 'prod-us' });
  const groups: string[][] = [];
  mesh
    .node('orc')
    .boot.replica.onCommit((entries) =>
      groups.push(entries.map(({ decoded }) => (decoded.ok ? decoded.record.type : 'unreadable'))),
    );
  await mesh.settle(await mesh.emit(eventAbout('acme/app#1')));
  const decided = groups.find((types) => types.includes('distribution'));
  assert.ok(decided?.includes('event'), `${decided}`);
  const ended = groups.find((types) => types.includes('settled'));
  assert.ok(ended?.includes('done'), `${ended}`);
});

test('orchestration / groups / two events of one subject in one group are numbered in their order', async () => {
  const mesh = await meshOf({ gen1: 'prod-us' });
  const ids = await Promise.all([1, 2, 3].map(() => mesh.emit(eventAbout('acme/app#1'))));
  const stories = [];
  for (const id of ids) stories.push(await mesh.settle(id));
  assert.deepEqual(
    stories.map(({ distribution }) => distribution?.number),
    [0, 1, 2],
  );
});

test('orchestration / round robin / twelve events on twelve subjects are shared evenly', async () => {
  const mesh = await meshOf({ gen1: 'prod-us', gen2: 'prod-us', gen3: 'dev' });
  for (let i = 0; i < 12; i++) await mesh.settle(await mesh.emit(eventAbout(`acme/app#${i}`)));
  const shares = ['gen1', 'gen2', 'gen3'].map((name) => mesh.general(name).executions.length);
  assert.deepEqual(shares, [4, 4, 4]);
});

test('orchestration / busy / the next candidate is asked, and the first is not asked again', async () => {
  const mesh = await meshOf(TWO);
  const id = await mesh.emit(eventAbout('acme/app#1'));
  const [first] = mesh.executions(await mesh.settle(id).then(({ eventId }) => eventId));
  const other = first?.startsWith('gen1') ? 'gen2' : 'gen1';
  mesh.general(other).behaviour.answer = { type: 'busy', retryAfterMs: 1_000 };
  const second = await mesh.emit(eventAbout('acme/app#2'));
  await mesh.settle(second);
  assert.deepEqual(
    mesh
      .orchestrator('orc')
      .offersOf(second)
      .map(({ to, answer }) => [mesh.nameOf(to), answer]),
    [
      [other, 'busy: again in 1000 ms'],
      [other === 'gen1' ? 'gen2' : 'gen1', 'accept'],
    ],
  );
});

test('orchestration / unreachable / it is tried again until somebody can be reached', async () => {
  const mesh = await meshOf({ gen1: 'prod-us' });
  mesh.cut('gen1');
  const id = await mesh.emit(eventAbout('acme/app#1'));
  await mesh.advance(8_000);
  const answers = mesh
    .orchestrator('orc')
    .offersOf(id)
    .map(({ answer }) => answer);
  assert.ok(answers.length >= 2, `${answers.length} offers`);
  assert.ok(answers.every((answer) => answer === 'peer-unreachable'));
  await mesh.mend('gen1');
  assert.equal((await mesh.settle(id)).settled?.outcome, 'done');
  assert.equal(mesh.executions(id).length, 1);
});

test('orchestration / nobody offers it / it waits, says so, and goes on when the general appears', async () => {
  const mesh = await meshOf({});
  const id = await mesh.emit(eventAbout('acme/app#1'));
  await mesh.advance(600_000);
  const before = await mesh.story(id);
  assert.deepEqual(
    before.distribution?.waiting.map(({ general, reason }) => [general, reason]),
    [['triage-general', 'nobody offers it']],
  );
  assert.deepEqual(mesh.orchestrator('orc').stats().awaited, ['triage-general']);
  await mesh.add('late', { roles: ['general'], offers: ['triage-general'] });
  const story = await mesh.settle(id);
  assert.equal(story.settled?.outcome, 'done');
  assert.equal(story.distribution?.revision, 1);
  assert.deepEqual(story.distribution?.waiting, []);
});

test('orchestration / nobody offers it / after the time it may wait it is a dead letter', async () => {
  const mesh = await meshOf({}, { waitingDeadlineMs: 3_600_000 });
  const id = await mesh.emit(eventAbout('acme/app#1'));
  await mesh.advance(3_500_000);
  assert.equal((await mesh.story(id)).settled, undefined);
  const story = await mesh.settle(id);
  assert.equal(story.settled?.outcome, 'dead');
  assert.equal(story.tasks[0]?.state, 'dead');
});

test('orchestration / broadcast / a cluster that is away waits, the others do not', async () => {
  const mesh = await meshOf({ gen1: 'prod-us', gen2: 'dev' }, only({ generals: ['triage'], strategy: 'broadcast' }));
  await mesh.crash('gen2');
  await mesh.advance(20_000);
  const id = await mesh.emit(eventAbout('acme/app#1'));
  await mesh.until('prod-us is done', async () => (await mesh.story(id)).tasks[0]?.state === 'done');
  const story = await mesh.story(id);
  assert.deepEqual(
    story.distribution?.waiting.map(({ general, cluster }) => [general, cluster]),
    [['triage-general', 'dev']],
  );
  assert.equal(story.settled, undefined);
  await mesh.restart('gen2');
  assert.equal((await mesh.settle(id)).settled?.outcome, 'done');
  assert.deepEqual(mesh.executions(id), ['gen1 triage-general@prod-us', 'gen2 triage-general@dev']);
});

test('orchestration / refused / a final refusal by everybody is a dead letter', async () => {
  const mesh = await meshOf(TWO);
  for (const name of ['gen1', 'gen2']) {
    mesh.general(name).behaviour.answer = { type: 'refuse', reason: 'not my kind of work', final: true };
  }
  const story = await mesh.settle(await mesh.emit(eventAbout('acme/app#1')));
  assert.equal(story.settled?.outcome, 'dead');
  assert.match(story.tasks[0]?.dead?.reason ?? '', /refused: not my kind of work/);
  assert.equal(mesh.orchestrator('orc').offersOf(story.eventId).length, 2);
});

test('orchestration / failures / eight executions that fail are a dead letter', async () => {
  const mesh = await meshOf(TWO);
  for (const name of ['gen1', 'gen2']) mesh.general(name).behaviour.failures = 100;
  const story = await mesh.settle(await mesh.emit(eventAbout('acme/app#1')), 3_600_000);
  assert.equal(story.settled?.outcome, 'dead');
  assert.equal(story.tasks[0]?.attempts.length, 8);
  assert.equal(mesh.executions().length, 8);
  assert.match(story.tasks[0]?.dead?.reason ?? '', /8 executions failed, the last with internal: it was told to/);
});

test('orchestration / failures / the next execution is on the other replica, and its success counts', async () => {
  const mesh = await meshOf(TWO);
  for (const name of ['gen1', 'gen2']) mesh.general(name).behaviour.failures = 1;
  const story = await mesh.settle(await mesh.emit(eventAbout('acme/app#1')), 3_600_000);
  assert.equal(story.settled?.outcome, 'done');
  const names = story.tasks[0]?.attempts.map(({ by }) => mesh.nameOf(by)) ?? [];
  assert.equal(names.length, 3);
  assert.equal(new Set(names.slice(0, 2)).size, 2);
});

test('orchestration / lease / a node that took it and went silent loses it after 90 s to the other replica', async () => {
  const mesh = await meshOf(TWO);
  for (const name of ['gen1', 'gen2']) mesh.general(name).behaviour.isMute = true;
  const id = await mesh.emit(eventAbout('acme/app#1'));
  await mesh.advance(1_000);
  const silent = mesh.nameOf((await mesh.story(id)).tasks[0]?.accepted?.by);
  assert.ok(silent);
  const other = silent === 'gen1' ? 'gen2' : 'gen1';
  mesh.general(other).behaviour.isMute = false;
  await mesh.advance(85_000);
  assert.deepEqual(mesh.executions(id), []);
  const story = await mesh.settle(id);
  assert.equal(mesh.nameOf(story.tasks[0]?.done?.by), other);
});

test('orchestration / lease / a node that works for long and says so keeps it', async () => {
  const mesh = await meshOf(TWO);
  for (const name of ['gen1', 'gen2']) mesh.general(name).behaviour.durationMs = 1_800_000;
  const id = await mesh.emit(eventAbout('acme/app#1'));
  const story = await mesh.settle(id, 2_000_000, 10_000);
  assert.equal(story.settled?.outcome, 'done');
  assert.equal(mesh.executions(id).length, 1);
});

const MOMENTS = [
  { id: 'before it decided', ms: 0 },
  { id: 'while the general works', ms: 1_000 },
];
for (const { id: moment, ms } of MOMENTS) {
  test(`orchestration / restart / an orchestrator killed ${moment} finishes after its restart, and nothing is executed twice`, async () => {
    const mesh = await meshOf(TWO);
    for (const name of ['gen1', 'gen2']) mesh.general(name).behaviour.durationMs = 10_000;
    if (ms === 0) await mesh.crash('orc');
    const ids: EventId[] = [];
    for (let i = 0; i < 5; i++) ids.push(await mesh.emit(eventAbout(`acme/app#${i}`)));
    if (ms > 0) {
      await mesh.advance(ms);
      assert.equal(mesh.executions().length, 5);
      await mesh.crash('orc');
    }
    await mesh.advance(5_000);
    await mesh.restart('orc');
    for (const id of ids) {
      assert.equal((await mesh.settle(id)).settled?.outcome, 'done');
      assert.equal(mesh.executions(id).length, 1);
      assert.equal((await mesh.records(id, 'accepted')).length, 1);
    }
  });
}

test('orchestration / two orchestrators / each event has one owner, and both own some', async () => {
  const mesh = await meshOf(TWO);
  await mesh.add('orc2', { roles: ['orchestrator'] });
  await mesh.advance(3_000);
  const owners = new Set<string | undefined>();
  for (let i = 0; i < 12; i++) {
    const story = await mesh.settle(await mesh.emit(eventAbout(`acme/app#${i}`)));
    const decisions = await mesh.records(story.eventId, 'distribution');
    assert.equal(decisions.length, 1);
    assert.equal(mesh.executions(story.eventId).length, 1);
    assert.equal(story.distributedBy, mesh.orchestrator('orc').ownerOf(`acme/app#${i}`));
    assert.equal(story.distributedBy, mesh.orchestrator('orc2').ownerOf(`acme/app#${i}`));
    owners.add(mesh.nameOf(story.distributedBy));
  }
  assert.deepEqual([...owners].sort(), ['orc', 'orc2']);
});

test('orchestration / two orchestrators / when one dies the other takes over and nothing is executed twice', async () => {
  const mesh = await meshOf(TWO);
  await mesh.add('orc2', { roles: ['orchestrator'] });
  await mesh.advance(3_000);
  for (const name of ['gen1', 'gen2']) mesh.general(name).behaviour.durationMs = 60_000;
  const ids: EventId[] = [];
  for (let i = 0; i < 8; i++) ids.push(await mesh.emit(eventAbout(`acme/app#${i}`)));
  await mesh.advance(1_000);
  await mesh.crash('orc2');
  const orphan = await mesh.emit(eventAbout('acme/app#8'));
  for (const id of [...ids, orphan]) {
    assert.equal((await mesh.settle(id, 300_000)).settled?.outcome, 'done');
    assert.equal(mesh.executions(id).length, 1);
  }
});

test('orchestration / two orchestrators / who takes a subject over goes on with its oldest event', async () => {
  const mesh = await meshOf(TWO);
  await mesh.add('orc2', { roles: ['orchestrator'] });
  await mesh.advance(3_000);
  const { orc2 } = Object.fromEntries([...mesh.nodes].map(([name, { card }]) => [name, card.peer]));
  const subject = [1, 2, 3, 4, 5, 6, 7, 8]
    .map((i) => `acme/app#${i}`)
    .find((each) => mesh.orchestrator('orc').ownerOf(each) === orc2);
  assert.ok(subject);
  await mesh.crash('orc2');
  const first = await mesh.emit(eventAbout(subject));
  await mesh.until('the other owns it', () => mesh.orchestrator('orc').ownerOf(subject) !== orc2, 60_000, 100);
  const second = await mesh.emit(eventAbout(subject));
  const numbers = [await mesh.settle(first), await mesh.settle(second)].map(({ distribution }) => distribution?.number);
  assert.deepEqual(numbers, [0, 1]);
});

test('orchestration / two orchestrators / one that starts watches first, and never speaks about what the other owns', async () => {
  const mesh = await meshOf(TWO);
  for (const name of ['gen1', 'gen2']) mesh.general(name).behaviour.durationMs = 60_000;
  const ids: EventId[] = [];
  for (let i = 0; i < 10; i++) ids.push(await mesh.emit(eventAbout(`acme/app#${i}`)));
  await mesh.advance(1_000);
  await mesh.add('orc2', { roles: ['orchestrator'] });
  const newcomer = mesh.orchestrator('orc2');
  // It has heard of nobody yet, so for all it knows every event is its own.
  await mesh.advance(50);
  assert.deepEqual(
    ids.flatMap((id) => newcomer.offersOf(id)),
    [],
  );
  await mesh.advance(20_000);
  const own = (i: number) => mesh.nameOf(newcomer.ownerOf(`acme/app#${i}`)) === 'orc2';
  assert.deepEqual(
    ids.map((id) => newcomer.offersOf(id).length),
    ids.map((_, i) => (own(i) ? 1 : 0)),
  );
  assert.ok(ids.some((_, i) => own(i)) && !ids.every((_, i) => own(i)));
});

test('orchestration / two orchestrators / what moved to a new owner is let go by the old one', async () => {
  const mesh = await meshOf({ gen1: 'prod-us' });
  mesh.general('gen1').behaviour.answer = { type: 'busy', retryAfterMs: 1_000 };
  const ids: EventId[] = [];
  for (let i = 0; i < 10; i++) ids.push(await mesh.emit(eventAbout(`acme/app#${i}`)));
  await mesh.advance(1_000);
  await mesh.add('orc2', { roles: ['orchestrator'] });
  await mesh.advance(3_000);
  const [old, newcomer] = [mesh.orchestrator('orc'), mesh.orchestrator('orc2')];
  const offers = (node: typeof old, id: EventId) => node.offersOf(id).length;
  const before = ids.map((id) => offers(old, id));
  await mesh.advance(300_000);
  for (const [i, id] of ids.entries()) {
    const hasMoved = mesh.nameOf(old.ownerOf(`acme/app#${i}`)) === 'orc2';
    assert.equal(offers(old, id) > (before[i] ?? 0), !hasMoved, `the old owner and event ${i}`);
    assert.equal(offers(newcomer, id) > 0, hasMoved, `the new owner and event ${i}`);
  }
  mesh.general('gen1').behaviour.answer = undefined;
  for (const id of ids) assert.equal((await mesh.settle(id, 600_000)).settled?.outcome, 'done');
});

test('orchestration / inactive / a general set inactive is not chosen, and is again when set active', async () => {
  const mesh = await meshOf({ gen1: 'prod-us', gen2: 'dev' });
  await mesh.orchestrator('orc').setGeneralStatus('prod-us', 'triage-general', 'inactive');
  for (let i = 0; i < 4; i++) await mesh.settle(await mesh.emit(eventAbout(`acme/app#${i}`)));
  assert.equal(mesh.general('gen1').executions.length, 0);
  await mesh.orchestrator('orc').setGeneralStatus('dev', 'triage-general', 'inactive');
  const id = await mesh.emit(eventAbout('acme/app#9'));
  await mesh.advance(60_000);
  assert.match((await mesh.story(id)).distribution?.waiting[0]?.reason ?? '', /gen1 in prod-us is inactive/);
  await mesh.orchestrator('orc').setGeneralStatus('prod-us', 'triage-general', 'active');
  const story = await mesh.settle(id);
  assert.equal(mesh.nameOf(story.tasks[0]?.done?.by), 'gen1');
});

test('orchestration / inactive / a status for a general that nobody offers is refused', async () => {
  const mesh = await meshOf(TWO);
  await assert.rejects(mesh.orchestrator('orc').setGeneralStatus('dev', 'triage-general', 'inactive'), {
    code: 'general-unknown',
  });
});

test('orchestration / order / two replicas never work on one subject at once', async () => {
  const mesh = await meshOf(TWO);
  const ids: EventId[] = [];
  for (let i = 0; i < 6; i++) ids.push(await mesh.emit(eventAbout('acme/app#1')));
  const stories = [];
  for (const id of ids) stories.push(await mesh.settle(id));
  assert.deepEqual(
    stories.map(({ distribution }) => distribution?.number),
    [0, 1, 2, 3, 4, 5],
  );
  // All were given out while the first was still held, so all lie with the same node.
  assert.equal(new Set(stories.map(({ tasks }) => tasks[0]?.done?.by)).size, 1);
});

test('orchestration / order / numbering goes on after a restart', async () => {
  const mesh = await meshOf(TWO);
  await mesh.settle(await mesh.emit(eventAbout('acme/app#1')));
  await mesh.settle(await mesh.emit(eventAbout('acme/app#1')));
  await mesh.crash('orc');
  await mesh.restart('orc');
  const story = await mesh.settle(await mesh.emit(eventAbout('acme/app#1')));
  assert.equal(story.distribution?.number, 2);
});

test('orchestration / overload / eighty events on one small general are all done, the urgent ones first', async () => {
  const mesh = await meshOf(
    { gen1: 'prod-us' },
    {
      routes: mergeRoutes(
        [
          { name: 'urgent', match: { repository: 'acme/urgent' }, generals: ['triage'], priority: 'critical' },
          { name: 'rest', match: { repository: 'acme/app' }, generals: ['triage'] },
        ],
        { defaults: false },
      ),
    },
  );
  const ids: EventId[] = [];
  for (let i = 0; i < 80; i++) {
    const repository = i >= 75 ? 'acme/urgent' : 'acme/app';
    ids.push(await mesh.emit(eventAbout(`${repository}#${i}`, { repository })));
  }
  for (const id of ids) assert.equal((await mesh.settle(id, 600_000)).settled?.outcome, 'done');
  const order = mesh.general('gen1').executions.map(({ eventId }) => ids.indexOf(eventId));
  assert.equal(order.length, 80);
  const lastUrgent = Math.max(...ids.slice(75).map((_, i) => order.indexOf(75 + i)));
  // Ten were taken before the urgent ones came.
  assert.ok(lastUrgent < 40, `the last urgent event was number ${lastUrgent}`);
});

test('orchestration / overload / of one subject that waits for room the urgent event does not overtake an earlier one', async () => {
  const urgent = {
    name: 'urgent',
    match: { kind: 'needs_attention' },
    generals: ['triage'],
    priority: 'critical',
  } as const;
  const rest = { name: 'rest', match: { repository: 'acme/app' }, generals: ['triage'] } as const;
  const mesh = await meshOf({ gen1: 'prod-us' }, { routes: mergeRoutes([urgent, rest], { defaults: false }) });
  for (let i = 0; i < 12; i++) await mesh.emit(eventAbout(`acme/app#${i}`));
  const first = await mesh.emit(eventAbout('acme/app#99'));
  const second = await mesh.emit(eventAbout('acme/app#99', { kind: 'needs_attention' }));
  for (const id of [first, second]) assert.equal((await mesh.settle(id, 60_000)).settled?.outcome, 'done');
  const order = mesh.general('gen1').executions.map(({ eventId }) => eventId);
  assert.deepEqual(
    order.filter((id) => id === first || id === second),
    [first, second],
  );
});

test('orchestration / overload / room that became free is used at once, not at the next presence', async () => {
  const mesh = await meshOf({ gen1: 'prod-us' });
  mesh.general('gen1').behaviour.durationMs = 50;
  const ids: EventId[] = [];
  for (let i = 0; i < 40; i++) ids.push(await mesh.emit(eventAbout(`acme/app#${i}`)));
  for (const id of ids) await mesh.settle(id, 5_000, 10);
  const times = mesh.general('gen1').executions.map(({ at }) => at);
  const took = Math.max(...times) - Math.min(...times);
  // Four rounds of ten, 50 ms each. Presences come 250 ms apart, so that by them alone it would take 500.
  assert.ok(took < 250, `${took} ms of the simulated clock`);
});

test('orchestration / distribute / tells the decision once it is made, for a known event too, and stores it once', async () => {
  const mesh = await meshOf({ gen1: 'prod-us', gen2: 'dev' });
  const event = eventAbout('acme/app#1', {
    data: { asked: { generals: ['triage'], strategy: 'broadcast', clusters: ['dev'] } },
  });
  const decision = await mesh.orchestrator('orc').distribute(event);
  assert.deepEqual(
    decision.slots.map(({ slot, rule, strategy }) => [slot, rule, strategy]),
    [['triage-general@dev', 'asked', 'broadcast']],
  );
  assert.deepEqual(await mesh.orchestrator('orc').distribute(event), decision);
  await mesh.settle(event.id);
  assert.equal((await mesh.records(event.id, 'event')).length, 1);
  assert.deepEqual(mesh.executions(event.id), ['gen2 triage-general@dev']);
});

test('orchestration / distribute / without an owner that decides it ends with an error, and the event is kept', async () => {
  const mesh = await meshOf(TWO);
  await mesh.add('orc2', { roles: ['orchestrator'] });
  await mesh.advance(3_000);
  const isTheirs = (i: number) => mesh.nameOf(mesh.orchestrator('orc').ownerOf(`acme/app#${i}`)) === 'orc2';
  const subject = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].find(isTheirs);
  const event = eventAbout(`acme/app#${subject}`);
  mesh.cut('orc2');
  const receipt = assert.rejects(mesh.orchestrator('orc').distribute(event), { code: 'request-timeout' });
  await mesh.advance(11_000);
  await receipt;
  assert.equal((await mesh.settle(event.id)).settled?.outcome, 'done');
});

test('orchestration / route test / tells what would happen and changes nothing', async () => {
  const mesh = await meshOf(TWO);
  const event = eventAbout('acme/app#1');
  const views = [0, 1].map(() => mesh.orchestrator('orc').routeTest(event));
  assert.deepEqual(views[0], views[1]);
  assert.deepEqual(
    views[0]?.slots.map(({ slot }) => slot),
    [TRIAGE],
  );
  assert.deepEqual((await mesh.story(event.id)).tasks, []);
});

test('orchestration / restart / nothing of a subject is offered before it is known who works on it', async () => {
  const mesh = await meshOf(TWO);
  for (const name of ['gen1', 'gen2']) mesh.general(name).behaviour.durationMs = 60_000;
  const first = await mesh.emit(eventAbout('acme/app#1'));
  await mesh.until('it is begun', async () => (await mesh.story(first)).tasks[0]?.state === 'running');
  await mesh.crash('orc');
  const others = [await mesh.emit(eventAbout('acme/app#1')), await mesh.emit(eventAbout('acme/app#1'))];
  await mesh.restart('orc');
  for (const id of [first, ...others]) assert.equal((await mesh.settle(id, 600_000)).settled?.outcome, 'done');
  const [general] = mesh.executions(first);
  for (const id of others) assert.deepEqual(mesh.executions(id), [general]);
});
