import * as z from 'zod';
import { SecretRefSchema, secretFile, secretIn } from './secret.ts';
import type { Section } from './section.ts';
import { asNumber, asText, duration, webUrl } from './values.ts';

const price = z.number().nonnegative().default(0);

const schema = z
  .strictObject({
    enabled: z
      .enum(['auto', 'off'])
      .default('auto')
      .describe(
        'auto uses a model when there is a key or an address for one, else offline-rules; off always uses offline-rules.',
      ),
    provider: z
      .enum(['openai', 'anthropic'])
      .default('openai')
      .describe(
        'Whose address is taken when baseUrl is not set. Anything that speaks the OpenAI protocol works with openai and a baseUrl.',
      ),
    baseUrl: webUrl.exactOptional().describe("Address of the OpenAI-compatible server. Default: the provider's."),
    apiKey: SecretRefSchema.exactOptional().describe('The key. A local server may need none.'),
    name: z.string().min(1).default('gpt-4o-mini').describe('The model.'),
    temperature: z.number().min(0).max(2).default(0.7).describe('0 answers alike each time, 2 most freely.'),
    maxTokens: z.int().positive().default(2_048).describe('Most tokens of one answer.'),
    timeout: duration('60s').describe('Longest wait for one answer.'),
    prices: z
      .strictObject({
        input: price.describe('US dollars for a million tokens sent. 0: costs are not counted.'),
        output: price.describe('US dollars for a million tokens answered.'),
      })
      .prefault({}),
  })
  .prefault({});

export const modelSection = {
  name: 'model',
  about: 'The language model behind the generals. Without one they work by rules and say so.',
  schema,
  variables: [
    { name: 'OPENAI_API_KEY', key: 'model.apiKey', parse: secretIn('OPENAI_API_KEY') },
    { name: 'OPENAI_API_KEY_FILE', key: 'model.apiKey', parse: secretFile },
    { name: 'AI_API_KEY', key: 'model.apiKey', parse: secretIn('AI_API_KEY') },
    { name: 'OPENAI_BASE_URL', key: 'model.baseUrl', parse: asText },
    { name: 'AI_MODEL_PROVIDER', key: 'model.provider', parse: asText },
    { name: 'AI_MODEL_NAME', key: 'model.name', parse: asText },
    { name: 'AI_TEMPERATURE', key: 'model.temperature', parse: asNumber },
    { name: 'AI_MAX_TOKENS', key: 'model.maxTokens', parse: asNumber },
  ],
  flags: [
    { name: 'model', key: 'model.name', parse: asText, value: 'NAME', help: 'the model' },
    { name: 'model-url', key: 'model.baseUrl', parse: asText, value: 'URL', help: 'OpenAI-compatible server' },
  ],
} as const satisfies Section;
