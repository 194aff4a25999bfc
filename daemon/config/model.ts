import * as z from 'zod';
import { budgetsSchema, classesSchema, MODEL_KEYS, PROVIDER_KEYS, providersSchema } from './model-providers.ts';
import { secretFile, secretIn } from './secret.ts';
import type { Section } from './section.ts';
import { asNumber, asText, duration, size } from './values.ts';

const schema = z
  .strictObject({
    enabled: z
      .enum(['auto', 'off'])
      .default('auto')
      .describe(
        'auto uses a model when there is a key or an address for one, else offline-rules; off always uses offline-rules.',
      ),
    provider: PROVIDER_KEYS.provider,
    baseUrl: PROVIDER_KEYS.baseUrl,
    apiKey: PROVIDER_KEYS.apiKey,
    name: z.string().min(1).default('gpt-4o-mini').describe('The model.'),
    ...MODEL_KEYS,
    timeout: PROVIDER_KEYS.timeout,
    requestsPerMinute: PROVIDER_KEYS.requestsPerMinute,
    providers: providersSchema,
    classes: classesSchema,
    budgets: budgetsSchema,
    cache: z
      .strictObject({
        enabled: z
          .boolean()
          .default(true)
          .describe(
            'Give the answer again where the same model is asked exactly the same. docs/models.md says what is never kept.',
          ),
        maxAge: duration('24h').describe('How long an answer is given again.'),
        maxBytes: size('64MiB').describe('Room for answers in the store of the node; the oldest go first.'),
      })
      .prefault({}),
  })
  .prefault({});

export const modelSection = {
  name: 'model',
  about:
    'The language models behind the generals. Without one they work by rules and say so. One model needs only the first keys; several, with budgets: docs/models.md.',
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
