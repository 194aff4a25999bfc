import assert from 'node:assert/strict';
import test from 'node:test';
import type { RunId } from '../../../../protocols/run.ts';
import type { OpenRun } from '../../../../roles/policy/run-order.ts';
import { admit } from '../../../../roles/runs/admit.ts';
import { seeded, shuffled } from '../../../fakes/manual-runtime.ts';
import { openRun, runNamed } from '../../../fakes/runs.ts';

const run = (name: string, branches: readonly string[], requestedAt: number, fields: Partial<OpenRun> = {}) =>
  openRun(name, branches, { requestedAt, ...fields });
const holder = { isAdmitted: true };

const CASES: readonly {
  readonly id: string;
  readonly runs: readonly OpenRun[];
  /** By turn; a list names those it waits for. */
  readonly expected: readonly (readonly [name: string, decision: 'holds' | 'admit' | readonly string[]])[];
}[] = [
  { id: 'nobody asks', runs: [], expected: [] },
  { id: 'one asks', runs: [run('a', ['main'], 1)], expected: [['a', 'admit']] },
  {
    id: 'two ask for one branch: the older',
    runs: [run('a', ['main'], 2), run('b', ['main'], 1)],
    expected: [
      ['b', 'admit'],
      ['a', ['b']],
    ],
  },
  {
    id: 'two ask for two branches: both',
    runs: [run('a', ['x'], 1), run('b', ['y'], 2)],
    expected: [
      ['a', 'admit'],
      ['b', 'admit'],
    ],
  },
  {
    id: 'who holds a branch keeps it, also from an older one that was heard of later',
    runs: [run('a', ['main'], 5, holder), run('b', ['main'], 1)],
    expected: [
      ['a', 'holds'],
      ['b', ['a']],
    ],
  },
  {
    id: 'a run takes all its branches or none',
    runs: [run('a', ['x'], 1, holder), run('b', ['x', 'y'], 2)],
    expected: [
      ['a', 'holds'],
      ['b', ['a']],
    ],
  },
  {
    id: 'a branch that is free but wanted by an older one is not given to a younger',
    runs: [run('a', ['x'], 1, holder), run('b', ['x', 'y'], 2), run('c', ['y'], 3)],
    expected: [
      ['a', 'holds'],
      ['b', ['a']],
      ['c', ['b']],
    ],
  },
  {
    id: 'crosswise wishes do not block one another',
    runs: [run('a', ['x', 'y'], 1), run('b', ['y', 'x'], 2)],
    expected: [
      ['a', 'admit'],
      ['b', ['a']],
    ],
  },
  {
    id: 'a line is one behind the other',
    runs: [run('c', ['main'], 3), run('a', ['main'], 1, holder), run('b', ['main'], 2)],
    expected: [
      ['a', 'holds'],
      ['b', ['a']],
      ['c', ['b']],
    ],
  },
  {
    id: 'who waits on two branches is behind two',
    runs: [run('a', ['x'], 1, holder), run('b', ['y'], 2, holder), run('c', ['x', 'y', 'z'], 3)],
    expected: [
      ['a', 'holds'],
      ['b', 'holds'],
      ['c', ['a', 'b']],
    ],
  },
  {
    id: 'the same branch of another repository is another branch',
    runs: [run('a', ['main'], 1), run('b', ['main'], 2, { repository: 'acme/other' })],
    expected: [
      ['a', 'admit'],
      ['b', 'admit'],
    ],
  },
  {
    id: 'a repository has one name in any case, a branch one with and without refs/heads/',
    runs: [run('a', ['main'], 1), run('b', ['refs/heads/main', 'Main'], 2, { repository: 'Acme/App' })],
    expected: [
      ['a', 'admit'],
      ['b', ['a']],
    ],
  },
  {
    id: 'branches that differ in case are two',
    runs: [run('a', ['main'], 1), run('b', ['Main'], 2)],
    expected: [
      ['a', 'admit'],
      ['b', 'admit'],
    ],
  },
  { id: 'who writes nothing waits for nobody', runs: [run('a', [], 1)], expected: [['a', 'admit']] },
  {
    id: 'a branch named twice is wanted once',
    runs: [run('a', ['x', 'x', 'refs/heads/x'], 1)],
    expected: [['a', 'admit']],
  },
  {
    id: 'two that hold one branch, of a partition: nobody else gets it',
    runs: [run('a', ['x'], 1, holder), run('b', ['x'], 2, holder), run('c', ['x'], 0)],
    expected: [
      ['a', 'holds'],
      ['b', 'holds'],
      ['c', ['b']],
    ],
  },
  {
    id: 'a run that is listed twice is one, and holds when one of them says so',
    runs: [run('a', ['x'], 1), run('a', ['x'], 1, holder)],
    expected: [['a', 'holds']],
  },
];

for (const { id, runs, expected } of CASES) {
  test(`runs / admit / ${id}`, () => {
    const wanted = expected.map(([name, decision]) =>
      typeof decision === 'string'
        ? { run: runNamed(name), decision }
        : { run: runNamed(name), decision: 'wait', behind: decision.map(runNamed) },
    );
    assert.deepEqual(admit(runs), wanted);
    assert.deepEqual(admit(runs.toReversed()), wanted);
  });
}

test('runs / admit / runs of one moment have one order, whoever is asked', () => {
  const runs = ['a', 'b', 'c', 'd', 'e'].map((name) => run(name, ['main'], 7));
  const first: readonly RunId[] = admit(runs).map((each) => each.run);
  const random = seeded(1);
  for (let i = 0; i < 20; i++) {
    assert.deepEqual(
      admit(shuffled(runs, random)).map((each) => each.run),
      first,
    );
  }
});
