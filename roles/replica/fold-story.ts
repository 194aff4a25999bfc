import { comparePositions, type EventId } from '../../protocols/ids.ts';
import { foldTasks, retriesOf } from './fold-tasks.ts';
import { type Fact, ofType, type Story } from './story.ts';

/** What a set of facts tells of one event, in whatever order and however often they came. */
export function foldStory(eventId: EventId, facts: readonly Fact[]): Story {
  const sorted = [...facts].sort((a, b) => comparePositions(a.position, b.position));
  const events = ofType(sorted, 'event');
  const decisions = ofType(sorted, 'distribution').sort((a, b) => b.record.revision - a.record.revision);
  const first = events[0];
  const decision = decisions[0];
  const tasks = foldTasks(sorted, decisions);
  const retries = retriesOf(sorted);
  const settled = ofType(sorted, 'settled').find(({ record }) => (record.retries ?? 0) >= retries)?.record;
  return {
    eventId,
    ...(first && { event: first.record.event, position: first.position, receivedAt: first.record.at }),
    ...(decision && { distribution: decision.record, distributedBy: decision.position.origin }),
    tasks,
    retries,
    ...(settled && { settled: { at: settled.at, outcome: settled.outcome } }),
  };
}
