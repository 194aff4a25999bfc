import { eventIdOf } from '../../protocols/ids.ts';
import { keyIn } from '../../protocols/marker.ts';
import type { ExplainView } from '../../protocols/operator.ts';
import type { OutsideComment } from './outside.ts';

/** What the promise says must not be. */
export interface Verdict {
  /** Acknowledged deliveries without an outcome, or that nobody knows. */
  readonly lost: readonly string[];
  /** Keys that the outside has more than once. */
  readonly doubled: readonly string[];
  /** Deliveries with a task that is done and whose write is not outside, or that is recorded and not there. */
  readonly unwritten: readonly string[];
}

export interface Evidence {
  readonly acknowledged: readonly string[];
  /** As a node tells them at the end; absent where it knows none. */
  readonly stories: ReadonlyMap<string, ExplainView>;
  readonly comments: readonly OutsideComment[];
  /** Does every done task write to the outside? */
  readonly effects: boolean;
}

export function judge({ acknowledged, stories, comments, effects }: Evidence): Verdict {
  const written = countKeys(comments);
  const storyOf = (delivery: string) => stories.get(eventIdOf('github', delivery));
  return {
    lost: acknowledged.filter((delivery) => storyOf(delivery)?.settled === undefined),
    doubled: [...written].filter(([, count]) => count > 1).map(([key]) => key),
    unwritten: effects ? acknowledged.filter((delivery) => !isWritten(storyOf(delivery), written)) : [],
  };
}

/** How often each effect is there. A comment without a marker is one of nobody. */
export function countKeys(comments: readonly OutsideComment[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { body } of comments) {
    const key = keyIn(body) ?? 'no marker';
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function isWritten(story: ExplainView | undefined, written: ReadonlyMap<string, number>): boolean {
  const done = story?.tasks.filter(({ state }) => state === 'done') ?? [];
  return done.every(({ effects = [] }) => effects.length > 0 && effects.every(({ key }) => written.has(key)));
}
