import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PRIORITIES, type Priority } from '../../../../protocols/dispatch.ts';
import { type Queued, TaskQueue } from '../../../../roles/general/task-queue.ts';
import { AGEING_MS } from '../../../../roles/policy/priority.ts';
import { seeded } from '../../../fakes/manual-runtime.ts';

interface Task extends Queued {
  readonly id: number;
}

const A = 'security-general';
const B = 'metrics-general';
let ids = 0;
const task = (subject: string, number = 0, priority: Priority = 'normal', general = A): Task => ({
  id: ids++,
  general,
  subject,
  number,
  priority,
});

/** The order in which one worker takes what is there. */
function drain(queue: TaskQueue<Task>, general = A): Task[] {
  const taken: Task[] = [];
  for (let next = queue.next(general); next !== undefined; next = queue.next(general)) {
    taken.push(next);
    queue.end(next);
  }
  return taken;
}

let now = 0;

function queueOf(concurrency: number, ...tasks: Task[]): TaskQueue<Task> {
  const queue = new TaskQueue<Task>(
    new Map([
      [A, concurrency],
      [B, concurrency],
    ]),
    () => now,
  );
  for (const each of tasks) queue.add(each);
  return queue;
}

const subjects = (tasks: readonly Task[]) => tasks.map(({ subject, number }) => `${subject}${number}`).join(' ');

test('general / task-queue / the more urgent comes first, then who came first', () => {
  const queue = queueOf(1, task('a'), task('b', 0, 'low'), task('c', 0, 'blocker'), task('d'), task('e', 0, 'high'));
  assert.equal(subjects(drain(queue)), 'c0 e0 a0 d0 b0');
});

test('general / task-queue / a subject keeps the order of its numbers, whatever is more urgent in it', () => {
  const queue = queueOf(1, task('a', 3, 'blocker'), task('a', 1, 'low'), task('a', 2));
  assert.equal(subjects(drain(queue)), 'a1 a2 a3');
});

test('general / task-queue / what waits before an urgent task of its subject is as urgent', () => {
  const queue = queueOf(1, task('b', 0, 'high'), task('a', 1, 'background'), task('a', 2, 'blocker'));
  assert.equal(subjects(drain(queue)), 'a1 a2 b0');
});

test('general / task-queue / of one subject one at a time, of others as many as there is room', () => {
  const queue = queueOf(3, task('a', 1), task('a', 2), task('b', 1), task('c', 1), task('d', 1));
  const running = [queue.next(A), queue.next(A), queue.next(A)];
  assert.equal(subjects(running.filter((each) => each !== undefined)), 'a1 b1 c1');
  assert.equal(queue.next(A), undefined, 'there is no room');
  assert.deepEqual([queue.running(A), queue.queued(A)], [3, 2]);
  if (running[0]) queue.end(running[0]);
  assert.equal(queue.next(A)?.number, 2, 'the next of the subject that became free');
});

test('general / task-queue / generals are not in each other’s way', () => {
  const queue = queueOf(1, task('a', 1), task('a', 1, 'normal', B));
  assert.equal(queue.next(A)?.general, A);
  assert.equal(queue.next(B)?.general, B);
});

test('general / task-queue / what is cleared has not begun', () => {
  const queue = queueOf(1, task('a', 1), task('b', 1));
  queue.next(A);
  assert.equal(subjects(queue.clear()), 'b1');
  assert.deepEqual([queue.running(A), queue.queued(A)], [1, 0]);
});

for (const seed of Array.from({ length: 50 }, (_, i) => i + 1)) {
  test(`general / task-queue / its promises hold in any order of calls (seed ${seed})`, () => {
    const random = seeded(seed);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
    const queue = queueOf(3);
    const waiting = new Set<Task>();
    const running = new Set<Task>();
    for (let step = 0; step < 300; step++) {
      const what = random();
      if (what < 0.45) {
        const added = task(pick(['a', 'b', 'c', 'd', 'e']), Math.floor(random() * 5), pick(PRIORITIES), pick([A, B]));
        if (random() < 0.5 && beginsAtOnce(queue, added, waiting, running)) continue;
        waiting.add(added);
        queue.add(added);
      } else if (what < 0.75) {
        take(queue, pick([A, B]), waiting, running);
      } else if (running.size > 0) {
        const ended = pick([...running]);
        running.delete(ended);
        queue.end(ended);
      }
      for (const general of [A, B])
        assert.equal(queue.running(general), [...running].filter((each) => each.general === general).length);
    }
  });
}

/** Begins one without a place in the line if it may, and checks that this overtakes nobody. */
function beginsAtOnce(queue: TaskQueue<Task>, added: Task, waiting: Set<Task>, running: Set<Task>): boolean {
  const mine = [...running].filter(({ general }) => general === added.general);
  const isBusy = (subject: string) => mine.some((each) => each.subject === subject);
  const others = [...waiting].filter(({ general }) => general === added.general);
  const isFree =
    mine.length < 3 &&
    !isBusy(added.subject) &&
    others.every(({ subject }) => isBusy(subject) && subject !== added.subject);
  assert.equal(queue.beginAtOnce(added), isFree);
  if (isFree) running.add(added);
  return isFree;
}

/** Takes one and checks that it was right to give it, or right to give none. */
function take(queue: TaskQueue<Task>, general: string, waiting: Set<Task>, running: Set<Task>): void {
  const mine = [...running].filter((each) => each.general === general);
  const free = [...waiting].filter(
    (each) => each.general === general && !mine.some(({ subject }) => subject === each.subject),
  );
  const next = queue.next(general);
  if (next === undefined) {
    assert.ok(mine.length >= 3 || free.length === 0, 'something could have begun');
    return;
  }
  assert.ok(mine.length < 3, 'more than may run at once');
  assert.ok(free.includes(next), 'its subject is being worked on, or it was given before');
  const before = free.find(({ subject, number }) => subject === next.subject && number < next.number);
  assert.equal(before, undefined, 'an earlier one of its subject waits');
  const urgency = (subject: string) =>
    Math.min(...free.filter((each) => each.subject === subject).map(({ priority }) => PRIORITIES.indexOf(priority)));
  assert.ok(
    free.every(({ subject }) => urgency(subject) >= urgency(next.subject)),
    'a more urgent subject waits',
  );
  waiting.delete(next);
  running.add(next);
}

test('general / task-queue / background is worked on although something high comes for ever', () => {
  now = 0;
  const queue = queueOf(1, task('patient', 0, 'background'));
  let turns = 0;
  let taken = '';
  while (taken !== 'patient' && turns < 1_000) {
    queue.add(task(`flood${turns++}`, 0, 'high'));
    const next = queue.next(A);
    assert.ok(next);
    queue.end(next);
    taken = next.subject;
    now += 60_000;
  }
  assert.equal(taken, 'patient');
  assert.equal(now, 3 * AGEING_MS + 60_000);
});
