import type { PeerId } from '../../protocols/ids.ts';
import type { DeadLetter, TaskLine } from '../../protocols/operator.ts';
import type { Story, Task } from '../replica/story.ts';

/** Everything an event still wants done, and what came of the rest: one line a slot, then one a general that nobody offers. */
export function taskLines(story: Story): TaskLine[] {
  const { event, distribution, receivedAt = 0 } = story;
  if (event === undefined || distribution === undefined) return [];
  const about = { eventId: story.eventId, kind: event.kind, subject: event.subject };
  const tasks = story.tasks.map((task) => taskLine(task, about, distribution.at));
  const waiting = distribution.waiting.map(({ general, cluster, reason, priority }) => ({
    ...about,
    ...{ slot: cluster === undefined ? general : `${general}@${cluster}`, general, state: 'waiting', attempts: 0 },
    since: receivedAt,
    ...(priority !== undefined && { priority }),
    note: reason,
  }));
  return [...tasks, ...waiting];
}

/** Is there anything left to be done? */
export function isOpenLine({ state }: TaskLine): boolean {
  return state !== 'done' && state !== 'superseded' && state !== 'dead';
}

type About = Pick<TaskLine, 'eventId' | 'kind' | 'subject'>;

function taskLine(task: Task, about: About, decidedAt: number): TaskLine {
  const { slot, general, state, plan, attempts } = task;
  const node = nodeOf(task);
  const note = noteOf(task);
  return {
    ...about,
    ...{ slot, general, state, attempts: attempts.length },
    since: sinceOf(task) ?? decidedAt,
    ...(plan.priority !== undefined && { priority: plan.priority }),
    ...(node !== undefined && { node }),
    ...(note !== undefined && { note }),
  };
}

/** Who has it, or had it last. */
function nodeOf({ done, attempts, accepted }: Task): PeerId | undefined {
  return done?.by ?? attempts.at(-1)?.by ?? accepted?.by;
}

function sinceOf(task: Task): number | undefined {
  const { state, done, dead, superseded, attempts, accepted, retried } = task;
  const last = attempts.at(-1);
  switch (state) {
    case 'done':
      return done?.at;
    case 'dead':
      return dead?.at;
    case 'superseded':
      return superseded?.at;
    case 'failed':
      return last?.failed?.at;
    case 'running':
      return last?.startedAt;
    case 'accepted':
      return accepted?.at;
    case 'offered':
      return retried?.at;
  }
}

function noteOf({ dead, superseded, done, attempts, handedBack }: Task): string | undefined {
  if (done !== undefined) return undefined;
  if (superseded !== undefined) return `by ${superseded.by}`;
  if (dead !== undefined) return dead.reason;
  const failed = attempts.at(-1)?.failed;
  if (failed !== undefined) return `${failed.code}: ${failed.message}`;
  return handedBack.length === 0 ? undefined : 'handed back by a node that left';
}

/** Undefined for a slot that is not given up. */
export function deadLetterOf({ eventId, event }: Story, task: Task): DeadLetter | undefined {
  const { slot, general, dead, attempts, round } = task;
  if (task.state !== 'dead' || dead === undefined || event === undefined) return undefined;
  const { kind, subject, repository } = event;
  return { eventId, slot, general, kind, subject, repository, ...dead, attempts: attempts.length, round };
}

/** The slots of one event that are given up; of several only those asked for. */
export function deadTasks(story: Story, slot?: string): Task[] {
  return story.tasks.filter((task) => task.state === 'dead' && (slot === undefined || task.slot === slot));
}
