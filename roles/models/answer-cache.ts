import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { TurnRequest } from '../ports/model.ts';
import type { ModelCache } from '../ports/model-cache.ts';
import type { Usable } from '../ports/model-provider.ts';
import type { Meter } from '../ports/runtime.ts';
import { schemaOf } from './form-schema.ts';
import type { ModelChoice } from './model-plan.ts';

const KeptSchema = z.object({
  text: z.string(),
  calls: z.array(z.object({ id: z.string(), name: z.string(), arguments: z.string() })),
  value: z.unknown().optional(),
  model: z.string(),
});

/** What is kept of an answer. */
export interface Kept<T> extends Omit<Usable<T>, 'ok'> {
  readonly model: string;
}

export interface AnswerCacheParts {
  readonly cache?: ModelCache | undefined;
  readonly meter: Meter;
}

/** Answers that are on this node already: the same model was asked exactly the same. */
export class AnswerCache {
  readonly #parts: AnswerCacheParts;

  constructor(parts: AnswerCacheParts) {
    this.#parts = parts;
  }

  /** Undefined where nothing is kept, or what is kept does not fit the form of now. */
  async find<T>(choice: ModelChoice, request: TurnRequest<T>): Promise<Kept<T> | undefined> {
    const { cache, meter } = this.#parts;
    if (cache === undefined || !isKeepable(choice, request)) return undefined;
    const kept = decode(await cache.get(keyOf(choice, request)), request);
    meter.count('mindmesh_model_cache_total', { outcome: kept === undefined ? 'miss' : 'hit' });
    return kept;
  }

  async keep<T>(choice: ModelChoice, request: TurnRequest<T>, { text, calls, value, model }: Kept<T>): Promise<void> {
    const { cache } = this.#parts;
    if (cache === undefined || !isKeepable(choice, request)) return;
    await cache.put(keyOf(choice, request), JSON.stringify({ text, calls, value, model }));
  }
}

/**
 * A turn with tools leads to acts. Asked again it may choose others, and somebody who asks again may well want that; only a model
 * at temperature 0 is expected to choose the same.
 */
export function isKeepable(
  { temperature }: ModelChoice,
  { tools = [], toolChoice }: Pick<TurnRequest, 'tools' | 'toolChoice'>,
): boolean {
  return tools.length === 0 || toolChoice === 'none' || temperature === 0;
}

/** Of everything that goes into the answer. */
export function keyOf(choice: ModelChoice, request: TurnRequest): string {
  const { messages, tools = [], toolChoice = 'auto', form } = request;
  const { provider, model, temperature = null, maxTokens } = choice;
  const schema = form && { name: form.name, schema: schemaOf(form) };
  const asked = [provider, model, temperature, maxTokens, messages, tools, toolChoice, schema ?? null];
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex');
}

function decode<T>(text: string | undefined, { form }: TurnRequest<T>): Kept<T> | undefined {
  if (text === undefined) return undefined;
  const kept = KeptSchema.safeParse(parse(text));
  if (!kept.success) return undefined;
  const { value, ...said } = kept.data;
  if (form === undefined || said.calls.length > 0) return said;
  const fitted = form.schema.safeParse(value);
  return fitted.success ? { ...said, value: fitted.data } : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is kept may have been damaged: then it is as if it were not there.
    return undefined;
  }
}
