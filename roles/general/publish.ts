import { MeshError } from '../../protocols/errors.ts';
import { MAX_HOPS } from '../../protocols/marker.ts';
import { allowedOutput } from '../policy/allowed-tools.ts';
import { trustOf } from '../policy/trust.ts';
import type { Effect } from '../ports/effects.ts';
import type { Analysis } from './engine.ts';
import type { Stage } from './loop/stage.ts';
import { OUTPUTS } from './outputs/outputs.ts';

/** One thing to be seen of an answer; JSON, so that a repeat can do exactly the same. */
export type Planned = Pick<Effect, 'name' | 'kind' | 'target' | 'body' | 'hops'>;

/** What is to be seen of an answer, as the manifest says, the trust of the event allows, and this node can do. */
export async function planOf(analysis: Analysis, stage: Stage): Promise<readonly Planned[]> {
  const { scene, manifest, parts } = stage;
  const hops = scene.event.hops + 1;
  if (scene.task === undefined || parts.effects === undefined || hops > MAX_HOPS) return [];
  const { effects } = parts;
  const output = allowedOutput(trustOf(scene.event), manifest.output);
  const shown = await OUTPUTS[output](analysis, stage);
  return shown.flatMap(({ name, intent, instead }): Planned[] => {
    const served = [intent, instead].find((each) => each !== undefined && effects.serves(each.kind));
    return served === undefined ? [] : [{ ...served, name, hops }];
  });
}

/** A commit follows from where its branch stood when it was planned: planned anew it would be another one. */
export function isToBeKept(plan: readonly Planned[]): boolean {
  return plan.some(({ kind }) => kind === 'branch');
}

/** Each thing once, in its order. */
export async function perform(plan: readonly Planned[], { scene, parts }: Stage): Promise<void> {
  for (const planned of plan) {
    if (scene.task === undefined || parts.effects === undefined) return;
    try {
      await parts.effects.perform({ ...scene.task, ...planned }, scene.signal);
    } catch (error) {
      if (!isOptional(planned, error)) throw error;
      parts.runtime.log.warn(
        { eventId: scene.event.id, kind: planned.kind, problem: error.message },
        'way back refused',
      );
      return;
    }
  }
}

/** To take a change back is an offer: where files were changed since, or such a branch is there, people do it. */
function isOptional({ kind }: Planned, error: unknown): error is MeshError {
  return (kind === 'branch' || kind === 'pull-request') && error instanceof MeshError && !error.retryable;
}
