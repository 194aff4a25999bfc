import { PRIORITIES, type Priority, PrioritySchema } from '../../protocols/dispatch.ts';

/** Place of a priority: 0 comes first. */
export function priorityRank(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
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
