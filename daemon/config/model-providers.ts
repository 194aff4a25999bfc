import * as z from 'zod';
import { SecretRefSchema } from './secret.ts';
import { duration, listOf, slug, TAKES, webUrl } from './values.ts';

/** What the section `model` says of one provider and what an item of `model.providers` says of another. */

const price = z.number().nonnegative().default(0);

export const PROVIDER_KEYS = {
  provider: z
    .enum(['openai', 'anthropic'])
    .default('openai')
    .describe(
      'Whose address is taken when baseUrl is not set. Anything that speaks the OpenAI protocol works with openai and a baseUrl.',
    ),
  baseUrl: webUrl.exactOptional().describe("Address of the OpenAI-compatible server. Default: the provider's."),
  apiKey: SecretRefSchema.exactOptional().describe('The key. A local server may need none.'),
  timeout: duration('60s').describe('Longest wait for one answer.'),
  requestsPerMinute: z
    .int()
    .positive()
    .exactOptional()
    .describe(
      'Most requests that this node makes in any minute; further ones wait for their turn. Default: as many as come.',
    ),
};

export const MODEL_KEYS = {
  temperature: z.number().min(0).max(2).default(0.7).describe('0 answers alike each time, 2 most freely.'),
  maxTokens: z.int().positive().default(2_048).describe('Most tokens of one answer.'),
  prices: z
    .strictObject({
      input: price.describe('US dollars for a million tokens sent. 0: costs are not counted.'),
      output: price.describe('US dollars for a million tokens answered.'),
      cachedInput: z
        .number()
        .nonnegative()
        .exactOptional()
        .describe('US dollars for a million tokens sent that the provider had in its cache. Default: as `input`.'),
    })
    .prefault({}),
};

const ModelSchema = z.strictObject({
  name: z.string().min(1).describe('As the provider calls it.'),
  ...MODEL_KEYS,
});

const ProviderSchema = z.strictObject({
  name: slug('a provider').describe('How `model.classes` calls it: `NAME/MODEL`.'),
  ...PROVIDER_KEYS,
  models: listOf(ModelSchema)
    .refine((models) => models.length > 0, 'names no model')
    .describe('Those of its models that may be asked.'),
});

export const providersSchema = listOf(ProviderSchema)
  .default([])
  .describe('More providers beside the one of this section: {name, provider, baseUrl, apiKey, …, models}.');

/** `NAME/MODEL`: what follows the first slash may hold more of them. */
const chain = listOf(z.string().regex(/^[^/]+\/.+/, 'is not a model of a provider, like openai/gpt-4o-mini'));

export const classesSchema = z
  .strictObject({
    small: chain
      .exactOptional()
      .describe(
        'Who is asked first, and the next when one cannot be used: a list of `PROVIDER/MODEL`. Default: the model of this section, then the first of each provider.',
      ),
    large: chain
      .exactOptional()
      .describe('Who is asked for large tasks, and when a small model is not sure. Default: as small.'),
    escalateBelow: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe(
        'An answer of the small class that is less sure of itself than this is asked of the large one. 0: never.',
      ),
  })
  .prefault({});

const LimitSchema = z
  .strictObject({
    usd: z.number().nonnegative().exactOptional(),
    tokens: z.int().nonnegative().exactOptional(),
  })
  .register(TAKES, { takes: '{usd: NUMBER, tokens: NUMBER}, either or both' });

const limits = z
  .record(z.string().min(1), LimitSchema)
  .default({})
  .register(TAKES, { takes: 'mapping of a name to {usd: NUMBER, tokens: NUMBER}' });

export const budgetsSchema = z
  .strictObject({
    day: LimitSchema.exactOptional().describe('Of the whole organisation on one day of UTC. Default: no limit.'),
    perGeneral: LimitSchema.exactOptional().describe('Of each general on one day.'),
    generals: limits.describe('Of single generals on one day, instead of perGeneral.'),
    perRepository: LimitSchema.exactOptional().describe('For the events of each repository on one day.'),
    repositories: limits.describe('Of single repositories, `owner/name`, on one day, instead of perRepository.'),
  })
  .prefault({});
