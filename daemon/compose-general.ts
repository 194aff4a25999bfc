import type { Assembled } from '../roles/effects/assemble.ts';
import { General } from '../roles/general/general.ts';
import { mayAccept } from '../roles/policy/pressure.ts';
import type { Model } from '../roles/ports/model.ts';
import type { Core } from './compose-core.ts';
import { composeEffects } from './compose-effects.ts';
import { composeModel, modelsInWords } from './compose-model.ts';
import type { Config } from './config/config.ts';
import { loadTemplates } from './templates.ts';

export interface ComposedGeneral {
  readonly general: General;
  /** Absent: the generals answer by rules. */
  readonly model?: Model;
  /** Names of the models, for people. */
  readonly models?: string;
  /** Absent: nothing of what they find is seen outside the mesh. */
  readonly effects?: Assembled;
}

export function composeGeneral(config: Config, core: Core): ComposedGeneral {
  const { card, replica, store, dispatcher, runtime, metrics, late, announcer, pressure } = core;
  const model = composeModel(config.model, core);
  const effects = composeEffects(config, core);
  const engine = { templates: loadTemplates(), ...(model && { model }) };
  const general = new General(
    { self: card, generals: card.generals },
    {
      journal: replica,
      tables: store.tables,
      dispatcher,
      runtime,
      meter: metrics,
      mayAccept: () => mayAccept(pressure.now),
      ...engine,
      effects: effects?.desk,
    },
  );
  late.offer = (from, offer) => general.offer(from, offer);
  late.load = () => general.load();
  general.onChange(() => announcer.changed());
  return { general, ...(model && { model, models: modelsInWords(config.model) }), ...(effects && { effects }) };
}
