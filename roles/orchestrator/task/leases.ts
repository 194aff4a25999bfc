import { MAX_ATTEMPTS } from '../../../protocols/dispatch.ts';
import type { PeerId } from '../../../protocols/ids.ts';
import { isLapsed, renewLease } from '../../policy/lease.ts';
import { bury, held, type Moment, ready, type Step, spentOf, stay, type TaskState } from './state.ts';

/** Whoever was given up and turns out to be alive has it again, unless another took it meanwhile. */
export function running(state: TaskState, peer: PeerId, moment: Moment): Step {
  const isFree = state.phase === 'ready' || state.phase === 'waiting';
  if (isFree && state.ranked.includes(peer)) return stay(held(state, peer, moment));
  return stay(renewed(state, peer, moment));
}

export function due(state: TaskState, { now }: Moment): Step {
  if (state.phase === 'waiting' && now >= (state.dueAt ?? now)) return stay(ready(state));
  if (state.phase !== 'held' || state.lease === undefined || !isLapsed(state.lease, now)) return stay(state);
  const spent = spentOf(state);
  if (spent >= MAX_ATTEMPTS) return bury(state, `${spent} executions began, the last went silent`);
  const lapsed = [...new Set([...state.lapsed, state.lease.holder])];
  return stay({ ...ready(state), lapsed });
}

export function renewed(state: TaskState, peer: PeerId, { now }: Moment): TaskState {
  return state.lease === undefined ? state : { ...state, lease: renewLease(state.lease, peer, now) };
}
