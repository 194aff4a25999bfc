import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CommitQueue, type GroupItem } from '../../../../roles/replica/commit-group.ts';
import { settled } from '../../../fakes/manual-runtime.ts';

interface Named extends GroupItem {
  readonly name: string;
}

const item = (name: string, records = 1, bytes = 10): Named => ({ name, records, bytes });

/** A disk whose syncs end when the test says so. */
function heldDisk() {
  const groups: string[][] = [];
  const held: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  return {
    groups,
    commit: (items: readonly Named[]) => {
      groups.push(items.map(({ name }) => name));
      return new Promise<void>((resolve, reject) => held.push({ resolve, reject }));
    },
    sync: async () => {
      held.shift()?.resolve();
      await settled();
    },
    breakDown: async (error: unknown) => {
      held.shift()?.reject(error);
      await settled();
    },
  };
}

describe('replica / commit group', () => {
  test('what is added in one turn is one group, in its order', async () => {
    const disk = heldDisk();
    const queue = new CommitQueue<Named>({}, disk.commit);
    void Promise.all(['a', 'b', 'c'].map((name) => queue.add(item(name))));
    await settled();
    assert.deepEqual(disk.groups, [['a', 'b', 'c']]);
  });

  test('one group is in flight, and what arrives meanwhile is the next', async () => {
    const disk = heldDisk();
    const queue = new CommitQueue<Named>({}, disk.commit);
    void queue.add(item('a'));
    await settled();
    void queue.add(item('b'));
    await settled();
    void queue.add(item('c'));
    await settled();
    assert.deepEqual(disk.groups, [['a']]);
    await disk.sync();
    assert.deepEqual(disk.groups, [['a'], ['b', 'c']]);
  });

  test('a group begins once what has arrived was taken in, and so does the next one', async () => {
    const disk = heldDisk();
    const turns: (() => void)[] = [];
    const nextTurn = async () => {
      turns.shift()?.();
      await settled();
    };
    const queue = new CommitQueue<Named>({ soon: (run) => turns.push(run) }, disk.commit);
    const follows = queue.add(item('a')).then(() => queue.add(item('c')));
    await settled();
    assert.deepEqual(disk.groups, []);
    await nextTurn();
    void queue.add(item('b'));
    await disk.sync();
    assert.deepEqual(disk.groups, [['a']]);
    await nextTurn();
    assert.deepEqual(disk.groups, [['a'], ['b', 'c']]);
    await disk.sync();
    await follows;
  });

  test('every waiter resolves after the sync of its own group and not before', async () => {
    const disk = heldDisk();
    const queue = new CommitQueue<Named>({}, disk.commit);
    const done: string[] = [];
    const add = (name: string) => void queue.add(item(name)).then(() => done.push(name));
    add('a');
    await settled();
    add('b');
    await settled();
    assert.deepEqual(done, []);
    await disk.sync();
    assert.deepEqual(done, ['a']);
    await disk.sync();
    assert.deepEqual(done, ['a', 'b']);
  });

  const limits: { id: string; limits: GroupItem; items: Named[]; groups: string[][] }[] = [
    {
      id: 'records',
      limits: { records: 3, bytes: 1_000 },
      items: [item('a'), item('b'), item('c'), item('d')],
      groups: [['a', 'b', 'c'], ['d']],
    },
    {
      id: 'bytes',
      limits: { records: 10, bytes: 25 },
      items: [item('a'), item('b'), item('c')],
      groups: [['a', 'b'], ['c']],
    },
    {
      id: 'a batch counts with all its records',
      limits: { records: 4, bytes: 1_000 },
      items: [item('a', 3), item('b', 2), item('c', 2)],
      groups: [['a'], ['b', 'c']],
    },
    {
      id: 'one that is too large for any group goes alone',
      limits: { records: 4, bytes: 100 },
      items: [item('a', 9, 900), item('b')],
      groups: [['a'], ['b']],
    },
    {
      id: 'something without records fits anywhere',
      limits: { records: 1, bytes: 10 },
      items: [item('a'), item('note', 0, 0), item('b')],
      groups: [['a', 'note'], ['b']],
    },
  ];
  for (const { id, limits: within, items, groups } of limits) {
    test(`a group keeps to its limits: ${id}`, async () => {
      const disk = heldDisk();
      const queue = new CommitQueue<Named>(within, disk.commit);
      const added = Promise.all(items.map((each) => queue.add(each)));
      for (const _ of groups) {
        await settled();
        await disk.sync();
      }
      await added;
      assert.deepEqual(disk.groups, groups);
    });
  }

  test('a failed commit fails its group, what waits and what comes later, and nothing is written after it', async () => {
    const disk = heldDisk();
    const queue = new CommitQueue<Named>({}, disk.commit);
    const failures: unknown[] = [];
    const add = (name: string) => queue.add(item(name)).catch((error: unknown) => failures.push([name, error]));
    void add('in flight');
    await settled();
    void add('waiting');
    await disk.breakDown('full');
    await add('later');
    assert.deepEqual(failures, [
      ['in flight', 'full'],
      ['waiting', 'full'],
      ['later', 'full'],
    ]);
    assert.deepEqual(disk.groups, [['in flight']]);
  });

  test('idle waits for the group in flight and for those that wait', async () => {
    const disk = heldDisk();
    const queue = new CommitQueue<Named>({ records: 1 }, disk.commit);
    void queue.add(item('a'));
    void queue.add(item('b'));
    let isIdle = false;
    void queue.idle().then(() => (isIdle = true));
    await settled();
    await disk.sync();
    assert.equal(isIdle, false);
    await disk.sync();
    assert.equal(isIdle, true);
    await queue.idle();
  });
});
