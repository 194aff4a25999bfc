import type { EventLine } from '../../protocols/operator.ts';
import type { Row } from '../replica/rows.ts';
import { isEnded, outcomeOfTasks, type Story, type TaskState } from '../replica/story.ts';

/**
 * How far an event is. received: nobody has decided yet · waiting: nobody offers what it is routed to · offered, accepted,
 * running, failed: the furthest of its tasks that has not ended · done, partly, dead: settled.
 */
export const EVENT_STATES = [
  'received',
  'waiting',
  'offered',
  'accepted',
  'running',
  'failed',
  'done',
  'partly',
  'dead',
] as const;
export type EventState = (typeof EVENT_STATES)[number];

/** The furthest first: one running task says more than three that are offered. */
const FURTHEST = ['running', 'failed', 'accepted', 'offered'] as const satisfies readonly TaskState[];

export function stateOfEvent({ settled, distribution, tasks }: Story): EventState {
  if (settled !== undefined) return settled.outcome;
  if (distribution === undefined) return 'received';
  const open = tasks.filter((task) => !isEnded(task));
  const furthest = FURTHEST.find((state) => open.some((task) => task.state === state));
  if (furthest !== undefined) return furthest;
  return distribution.waiting.length > 0 || tasks.length === 0 ? 'waiting' : outcomeOfTasks(tasks);
}

/** One line of the list of events. */
export function eventLine(row: Row<'events'>, story: Story): EventLine {
  const { eventId, at, kind, type, subject, repository, actor } = row;
  return { eventId, at, kind, type, subject, repository, actor, state: stateOfEvent(story) };
}

/** The same from a story alone; undefined while the event itself has not come. */
export function eventLineOfStory(story: Story): EventLine | undefined {
  const { event, eventId, receivedAt } = story;
  if (event === undefined) return undefined;
  const { kind, type, subject, repository, actor } = event;
  return { eventId, at: receivedAt ?? 0, kind, type, subject, repository, actor, state: stateOfEvent(story) };
}
