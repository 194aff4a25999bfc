import { recorded } from './holders.ts';
import { due, running } from './leases.ts';
import { answered, go, superseded } from './offers.ts';
import { type Moment, ready, type Step, stay, type TaskFact, type TaskState } from './state.ts';

/** One fact about a task, and what follows from it: pure, so that every order of facts can be tried. */
export function transition(state: TaskState, fact: TaskFact, moment: Moment): Step {
  if (state.phase === 'ended') return stay(state);
  switch (fact.type) {
    case 'recorded':
      return recorded(state, fact.task, moment);
    case 'go':
      return go(state, fact.view, fact.patient, moment);
    case 'answered':
      return answered(state, fact.peer, fact.answer, fact.view, moment);
    case 'running':
      return running(state, fact.peer, moment);
    case 'blocked':
      return stay(state.phase === 'waiting' ? ready(state) : state);
    case 'superseded':
      return superseded(state, fact.by);
    case 'due':
      return due(state, moment);
  }
}
