import type { MeshEvent } from '../../protocols/event.ts';
import type { PeerId, SlotId } from '../../protocols/ids.ts';
import { logKey, type Position } from '../../protocols/ids.ts';
import type { EffectView, ExplainView, TaskView } from '../../protocols/operator.ts';
import type { Story, Task, TaskEffect } from '../replica/story.ts';

/** One offer of this node and what came of it. */
export interface OfferNote {
  readonly slot: SlotId;
  readonly to: PeerId;
  /** Wall-clock milliseconds. */
  readonly at: number;
  readonly answer: string;
}

export interface ExplainFacts {
  /** Names of the nodes that this one knows. */
  readonly names: ReadonlyMap<string, string>;
  /** Offers of this node for this event, oldest first. */
  readonly offers: readonly OfferNote[];
  /** Who owns the subject now; absent where nobody does, or this node cannot say. */
  readonly owner?: PeerId;
}

/** Undefined while the event itself has not come: a decision about it may be here before it. */
export function explainView(story: Story, facts: ExplainFacts): ExplainView | undefined {
  const { event, position, receivedAt, settled } = story;
  if (event === undefined || position === undefined) return undefined;
  const { kind, type, subject, repository, actor } = event;
  const view: Omit<ExplainView, 'names'> = {
    eventId: story.eventId,
    ...{ kind, type, subject, repository, actor },
    title: titleOf(event),
    ...(event.data.truncated && { truncated: [...event.data.truncated] }),
    receivedAt: receivedAt ?? 0,
    receivedBy: position.origin,
    position: formatPosition(position),
    ...(facts.owner !== undefined && { owner: facts.owner }),
    ...decisionOf(story),
    waiting: (story.distribution?.waiting ?? []).map((waiting) => ({ ...waiting })),
    tasks: story.tasks.map((task) => taskView(task, facts.offers)),
    ...(settled && { settled: { ...settled } }),
  };
  return { ...view, names: namesIn(view, facts.names) };
}

function decisionOf({ distribution, distributedBy }: Story): Partial<ExplainView> {
  if (distribution === undefined) return {};
  const { rule, strategy, priority, revision, at, trust } = distribution;
  return {
    ...{ rule, strategy, priority, revision },
    distributedAt: at,
    ...(distributedBy !== undefined && { distributedBy }),
    ...(trust !== undefined && { trust }),
  };
}

function taskView(task: Task, offers: readonly OfferNote[]): TaskView {
  const { slot, general, state, plan, accepted, attempts, effects, done, dead, superseded, handedBack, round } = task;
  const { rule, strategy, priority } = plan;
  return {
    slot,
    general,
    ...(rule !== undefined && { rule }),
    ...(strategy !== undefined && { strategy }),
    ...(priority !== undefined && { priority }),
    state,
    candidates: plan.candidates.map((candidate) => ({ ...candidate })),
    ...(accepted && { acceptedBy: accepted.by }),
    attempts: attempts.map(({ number, by, startedAt, failed }) => ({
      number,
      by,
      startedAt,
      ...(failed && { error: `${failed.code}: ${failed.message}` }),
    })),
    ...(effects.length > 0 && { effects: effects.map(effectView) }),
    ...(done && { result: done.result, doneAt: done.at }),
    ...(superseded && { supersededBy: superseded.by }),
    ...(dead && { dead: dead.dropped ? `${dead.reason} (dropped)` : dead.reason }),
    ...(handedBack.length > 0 && { handedBack: [...handedBack] }),
    ...(round > 0 && { round }),
    offers: offers.filter((offer) => offer.slot === slot).map(({ to, at, answer }) => ({ to, at, answer })),
  };
}

function effectView({ key, kind, target, intended, done, removed }: TaskEffect): EffectView {
  return {
    ...{ key, kind, target, removed },
    intended: intended.map((each) => ({ ...each })),
    ...(done && { doneAt: done.at, doneBy: done.by, ref: { ...done.ref } }),
  };
}

/** What a person would call it: the title of what it is about, or the first line of what was said. */
export function titleOf({ data, type }: MeshEvent): string {
  const title =
    data.pullRequest?.title ??
    data.issue?.title ??
    data.release?.name ??
    data.push?.commits.at(-1)?.message ??
    data.check?.name ??
    data.alert?.name ??
    data.deployment?.environment ??
    data.comment?.body;
  return title?.split('\n', 1)[0] || type;
}

export function formatPosition(position: Position): string {
  return `${logKey(position)}/${position.seq}`;
}

/** Only the names that the view needs. */
function namesIn(view: Omit<ExplainView, 'names'>, names: ReadonlyMap<string, string>): Record<string, string> {
  const peers = [
    view.receivedBy,
    view.owner,
    view.distributedBy,
    ...view.tasks.flatMap((task) => [
      task.acceptedBy,
      ...task.candidates.map(({ peer }) => peer),
      ...task.attempts.map(({ by }) => by),
      ...task.offers.map(({ to }) => to),
      ...(task.handedBack ?? []),
      ...(task.effects ?? []).flatMap(({ intended, doneBy }) => [doneBy, ...intended.map(({ by }) => by)]),
    ]),
  ];
  const known = peers.flatMap((peer) => {
    const name = peer === undefined ? undefined : names.get(peer);
    return peer === undefined || name === undefined ? [] : [[peer, name] as const];
  });
  return Object.fromEntries(known);
}
