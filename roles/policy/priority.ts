import { PRIORITIES, type Priority, PrioritySchema } from '../../protocols/dispatch.ts';

/** Place of a priority: 0 comes first. */
export function priorityRank(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}

/**
 * Whoever waits so long counts as one class more urgent, so that nobody waits for ever: `background` goes before a `high` that
 * came 90 min after it. Shorter makes a long queue forget its priorities, longer lets the least urgent wait longer; it must
 * leave room for five of them within the deadline of a task (24 h).
 */
export const AGEING_MS = 30 * 60_000;

/**
 * Place of something that waits, lower comes first: its priority, less what its waiting is worth. As everybody ages alike, of
 * two that wait the same one stays ahead: an order once made need not be made again.
 * @param waitedMs monotonic milliseconds since it began to wait
 */
export function effectiveRank(priority: Priority, waitedMs: number): number {
  return priorityRank(priority) - waitedMs / AGEING_MS;
}

/** Sorts the more urgent first. */
export function comparePriority(a: Priority, b: Priority): number {
  return priorityRank(a) - priorityRank(b);
}

/** The most urgent of several; `normal` of none. */
export function mostUrgent(priorities: readonly Priority[]): Priority {
  return [...priorities].sort(comparePriority)[0] ?? 'normal';
}

/** A priority read from a record: what a newer build wrote and this one does not know counts as `normal`. */
export function priorityOf(text: string | undefined): Priority {
  const parsed = PrioritySchema.safeParse(text);
  return parsed.success ? parsed.data : 'normal';
}
