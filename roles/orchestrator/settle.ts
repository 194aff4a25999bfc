import { isEnded, type Outcome, outcomeOfTasks, type Story } from '../replica/story.ts';

/** How an event ended, once all of it has; undefined while something is to come. */
export function outcomeOf({ distribution, tasks }: Story): Outcome | undefined {
  if (distribution === undefined || distribution.waiting.length > 0 || !tasks.every(isEnded)) return undefined;
  return outcomeOfTasks(tasks);
}
