import { OpenAiProvider, type ProviderOptions } from '../../daemon/model/openai.ts';
import { GovernedModel } from '../../roles/models/governed-model.ts';
import type { ModelChoice } from '../../roles/models/model-plan.ts';
import type { Model } from '../../roles/ports/model.ts';
import type { Meter, Runtime } from '../../roles/ports/runtime.ts';
import { NO_BUDGETS, UsageLog } from '../fakes/governed.ts';

export interface OneProviderOptions extends Omit<ProviderOptions, 'name'>, Pick<ModelChoice, 'maxTokens' | 'prices'> {
  /** The model. */
  readonly name: string;
  readonly temperature?: number;
}

/** One model of one real provider, governed as a daemon does it. */
export function oneProvider(options: OneProviderOptions, parts: { runtime: Runtime; meter: Meter }): Model {
  const { name: model, provider, prices, maxTokens, temperature, timeout } = options;
  const log = new UsageLog();
  const choice: ModelChoice = {
    provider,
    model,
    prices,
    maxTokens,
    ...(temperature !== undefined && { temperature }),
    timeoutMs: timeout,
  };
  const chain = [choice];
  return new GovernedModel(
    { plan: { classes: { small: chain, large: chain }, escalateBelow: 0.5 }, budgets: NO_BUDGETS },
    {
      journal: log,
      tables: log.tables,
      ...parts,
      providers: new Map([[provider, { provider: new OpenAiProvider({ ...options, name: provider }, parts) }]]),
    },
  );
}
