import type { Assembled } from '../roles/effects/assemble.ts';
import { General } from '../roles/general/general.ts';
import { mayAccept } from '../roles/policy/pressure.ts';
import { redacting } from '../roles/policy/redact.ts';
import type { Model } from '../roles/ports/model.ts';
import type { Core } from './compose-core.ts';
import { composeEffects } from './compose-effects.ts';
import { composeForge } from './compose-github.ts';
import { composeModel, modelsInWords } from './compose-model.ts';
import { loadGenerals } from './compose-templates.ts';
import { approvalWanted } from './compose-words.ts';
import { composeWorkshop } from './compose-workshop.ts';
import type { Config } from './config/config.ts';

export interface ComposedGeneral {
  readonly general: General;
  /** Absent: the generals answer by rules. */
  readonly model?: Model;
  /** Names of the models, for people. */
  readonly models?: string;
  /** Absent: nothing of what they find is seen outside the mesh. */
  readonly effects?: Assembled;
}

export async function composeGeneral(config: Config, core: Core): Promise<ComposedGeneral> {
  const { card, replica, store, dispatcher, runtime, metrics, late, announcer, pressure } = core;
  const model = composeModel(config.model, core);
  const effects = composeEffects(config, core);
  const folders = await loadGenerals({ own: config.node.generalsDir });
  const general = new General(
    { self: card, generals: card.generals },
    {
      journal: replica,
      tables: store.tables,
      dispatcher,
      runtime,
      meter: metrics,
      mayAccept: () => mayAccept(pressure.now),
      ...folders,
      model,
      effects: effects?.desk,
      forge: composeForge(core.github),
      ...(await composeWorkshop(config, { github: core.github, log: runtime.log })),
      redact: redacting(secretsOf(config)),
      isApprovalWanted: approvalWanted(config),
    },
  );
  late.offer = (from, offer) => general.offer(from, offer);
  late.load = () => general.load();
  general.onChange(() => announcer.changed());
  return { general, ...(model && { model, models: modelsInWords(config.model) }), ...(effects && { effects }) };
}

/** All that this node was given in confidence: none of it may be in what its agents read or write. */
function secretsOf({ model, discord, github, ingest }: Config): readonly string[] {
  const secrets = [
    model.apiKey,
    ...model.providers.map(({ apiKey }) => apiKey),
    discord.token,
    github.token,
    github.app?.privateKey,
    ...ingest.github.secrets,
  ];
  return secrets.flatMap((secret) => (secret === undefined ? [] : [secret.reveal()]));
}
