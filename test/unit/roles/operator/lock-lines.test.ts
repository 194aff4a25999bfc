import assert from 'node:assert/strict';
import test from 'node:test';
import { contestedBranches, lockLines } from '../../../../roles/operator/lock-lines.ts';
import { admit } from '../../../../roles/runs/admit.ts';
import { seeded, shuffled } from '../../../fakes/manual-runtime.ts';
import { knownRun } from '../../../fakes/runs.ts';

const holds = { isAdmitted: true, admittedAt: 50 };
const RUNS = [
  knownRun('late', ['main'], { requestedAt: 30 }),
  knownRun('holder', ['main', 'next'], { requestedAt: 20, ...holds }),
  knownRun('early', ['refs/heads/main', 'docs'], { requestedAt: 10 }),
  knownRun('elsewhere', ['main'], { repository: 'Acme/Zoo', requestedAt: 5 }),
];
/** repository, branch, who, state, place, since */
const brief = (lines: ReturnType<typeof lockLines>) =>
  lines.map(({ repository, branch, eventId, state, place, since }) => [
    repository,
    branch,
    eventId.replace('test:', ''),
    state,
    place,
    since,
  ]);

test('operator / locks / each branch has its line: who holds it, then who waits, the oldest first', () => {
  assert.deepEqual(brief(lockLines(RUNS)), [
    ['acme/app', 'docs', 'early', 'waits', 1, 10],
    ['acme/app', 'main', 'holder', 'holds', 0, 50],
    ['acme/app', 'main', 'early', 'waits', 1, 10],
    ['acme/app', 'main', 'late', 'waits', 2, 30],
    ['acme/app', 'next', 'holder', 'holds', 0, 50],
    ['Acme/Zoo', 'main', 'elsewhere', 'waits', 1, 5],
  ]);
});

test('operator / locks / of one repository, in any case', () => {
  assert.deepEqual(
    lockLines(RUNS, { repository: 'ACME/zoo' }).map(({ eventId }) => eventId),
    ['test:elsewhere'],
  );
  assert.deepEqual(lockLines([]), []);
});

test('operator / locks / two that hold one branch are both shown, and nobody counts them as a place', () => {
  const both = [knownRun('a', ['x'], holds), knownRun('b', ['x'], holds), knownRun('c', ['x'])];
  assert.deepEqual(
    lockLines(both).map(({ place }) => place),
    [0, 0, 1],
  );
  assert.deepEqual(contestedBranches(lockLines(both)), ['x of acme/app']);
  assert.deepEqual(contestedBranches(lockLines(RUNS)), []);
});

test('operator / locks / the lines are those that admission decides by, whatever order the runs come in', () => {
  const random = seeded(5);
  for (let i = 0; i < 200; i++) {
    const runs = Array.from({ length: 6 }, (_, n) =>
      knownRun(`r${n}`, shuffled(['a', 'b', 'c'], random).slice(0, 1 + Math.floor(random() * 2)), {
        requestedAt: Math.floor(random() * 3),
      }),
    );
    const lines = lockLines(shuffled(runs, random));
    assert.deepEqual(lines, lockLines(runs));
    for (const { run, decision } of admit(runs)) {
      const places = lines.filter((line) => line.run === run).map(({ place }) => place);
      assert.equal(
        decision === 'admit',
        places.every((place) => place === 1),
      );
    }
  }
});
