import { MAX_HOPS } from '../../protocols/marker.ts';
import type { NodeCard } from '../../protocols/presence.ts';
import type { Effect, EffectDesk } from '../ports/effects.ts';
import type { Scene } from './conversation.ts';
import type { Analysis } from './engine.ts';
import { commentOf } from './result-comment.ts';

/** Name of the one comment of a finished task among its effects. */
const RESULT = 'result';

/** Posts the answer as one comment where the event is about an issue or a pull request. */
export function publishing(
  { self }: { readonly self: NodeCard },
  { effects }: { readonly effects: EffectDesk },
): (analysis: Analysis, scene: Scene) => Promise<void> {
  return async (analysis, scene) => {
    const effect = commentEffect(analysis, scene, self);
    if (effect !== undefined) await effects.perform(effect, scene.signal);
  };
}

export function commentEffect(analysis: Analysis, scene: Scene, self: NodeCard): Effect | undefined {
  const { general, event, task } = scene;
  const number = event.data.pullRequest?.number ?? event.data.issue?.number;
  const hops = event.hops + 1;
  if (task === undefined || number === undefined || event.repository === '' || hops > MAX_HOPS) return undefined;
  return {
    ...task,
    name: RESULT,
    kind: 'comment',
    target: { repository: event.repository, number, since: sinceOf(event.time) },
    body: commentOf(analysis, { general: general.name, cluster: self.cluster }),
    hops,
  };
}

/** An answer is younger than its event, whichever clock told the event's time: a day covers every clock that GitHub or we may have. */
const CLOCKS_MS = 86_400_000;

function sinceOf(time: string): string {
  return new Date(Date.parse(time) - CLOCKS_MS).toISOString();
}
