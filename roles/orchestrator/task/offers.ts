import type { EventId, PeerId } from '../../../protocols/ids.ts';
import { backoffMs } from '../../policy/backoff.ts';
import { renewed } from './leases.ts';
import { type Answer, bury, held, type Moment, type Step, stay, type TaskState, type View, without } from './state.ts';

export function go(state: TaskState, view: View, patient: boolean, moment: Moment): Step {
  if (!isWaiting(state)) return stay(state);
  if (patient && !view.askable.some((peer) => isOpen(state, peer))) return stay(state);
  return offerNext(state, view, moment);
}

export function answered(state: TaskState, peer: PeerId, answer: Answer, view: View, moment: Moment): Step {
  const isAwaited = state.phase === 'offering' && state.offeredTo === peer;
  if (answer.type === 'accept') {
    // Who said no in this round cannot have it: what it accepted then it has given back since.
    const isFree = isAwaited || (isWaiting(state) && !state.declined.includes(peer));
    return stay(isFree ? held(state, peer, moment) : renewed(state, peer, moment));
  }
  if (!isAwaited) return stay(state);
  return offerNext(noted(state, peer, answer), view, moment);
}

function offerNext(state: TaskState, view: View, moment: Moment): Step {
  const peer = state.ranked
    .filter((each) => view.askable.includes(each) && isOpen(state, each))
    .sort(byRecord(state))[0];
  if (peer !== undefined) {
    return { state: { ...without(state), phase: 'offering', offeredTo: peer }, effects: [{ type: 'offer', peer }] };
  }
  if (view.askable.some((each) => !state.ranked.includes(each) && isOpen(state, each))) {
    const rested = rest(state, view, moment);
    if (rested.state.phase === 'dying') return rested;
    return { state: { ...rested.state, isUndecided: true }, effects: [{ type: 'replan' }] };
  }
  if (view.known.length > 0 && view.known.every((each) => state.refused.includes(each))) {
    return bury(state, `everybody who offers it refused: ${state.refusal}`);
  }
  return rest(state, view, moment);
}

function isWaiting({ phase }: TaskState): boolean {
  return phase === 'ready' || phase === 'waiting';
}

function isOpen(state: TaskState, peer: PeerId): boolean {
  return !state.refused.includes(peer) && !state.declined.includes(peer);
}

/** Who failed least first, who went silent last, else as ranked (the sort is stable). */
function byRecord({ failures, lapsed }: TaskState): (a: PeerId, b: PeerId) => number {
  const silent = (peer: PeerId) => (lapsed.includes(peer) ? 1 : 0);
  return (a, b) => silent(a) - silent(b) || (failures.get(a) ?? 0) - (failures.get(b) ?? 0);
}

/** Nobody took it in this round: full jitter, until the end of trying (W4). */
function rest(state: TaskState, view: View, { now, chance }: Moment): Step {
  const isOffered = view.askable.length > 0;
  const end = isOffered ? state.giveUpAt : Math.max(state.giveUpAt, state.abandonAt);
  if (now >= end) return bury(state, isOffered ? 'nobody took it before its deadline' : 'nobody offered it any more');
  const wait = Math.max(backoffMs(state.tries, chance), state.retryAfterMs);
  return stay({
    ...without(state),
    phase: 'waiting',
    tries: state.tries + 1,
    declined: [],
    retryAfterMs: 0,
    dueAt: Math.min(now + wait, end),
  });
}

function noted(state: TaskState, peer: PeerId, answer: Exclude<Answer, { type: 'accept' }>): TaskState {
  if (answer.type === 'refuse' && answer.final) {
    return { ...state, refused: [...state.refused, peer], refusal: answer.reason };
  }
  const declined = [...state.declined, peer];
  if (answer.type !== 'busy') return { ...state, declined };
  const asked = state.retryAfterMs === 0 ? answer.retryAfterMs : Math.min(state.retryAfterMs, answer.retryAfterMs);
  return { ...state, declined, retryAfterMs: asked };
}

/** Only while nobody can have begun it: who has it in its inbox decides that itself. */
export function superseded(state: TaskState, by: EventId): Step {
  const isUntouched = state.attempts === 0 && state.lapsed.length === 0 && state.round === 0;
  if (!isWaiting(state) || !isUntouched) return stay(state);
  return { state: { ...without(state), phase: 'dying' }, effects: [{ type: 'supersede', by }] };
}
