import { MAX_HOPS } from '../../protocols/marker.ts';
import { allowedOutput } from '../policy/allowed-tools.ts';
import { trustOf } from '../policy/trust.ts';
import type { Effect } from '../ports/effects.ts';
import type { Analysis } from './engine.ts';
import type { Stage } from './loop/stage.ts';
import { OUTPUTS } from './outputs/outputs.ts';

/** Makes an answer visible as the manifest says and the trust of the event allows, each thing once. */
export async function publish(analysis: Analysis, stage: Stage): Promise<void> {
  for (const effect of await effectsOf(analysis, stage)) {
    await stage.parts.effects?.perform(effect, stage.scene.signal);
  }
}

/** What is to be seen of an answer, of the kinds that this node can do. */
export async function effectsOf(analysis: Analysis, stage: Stage): Promise<readonly Effect[]> {
  const { scene, manifest, parts } = stage;
  const { event, task } = scene;
  const hops = event.hops + 1;
  if (task === undefined || parts.effects === undefined || hops > MAX_HOPS) return [];
  const { effects } = parts;
  const output = allowedOutput(trustOf(event), manifest.output);
  const shown = await OUTPUTS[output](analysis, stage);
  return shown.flatMap(({ name, intent, instead }): Effect[] => {
    const served = [intent, instead].find((each) => each !== undefined && effects.serves(each.kind));
    return served === undefined ? [] : [{ ...task, ...served, name, hops }];
  });
}
