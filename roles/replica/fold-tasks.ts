import { comparePositions, type Position, type SlotId } from '../../protocols/ids.ts';
import type { RecordType, SlotPlan } from '../../protocols/record.ts';
import { foldEffects } from './fold-effects.ts';
import { type Attempt, type Fact, type FactOf, ofType, type Task, type TaskState } from './story.ts';

/** @param decisions newest first */
export function foldTasks(facts: readonly Fact[], decisions: readonly FactOf<'distribution'>[]): Task[] {
  const plans = new Map<SlotId, SlotPlan[]>();
  for (const { record } of decisions) {
    for (const plan of record.slots) plans.set(plan.slot, [...(plans.get(plan.slot) ?? []), plan]);
  }
  return [...plans.values()].map((revisions) => foldTask(facts, revisions));
}

/** How often an operator had a slot tried anew, all slots together. */
export function retriesOf(facts: readonly Fact[]): number {
  const rounds = new Map<SlotId, number>();
  for (const { record } of ofType(facts, 'retried')) {
    rounds.set(record.slot, Math.max(rounds.get(record.slot) ?? 0, record.round));
  }
  return [...rounds.values()].reduce((sum, round) => sum + round, 0);
}

/** What those in charge of an event say of its slots: its owner, which is whoever wrote it, and an operator. */
const OF_OWNERS: ReadonlySet<RecordType> = new Set(['superseded', 'dead', 'retried', 'dropped']);

/** `revisions` newest first. Beside owners only nodes that some decision ranked for the slot may speak about it (W3). */
function foldTask(facts: readonly Fact[], revisions: readonly SlotPlan[]): Task {
  const plan = revisions[0] as SlotPlan;
  const assigned = new Set(
    revisions.flatMap((each) => each.candidates.filter((c) => c.rank !== undefined).map((c) => c.peer)),
  );
  const about = facts.filter(
    ({ record, position }) =>
      'slot' in record && record.slot === plan.slot && (OF_OWNERS.has(record.type) || assigned.has(position.origin)),
  );
  const parts = {
    attempts: foldAttempts(about),
    effects: foldEffects(ofType(about, 'intended'), ofType(about, 'effect')),
    ...foldHolding(about),
    ...foldRound(about),
    ...foldEnds(about),
  };
  return {
    slot: plan.slot,
    general: plan.general,
    ...(plan.cluster !== undefined && { cluster: plan.cluster }),
    plan,
    ...parts,
    state: stateOf(parts),
  };
}

/** One execution that began. */
export interface Start {
  readonly position: Position;
  readonly attempt: number;
  readonly at: number;
}

/**
 * The executions of one slot that began: by `started`, or with what accepted it (`attempt`). What was handed back did not begin
 * after all.
 */
export function startsOf(about: readonly Fact[]): Start[] {
  const returns = ofType(about, 'handed-back');
  const atOnce = ofType(about, 'accepted').filter(
    ({ position }) => !returns.some((each) => follows(each.position, position)),
  );
  return [...ofType(about, 'started'), ...atOnce].flatMap(({ position, record: { attempt, at } }) =>
    attempt === undefined ? [] : [{ position, attempt, at }],
  );
}

function foldAttempts(about: readonly Fact[]): Attempt[] {
  const failures = ofType(about, 'failed');
  return startsOf(about)
    .map(({ position, attempt, at }) => {
      const failure = failures.find((f) => f.position.origin === position.origin && f.record.attempt === attempt);
      return {
        number: attempt,
        by: position.origin,
        startedAt: at,
        ...(failure && {
          failed: { at: failure.record.at, code: failure.record.code, message: failure.record.message },
        }),
      };
    })
    .sort((a, b) => a.number - b.number || a.startedAt - b.startedAt);
}

/** Who accepted it last and did not hand it back afterwards; both lie in one log of that node, or in one after the other. */
function foldHolding(about: readonly Fact[]): Pick<Task, 'accepted' | 'handedBack'> {
  const returns = ofType(about, 'handed-back');
  const accepted = ofType(about, 'accepted')
    .filter(({ position }) => !returns.some((each) => follows(each.position, position)))
    .sort((a, b) => a.record.at - b.record.at)
    .at(-1);
  return {
    handedBack: returns.map(({ position }) => position.origin),
    ...(accepted && { accepted: { by: accepted.position.origin, at: accepted.record.at } }),
  };
}

function follows(later: Position, earlier: Position): boolean {
  return later.origin === earlier.origin && comparePositions(later, earlier) > 0;
}

function foldRound(about: readonly Fact[]): Pick<Task, 'round' | 'retried'> {
  const retries = ofType(about, 'retried').map(({ record }) => record);
  const round = Math.max(0, ...retries.map((each) => each.round));
  const last = retries.filter((each) => each.round === round);
  if (last.length === 0) return { round };
  const attempts = Math.max(...last.map((each) => each.attempts));
  return { round, retried: { at: Math.min(...last.map(({ at }) => at)), attempts } };
}

/** Of a dead letter that an operator had tried anew nothing is left but its record. */
function foldEnds(about: readonly Fact[]): Pick<Task, 'done' | 'superseded' | 'dead'> {
  const { round } = foldRound(about);
  const done = ofType(about, 'done')[0];
  const superseded = ofType(about, 'superseded')[0]?.record;
  const dead = ofType(about, 'dead').find(({ record }) => (record.round ?? 0) >= round)?.record;
  const dropped = ofType(about, 'dropped').some(({ record }) => record.round >= round);
  return {
    ...(done && { done: { by: done.position.origin, at: done.record.at, result: done.record.result } }),
    ...(superseded && { superseded: { by: superseded.by, at: superseded.at } }),
    ...(dead && { dead: { at: dead.at, reason: dead.reason, dropped } }),
  };
}

function stateOf({
  attempts,
  accepted,
  done,
  superseded,
  dead,
}: Pick<Task, 'attempts' | 'accepted' | 'done' | 'superseded' | 'dead'>): TaskState {
  if (done) return 'done';
  if (superseded) return 'superseded';
  if (dead) return 'dead';
  const last = attempts.at(-1);
  if (last) return last.failed ? 'failed' : 'running';
  return accepted ? 'accepted' : 'offered';
}
