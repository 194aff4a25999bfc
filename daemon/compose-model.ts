import { generalName } from '../protocols/generals.ts';
import type { Budgets } from '../roles/models/budget.ts';
import { GovernedModel, type GovernedModelParts } from '../roles/models/governed-model.ts';
import { type ModelChoice, type ModelPlan, nameOf } from '../roles/models/model-plan.ts';
import { mayOffer } from '../roles/policy/pressure.ts';
import type { Model } from '../roles/ports/model.ts';
import type { ModelCache } from '../roles/ports/model-cache.ts';
import type { Core } from './compose-core.ts';
import type { Config } from './config/config.ts';
import { OpenAiProvider, type ProviderOptions, type ProviderParts } from './model/openai.ts';

type Configured = Config['model'];

/** A provider of the configuration with those of its models that may be asked. */
interface Offered extends ProviderOptions {
  readonly requestsPerMinute?: number;
  readonly models: readonly ModelChoice[];
}

/** The models of the configuration behind one; undefined when none has a key or an address, or all are switched off. */
export function composeModel(config: Configured, core: Core): Model | undefined {
  const offered = offeredBy(config);
  if (offered.length === 0) return undefined;
  const { replica, store, runtime, metrics } = core;
  const parts = { journal: replica, tables: store.tables, runtime, meter: metrics, cache: cacheOf(config, core) };
  return new GovernedModel(
    { plan: planOf(config, offered), budgets: budgetsOf(config) },
    { ...parts, providers: openedOf(offered, { runtime }) },
  );
}

/** A disk that is nearly full has no room for what can be asked again. */
function cacheOf({ cache }: Configured, { store, runtime, pressure }: Core): ModelCache | undefined {
  if (!cache.enabled) return undefined;
  const options = { maxAgeMs: cache.maxAge, maxBytes: cache.maxBytes };
  const kept = store.modelCache(options, () => runtime.wall());
  return {
    get: (key) => kept.get(key),
    put: async (key, answer) => (mayOffer(pressure.now) ? kept.put(key, answer) : undefined),
  };
}

/** Generals by their whole names: `security` is enough in the configuration. */
export function budgetsOf({ budgets }: Pick<Configured, 'budgets'>): Budgets {
  const generals = Object.entries(budgets.generals).map(([name, limit]) => [generalName(name), limit]);
  return { ...budgets, generals: Object.fromEntries(generals) };
}

/** For people: who is asked first, and who then. A plain configuration has one model, and its name says all. */
export function modelsInWords(config: Configured): string {
  const [first, ...others] = planOf(config, offeredBy(config)).classes.small;
  if (first === undefined || (others.length === 0 && config.providers.length === 0)) return config.name;
  return [first, ...others].map(nameOf).join(', ');
}

/** The provider of the section itself, where it has a key or an address, and those of the list. */
export function offeredBy(config: Configured): readonly Offered[] {
  const { enabled, name, provider, apiKey, baseUrl, timeout, requestsPerMinute, providers } = config;
  if (enabled === 'off') return [];
  const isConfigured = apiKey !== undefined || baseUrl !== undefined;
  const address = { ...(apiKey && { apiKey }), ...(baseUrl !== undefined && { baseUrl }) };
  const rate = requestsPerMinute === undefined ? {} : { requestsPerMinute };
  const models = [choiceOf({ name: provider, timeout }, { ...config, name })];
  const own: Offered = { name: provider, provider, timeout, ...address, ...rate, models };
  const others = providers.map(({ models: listed, ...each }) => {
    return { ...each, models: listed.map((model) => choiceOf(each, model)) };
  });
  return [...(isConfigured ? [own] : []), ...others];
}

type Provider = Pick<Configured['providers'][number], 'name' | 'timeout'>;
type Listed = Configured['providers'][number]['models'][number];

function choiceOf({ name: provider, timeout }: Provider, model: Listed): ModelChoice {
  const { name, prices, maxTokens, temperature } = model;
  return { provider, model: name, prices, maxTokens, temperature, timeoutMs: timeout };
}

/** Who is asked for what. A name of the configuration that has no key or address is left out. */
export function planOf({ classes }: Pick<Configured, 'classes'>, offered: readonly Offered[]): ModelPlan {
  const all = offered.flatMap(({ models }) => models);
  const first = offered.flatMap(({ models }) => models.slice(0, 1));
  const named = (names: readonly string[] | undefined) => {
    return names?.flatMap((name) => all.filter(({ provider, model }) => `${provider}/${model}` === name));
  };
  const small = named(classes.small) ?? first;
  return { classes: { small, large: named(classes.large) ?? small }, escalateBelow: classes.escalateBelow };
}

export function openedOf(offered: readonly Offered[], parts: ProviderParts): GovernedModelParts['providers'] {
  return new Map(
    offered.map(({ requestsPerMinute, models: _, ...options }) => {
      const rate = requestsPerMinute === undefined ? {} : { requestsPerMinute };
      return [options.name, { provider: new OpenAiProvider(options, parts), ...rate }];
    }),
  );
}
