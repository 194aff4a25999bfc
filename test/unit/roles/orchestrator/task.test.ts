import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEASE_MS, MAX_ATTEMPTS, type OfferReply } from '../../../../protocols/dispatch.ts';
import { eventIdOf, slotOf } from '../../../../protocols/ids.ts';
import {
  attemptsFor,
  dueOf,
  newTask,
  type Step,
  type TaskEffect,
  type TaskFact,
  type TaskState,
} from '../../../../roles/orchestrator/task/state.ts';
import { transition } from '../../../../roles/orchestrator/task/transition.ts';
import type { Attempt, Task } from '../../../../roles/replica/story.ts';
import { peerNamed } from '../../../fakes/cards.ts';

const A = peerNamed('a');
const B = peerNamed('b');
const C = peerNamed('c');
const SLOT = slotOf('triage-general');
const DAY = 24 * 3_600_000;
const NEWER = eventIdOf('github', 'newer');

/** What the log says; `a` and `b` are ranked in this order. */
function task(fields: Partial<Task> & { ranked?: (typeof A)[] } = {}): Task {
  const { ranked = [A, B], ...rest } = fields;
  const candidates = ranked.map((peer, rank) => ({ peer, cluster: 'prod-us', score: 1, rank, reason: 'free' }));
  const plan = { slot: SLOT, general: 'triage-general', candidates };
  const untouched = { state: 'offered', attempts: [], handedBack: [], effects: [], round: 0 } as const;
  return { slot: SLOT, general: 'triage-general', plan, ...untouched, ...rest };
}

function failed(by: typeof A, number: number, at = 100 * number): Attempt {
  return { number, by, startedAt: at - 50, failed: { at, code: 'internal', message: 'boom' } };
}

const running = (by: typeof A, number: number): Attempt => ({ number, by, startedAt: 100 * number });
const view = (askable = [A, B], known = askable) => ({ askable, known });
const go = (askable?: (typeof A)[], known?: (typeof A)[]): TaskFact => ({
  type: 'go',
  view: view(askable, known),
  patient: false,
});
const answer = (peer: typeof A, reply: OfferReply | { type: 'unreachable' }, askable?: (typeof A)[]): TaskFact => ({
  type: 'answered',
  peer,
  answer: reply,
  view: view(askable),
});
const recorded = (fields?: Parameters<typeof task>[0]): TaskFact => ({ type: 'recorded', task: task(fields) });
const BUSY: OfferReply = { type: 'busy', retryAfterMs: 3_000 };
const NEVER: OfferReply = { type: 'refuse', reason: 'not mine', final: true };
const ACCEPT: OfferReply = { type: 'accept' };

/** Applies facts one after the other, at the times given (default 0) and with chance ½. */
function after(...facts: (TaskFact | [now: number, fact: TaskFact])[]): Step {
  const first: Step = { state: newTask(task(), { giveUpAt: DAY, abandonAt: 7 * DAY }), effects: [] };
  return facts.reduce<Step>((step, each) => {
    const [now, fact] = Array.isArray(each) ? each : [0, each];
    return transition(step.state, fact, { now, chance: 0.5 });
  }, first);
}

const offered = [recorded(), go()] as const;
const held = [...offered, answer(A, ACCEPT)] as const;

interface Case {
  readonly id: string;
  readonly facts: readonly (TaskFact | [number, TaskFact])[];
  readonly phase: TaskState['phase'];
  readonly effects?: readonly TaskEffect[];
  readonly due?: number;
  readonly isUndecided?: true;
}

const CASES: readonly Case[] = [
  { id: 'planned, it is ready', facts: [recorded()], phase: 'ready' },
  { id: 'it is offered to the first ranked', facts: offered, phase: 'offering', effects: [{ type: 'offer', peer: A }] },
  {
    id: 'who cannot be asked is passed over',
    facts: [recorded(), go([B])],
    phase: 'offering',
    effects: [{ type: 'offer', peer: B }],
  },
  { id: 'accepted, it is held for the length of a lease', facts: held, phase: 'held', due: LEASE_MS },
  {
    id: 'busy, the next is asked',
    facts: [...offered, answer(A, BUSY)],
    phase: 'offering',
    effects: [{ type: 'offer', peer: B }],
  },
  {
    id: 'unreachable, the next is asked',
    facts: [...offered, answer(A, { type: 'unreachable' })],
    phase: 'offering',
    effects: [{ type: 'offer', peer: B }],
  },
  {
    id: 'all unreachable, it waits with full jitter',
    facts: [...offered, answer(A, { type: 'unreachable' }), answer(B, { type: 'unreachable' })],
    phase: 'waiting',
    due: 500,
  },
  {
    id: 'all busy, it waits at least as long as they asked',
    facts: [...offered, answer(A, BUSY), answer(B, { type: 'busy', retryAfterMs: 9_000 })],
    phase: 'waiting',
    due: 3_000,
  },
  {
    id: 'refused for now is like busy',
    facts: [
      ...offered,
      answer(A, { type: 'refuse', reason: 'later', final: false }),
      answer(B, { type: 'unreachable' }),
    ],
    phase: 'waiting',
    due: 500,
  },
  {
    id: 'a second round without success waits longer',
    facts: [recorded(), go([], [A]), [500, { type: 'due' }], [500, go([], [A])]],
    phase: 'waiting',
    due: 1_500,
  },
  {
    id: 'before its time a timer changes nothing',
    facts: [recorded(), go([], [A]), [499, { type: 'due' }]],
    phase: 'waiting',
    due: 500,
  },
  {
    id: 'in the next round everybody who was busy is asked again',
    facts: [...offered, answer(A, BUSY), answer(B, BUSY), [3_000, { type: 'due' }], [3_000, go()]],
    phase: 'offering',
    effects: [{ type: 'offer', peer: A }],
  },
  {
    id: 'who refused for good is not asked again',
    facts: [...offered, answer(A, NEVER), answer(B, BUSY), [3_000, { type: 'due' }], [3_000, go()]],
    phase: 'offering',
    effects: [{ type: 'offer', peer: B }],
  },
  {
    id: 'refused for good by everybody, it is a dead letter',
    facts: [...offered, answer(A, NEVER), answer(B, NEVER)],
    phase: 'dying',
    effects: [{ type: 'bury', reason: 'everybody who offers it refused: not mine' }],
  },
  {
    id: 'refused by all who can be asked while another is away, it waits for that one',
    facts: [...offered, answer(A, NEVER), { type: 'answered', peer: B, answer: NEVER, view: view([A, B], [A, B, C]) }],
    phase: 'waiting',
    due: 500,
  },
  {
    id: 'somebody came who is not ranked: a new decision is asked for',
    facts: [recorded(), go([C])],
    phase: 'waiting',
    effects: [{ type: 'replan' }],
    due: 500,
    isUndecided: true,
  },
  {
    id: 'the new decision ranks nobody more: it waits like any other',
    facts: [recorded(), go([C]), recorded()],
    phase: 'waiting',
    due: 500,
  },
  {
    id: 'there is no new decision in time: it is looked at again',
    facts: [recorded(), go([C]), [500, { type: 'due' }]],
    phase: 'ready',
  },
  {
    id: 'the new decision ranks them: it is ready at once',
    facts: [recorded(), go([C]), recorded({ ranked: [A, B, C] })],
    phase: 'ready',
  },
  {
    id: 'while a ranked one can be asked no new decision is asked for',
    facts: [recorded(), go([C, B])],
    phase: 'offering',
    effects: [{ type: 'offer', peer: B }],
  },
  {
    id: 'looked at in vain because room might have appeared, it goes on waiting as before',
    facts: [recorded(), go([], [A]), [100, { type: 'go', view: view([], [A]), patient: true }]],
    phase: 'waiting',
    due: 500,
  },
  {
    id: 'room appeared: it is offered before its time',
    facts: [recorded(), go([], [A]), [100, { type: 'go', view: view([A]), patient: true }]],
    phase: 'offering',
    effects: [{ type: 'offer', peer: A }],
  },
  {
    id: 'blocked by its subject, it is ready for when it is not',
    facts: [recorded(), go([]), { type: 'blocked' }],
    phase: 'ready',
  },
  { id: 'blocked while held changes nothing', facts: [...held, { type: 'blocked' }], phase: 'held', due: LEASE_MS },
  // the lease
  {
    id: 'a sign of life renews the lease',
    facts: [...held, [30_000, { type: 'running', peer: A }]],
    phase: 'held',
    due: 30_000 + LEASE_MS,
  },
  {
    id: 'a sign of life of another does not',
    facts: [...held, [30_000, { type: 'running', peer: B }]],
    phase: 'held',
    due: LEASE_MS,
  },
  {
    id: 'the record of its beginning renews the lease',
    facts: [...held, [40_000, recorded({ state: 'running', attempts: [running(A, 1)] })]],
    phase: 'held',
    due: 40_000 + LEASE_MS,
  },
  { id: 'the lease run out, it is ready again', facts: [...held, [LEASE_MS, { type: 'due' }]], phase: 'ready' },
  {
    id: 'after the lease the other one is asked first',
    facts: [...held, [LEASE_MS, { type: 'due' }], [LEASE_MS, go()]],
    phase: 'offering',
    effects: [{ type: 'offer', peer: B }],
  },
  {
    id: 'who went silent is asked when there is nobody else',
    facts: [...held, [LEASE_MS, { type: 'due' }], [LEASE_MS, go([A])]],
    phase: 'offering',
    effects: [{ type: 'offer', peer: A }],
  },
  {
    id: 'who was taken for gone and is heard of has it again',
    facts: [...held, [LEASE_MS, { type: 'due' }], [LEASE_MS, { type: 'running', peer: A }]],
    phase: 'held',
    due: 2 * LEASE_MS,
  },
  {
    id: 'but not once another has it',
    facts: [
      ...held,
      [LEASE_MS, { type: 'due' }],
      [LEASE_MS, go()],
      [LEASE_MS, answer(B, ACCEPT)],
      [LEASE_MS, { type: 'running', peer: A }],
    ],
    phase: 'held',
    due: 2 * LEASE_MS,
  },
  {
    id: 'a node that was never ranked cannot take it by saying it runs',
    facts: [recorded(), { type: 'running', peer: C }],
    phase: 'ready',
  },
  // failures
  {
    id: 'a failed execution waits before the next',
    facts: [...held, [5_000, recorded({ state: 'failed', attempts: [failed(A, 1)] })]],
    phase: 'waiting',
    due: 5_500,
  },
  {
    id: 'the third failure waits four times as long',
    facts: [...held, [5_000, recorded({ state: 'failed', attempts: [failed(B, 1), failed(B, 2), failed(A, 3)] })]],
    phase: 'waiting',
    due: 7_000,
  },
  {
    id: 'after a failure who failed less is asked first',
    facts: [...held, recorded({ state: 'failed', attempts: [failed(A, 1)] }), [500, { type: 'due' }], [500, go()]],
    phase: 'offering',
    effects: [{ type: 'offer', peer: B }],
  },
  {
    id: 'a failure of somebody else does not take it from who has it',
    facts: [...held, recorded({ state: 'failed', attempts: [failed(B, 1)] })],
    phase: 'held',
    due: LEASE_MS,
  },
  {
    id: 'the eighth failure ends it',
    facts: [...held, recorded({ state: 'failed', attempts: [1, 2, 3, 4, 5, 6, 7, 8].map((n) => failed(A, n)) })],
    phase: 'dying',
    effects: [{ type: 'bury', reason: '8 executions failed, the last with internal: boom' }],
  },
  {
    id: 'the eighth execution gone silent ends it',
    facts: [
      ...held,
      recorded({ state: 'running', attempts: [...[1, 2, 3, 4, 5, 6, 7].map((n) => failed(B, n)), running(A, 8)] }),
      [LEASE_MS, { type: 'due' }],
    ],
    phase: 'dying',
    effects: [{ type: 'bury', reason: '8 executions began, the last went silent' }],
  },
  // records
  { id: 'done, it has ended', facts: [...held, recorded({ state: 'done' })], phase: 'ended' },
  { id: 'done by anybody at any moment, it has ended', facts: [recorded({ state: 'done' })], phase: 'ended' },
  {
    id: 'once ended nothing moves it',
    facts: [recorded({ state: 'dead' }), go(), answer(A, ACCEPT), recorded()],
    phase: 'ended',
  },
  {
    id: 'the record of an acceptance counts before its answer',
    facts: [...offered, recorded({ state: 'accepted', accepted: { by: A, at: 50 } })],
    phase: 'held',
    due: LEASE_MS,
  },
  {
    id: 'and the answer that got lost changes nothing then',
    facts: [
      ...offered,
      recorded({ state: 'accepted', accepted: { by: A, at: 50 } }),
      answer(A, { type: 'unreachable' }),
    ],
    phase: 'held',
    due: LEASE_MS,
  },
  {
    id: 'an acceptance of somebody else does not disturb an offer that is out',
    facts: [...offered, recorded({ state: 'accepted', accepted: { by: B, at: 50 } })],
    phase: 'offering',
  },
  { id: 'an answer of somebody who was not asked is ignored', facts: [...offered, answer(B, BUSY)], phase: 'offering' },
  {
    id: 'a late acceptance counts while nobody else has it',
    facts: [recorded(), go([A]), answer(A, { type: 'unreachable' }, [A]), answer(A, ACCEPT)],
    phase: 'held',
    due: LEASE_MS,
  },
  // another owner began (W5)
  {
    id: 'inherited as accepted, its holder keeps it for a lease of its own and is reminded',
    facts: [[1_000, recorded({ state: 'accepted', accepted: { by: B, at: 50 } })]],
    phase: 'held',
    effects: [{ type: 'remind', peer: B }],
    due: 1_000 + LEASE_MS,
  },
  {
    id: 'inherited as running likewise',
    facts: [recorded({ state: 'running', accepted: { by: B, at: 50 }, attempts: [running(B, 1)] })],
    phase: 'held',
    effects: [{ type: 'remind', peer: B }],
    due: LEASE_MS,
  },
  {
    id: 'inherited as failed, it waits for its next execution',
    facts: [recorded({ state: 'failed', accepted: { by: A, at: 10 }, attempts: [failed(A, 1)] })],
    phase: 'waiting',
    due: 500,
  },
  {
    id: 'inherited as accepted again after a failure, it is held',
    facts: [recorded({ state: 'failed', accepted: { by: A, at: 200 }, attempts: [failed(A, 1)] })],
    phase: 'held',
    effects: [{ type: 'remind', peer: A }],
    due: LEASE_MS,
  },
  {
    id: 'inherited with all executions used up, it ends',
    facts: [recorded({ state: 'failed', attempts: [1, 2, 3, 4, 5, 6, 7, 8].map((n) => failed(A, n)) })],
    phase: 'dying',
    effects: [{ type: 'bury', reason: '8 executions failed, the last with internal: boom' }],
  },
  // handed back (W8)
  {
    id: 'handed back by who held it, it is ready at once',
    facts: [...held, [5_000, recorded({ handedBack: [A] })]],
    phase: 'ready',
  },
  {
    id: 'handed back, the other is asked',
    facts: [...held, [5_000, recorded({ handedBack: [A] })], [5_000, go()]],
    phase: 'offering',
    effects: [{ type: 'offer', peer: B }],
  },
  {
    id: 'handed back by somebody else, it stays where it is',
    facts: [...held, [5_000, recorded({ handedBack: [B] })]],
    phase: 'held',
    due: LEASE_MS,
  },
  {
    id: 'handed back before the answer came, the answer counts no more',
    facts: [...offered, recorded({ handedBack: [A] }), answer(A, ACCEPT)],
    phase: 'ready',
  },
  {
    id: 'handed back once and accepted again, it is held',
    facts: [recorded({ handedBack: [A], state: 'accepted', accepted: { by: A, at: 90 } })],
    phase: 'held',
    effects: [{ type: 'remind', peer: A }],
    due: LEASE_MS,
  },
  {
    id: 'inherited as handed back, it is ready',
    facts: [recorded({ handedBack: [A] })],
    phase: 'ready',
  },
  // superseded (W2)
  {
    id: 'while nobody has it a newer event makes it needless',
    facts: [recorded(), go([], [A]), { type: 'superseded', by: NEWER }],
    phase: 'dying',
    effects: [{ type: 'supersede', by: NEWER }],
  },
  { id: 'not while an offer is out', facts: [...offered, { type: 'superseded', by: NEWER }], phase: 'offering' },
  {
    id: 'nor while somebody has it',
    facts: [...held, { type: 'superseded', by: NEWER }],
    phase: 'held',
    due: LEASE_MS,
  },
  {
    id: 'nor once an execution began',
    facts: [recorded({ state: 'failed', attempts: [failed(A, 1)] }), { type: 'superseded', by: NEWER }],
    phase: 'waiting',
    due: 500,
  },
  {
    id: 'nor after somebody who took it went silent',
    facts: [...held, [LEASE_MS, { type: 'due' }], [LEASE_MS, { type: 'superseded', by: NEWER }]],
    phase: 'ready',
  },
  { id: 'its record ends it', facts: [recorded(), recorded({ state: 'superseded' })], phase: 'ended' },
  // the end of trying
  {
    id: 'nobody took it before its deadline',
    facts: [recorded(), [DAY, go()], [DAY, answer(A, BUSY)], [DAY, answer(B, BUSY)]],
    phase: 'dying',
    effects: [{ type: 'bury', reason: 'nobody took it before its deadline' }],
  },
  {
    id: 'a wait does not go past the deadline',
    facts: [recorded(), [DAY - 100, go([A])], [DAY - 100, answer(A, BUSY, [A])]],
    phase: 'waiting',
    due: DAY,
  },
  {
    id: 'past the deadline it goes on while nobody offers it',
    facts: [recorded(), [DAY, go([], [A])]],
    phase: 'waiting',
    due: DAY + 500,
  },
  {
    id: 'and is offered when somebody does',
    facts: [recorded(), [DAY, go([], [A])], [2 * DAY, { type: 'due' }], [2 * DAY, go()]],
    phase: 'offering',
    effects: [{ type: 'offer', peer: A }],
  },
  {
    id: 'after seven days without anybody it ends',
    facts: [recorded(), [7 * DAY, go([], [A])]],
    phase: 'dying',
    effects: [{ type: 'bury', reason: 'nobody offered it any more' }],
  },
];

for (const { id, facts, phase, effects = [], due, isUndecided } of CASES) {
  test(`orchestrator / task / ${id}`, () => {
    const step = after(...facts);
    assert.equal(step.state.phase, phase);
    assert.deepEqual(step.effects, effects);
    assert.equal(dueOf(step.state), due);
    assert.equal(step.state.isUndecided, isUndecided);
  });
}

test('orchestrator / task / an offer counts every execution that began', () => {
  const { state } = after(recorded({ state: 'failed', attempts: [failed(A, 1), failed(B, 2)] }));
  assert.equal(attemptsFor(state, A), 2);
});

test('orchestrator / task / who has an execution under way is offered what it accepted then, so that it does not begin anew', () => {
  const attempts = [failed(B, 1), running(A, 2), running(B, 3)];
  const { state } = after(recorded({ state: 'running', attempts }));
  assert.equal(attemptsFor(state, A), 1);
  assert.equal(attemptsFor(state, B), 2);
  assert.equal(attemptsFor(state, C), 3);
});

test('orchestrator / task / tried anew by an operator, executions of before count no more', () => {
  const failures = (count: number) => Array.from({ length: count }, (_, i) => failed(A, i + 1));
  const again = (count: number) =>
    recorded({ state: 'failed', round: 1, retried: { at: 1, attempts: 8 }, attempts: failures(count) });
  const begin = { ...task(), round: 1, retried: { at: 1, attempts: 8 } };
  const first = newTask(begin, { giveUpAt: DAY, abandonAt: 7 * DAY });
  const step = (count: number) => transition(first, again(count), { now: 0, chance: 0.5 });
  assert.deepEqual([step(8).state.phase, step(8).state.dueAt], ['waiting', 500]);
  assert.deepEqual([step(10).state.phase, step(10).state.dueAt], ['waiting', 1_000]);
  assert.equal(attemptsFor(step(10).state, B), 10, 'their numbers count on');
  assert.deepEqual(step(16).effects, [{ type: 'bury', reason: '8 executions failed, the last with internal: boom' }]);
});

test('orchestrator / task / at most eight executions begin, whatever fails in whichever order', () => {
  let step = after(recorded());
  const attempts: Attempt[] = [];
  for (let round = 0; round < 50 && step.state.phase !== 'dying'; round++) {
    const now = round * 1_000_000;
    step = transition(step.state, { type: 'due' }, { now, chance: 0.5 });
    step = transition(step.state, go(), { now, chance: 0.5 });
    const peer = step.state.offeredTo;
    assert.ok(peer);
    step = transition(step.state, answer(peer, ACCEPT), { now, chance: 0.5 });
    attempts.push(failed(peer, attempts.length + 1));
    step = transition(step.state, recorded({ state: 'failed', attempts: [...attempts] }), { now, chance: 0.5 });
  }
  assert.equal(attempts.length, MAX_ATTEMPTS);
});
