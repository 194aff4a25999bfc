import { isEnded, type Story } from '../replica/story.ts';

/** How an event ended, once all of it has; undefined while something is to come. */
export type Outcome = NonNullable<Story['settled']>['outcome'];

export function outcomeOf(story: Story): Outcome | undefined {
  const { distribution, tasks } = story;
  if (distribution === undefined || distribution.waiting.length > 0 || !tasks.every(isEnded)) return undefined;
  const done = tasks.filter(({ state }) => state === 'done').length;
  // An event that a rule drops has no task at all: nothing of it was left undone.
  if (done === tasks.length) return 'done';
  return done === 0 ? 'dead' : 'partly';
}
