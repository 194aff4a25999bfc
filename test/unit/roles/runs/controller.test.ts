import assert from 'node:assert/strict';
import test from 'node:test';
import type { Member } from '../../../../roles/ports/roster.ts';
import { tableKey } from '../../../../roles/ports/tables.ts';
import { getRow, rangeRows } from '../../../../roles/replica/rows.ts';
import { controllerOf, RunController } from '../../../../roles/runs/controller.ts';
import { memberOf } from '../../../fakes/members.ts';
import { eventId, runEndedRecord, runRequestedRecord, SLOT } from '../../../fakes/records.ts';
import { startedNode } from '../../../fakes/replica-node.ts';

const SECOND = 1_000;
const boss = (name: string, card = {}, fields = {}) => memberOf(name, { roles: ['orchestrator'], ...card }, fields);

/** One node with a real log and real tables; the roster and the readiness are the test's. */
async function setting({ members = [boss('me')] }: { members?: readonly Member[] } = {}) {
  const node = await startedNode('me');
  let live: readonly Member[] = members;
  let ready = true;
  let tell = () => {};
  const controller = new RunController(
    { self: node.card },
    {
      journal: node.replica,
      tables: node.disk,
      runtime: node.runtime,
      roster: {
        members: () => live,
        onChange: (listener) => {
          tell = listener;
        },
      },
      isReady: () => ready,
    },
  );
  controller.start();
  const admitted = async () => {
    await node.runtime.advance(10);
    const rows = await rangeRows(node.disk, 'runs');
    return rows.filter(([, row]) => row.admitted).map(([key]) => Number(/event-(\d+)/.exec(key)?.[1]));
  };
  return {
    ...node,
    controller,
    admitted,
    request: (number: number, branches: string[], fields = {}) =>
      node.replica.append(runRequestedRecord(number, { branches, ...fields })),
    end: (number: number, fields = {}) => node.replica.append(runEndedRecord(number, fields)),
    become: (next: readonly Member[]) => {
      live = next;
      tell();
    },
    setReady: (is: boolean) => {
      ready = is;
    },
  };
}

test('runs / controller / runs are admitted as they are asked for, and the next when its branches are free', async () => {
  const { request, end, admitted, controller } = await setting();
  await request(1, ['main']);
  await request(2, ['main', 'next']);
  await request(3, ['next']);
  await request(4, ['docs']);
  assert.deepEqual(await admitted(), [1, 4]);
  await end(1);
  assert.deepEqual(await admitted(), [1, 2, 4]);
  await end(2);
  assert.deepEqual(await admitted(), [1, 2, 3, 4]);
  await controller.stop();
});

test('runs / controller / each admission is recorded once, also when many things happen at once', async () => {
  const { request, admitted, replica, controller } = await setting();
  const asked = Array.from({ length: 9 }, (_, i) => request(i, [`b${i % 3}`]));
  await Promise.all(asked);
  assert.deepEqual(await admitted(), [0, 1, 2]);
  assert.equal(replica.stats().records, 1 + asked.length + 3, 'the card, the requests, the admissions');
  await controller.stop();
});

test('runs / controller / a run that is begun anew is admitted anew', async () => {
  const { request, end, admitted, disk, controller } = await setting();
  await request(1, ['main']);
  assert.deepEqual(await admitted(), [1]);
  await end(1, { outcome: 'failed' });
  await request(1, ['main'], { attempt: 2 });
  assert.deepEqual(await admitted(), [1]);
  assert.equal(getRow(disk, 'runs', tableKey(eventId(1), SLOT))?.attempt, 2);
  await controller.stop();
});

test('runs / controller / runs of another home are left to that one', async () => {
  const { request, admitted, controller } = await setting();
  await request(1, ['main'], { cluster: 'prod-eu' });
  await request(2, ['main']);
  assert.deepEqual(await admitted(), [2]);
  await controller.stop();
});

test('runs / controller / a node that has not caught up waits', async () => {
  const { request, admitted, setReady, runtime, controller } = await setting();
  assert.deepEqual(await admitted(), []);
  setReady(false);
  await request(1, ['main']);
  await runtime.advance(60 * SECOND);
  assert.deepEqual(await admitted(), []);
  setReady(true);
  await runtime.advance(5 * SECOND);
  assert.deepEqual(await admitted(), [1]);
  await controller.stop();
});

test('runs / controller / one of two decides, and who takes over waits for the last words of the other', async () => {
  const rivals = ['you', 'he', 'she', 'they'].map((name) => boss(name));
  const rival = rivals.find(({ peer }) => controllerOf('prod-us', 'acme', [boss('me'), ...rivals]) === peer);
  if (rival === undefined) return assert.fail('choose other names: this node is to be the second');
  const members = [boss('me'), rival];
  const { request, admitted, become, runtime, controller } = await setting({ members });
  await request(1, ['main']);
  await runtime.advance(60 * SECOND);
  assert.deepEqual(await admitted(), []);
  become([boss('me'), { ...rival, live: false }]);
  await runtime.advance(19 * SECOND);
  assert.deepEqual(await admitted(), []);
  await runtime.advance(6 * SECOND);
  assert.deepEqual(await admitted(), [1]);
  become(members);
  await request(2, ['docs']);
  await runtime.advance(60 * SECOND);
  assert.deepEqual(await admitted(), [1], 'the other one is back');
  become([boss('me'), { ...rival, live: false }]);
  await runtime.advance(19 * SECOND);
  assert.deepEqual(await admitted(), [1], 'and has had words again');
  await runtime.advance(6 * SECOND);
  assert.deepEqual(await admitted(), [1, 2]);
  await controller.stop();
});

test('runs / controller / it is a live orchestrator of the cluster and org, the same for everybody', () => {
  const able = ['a', 'b', 'c'].map((name) => boss(name));
  const unable = [
    boss('x', { cluster: 'prod-eu' }),
    boss('y', { org: 'globex' }),
    memberOf('z', { roles: ['aggregator'] }),
    boss('w', {}, { live: false }),
    boss('v', {}, { presence: { draining: true } }),
  ];
  const chosen = controllerOf('prod-us', 'acme', [...able, ...unable]);
  assert.ok(able.some(({ peer }) => peer === chosen));
  assert.equal(controllerOf('prod-us', 'acme', [...unable, ...able.toReversed()]), chosen);
  assert.equal(controllerOf('prod-us', 'acme', unable), undefined);
});
