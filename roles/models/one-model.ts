import { hasCode, MeshError } from '../../protocols/errors.ts';
import type { Message, TurnReply } from '../ports/model.ts';
import type { Unusable } from '../ports/model-provider.ts';
import type { Meter, Runtime } from '../ports/runtime.ts';
import type { AnswerCache, Kept } from './answer-cache.ts';
import type { ModelChoice } from './model-plan.ts';
import type { Paid, PaidCalls } from './paid-calls.ts';
import { within } from './within.ts';

export interface OneModelParts {
  readonly calls: PaidCalls;
  readonly cache: AnswerCache;
  readonly runtime: Pick<Runtime, 'monotonic' | 'after'>;
  readonly meter: Meter;
}

/**
 * One turn of one model: what it answered before, or its answer, with one repair try. All of that takes at most its `timeoutMs`.
 * @throws MeshError `model-unavailable`, `model-nonsense`, `budget-exceeded`
 */
export async function askModel<T>(paid: Paid<T>, parts: OneModelParts): Promise<TurnReply<T>> {
  const { choice, request } = paid;
  const kept = await parts.cache.find(choice, request);
  if (kept !== undefined) return replyOf(paid, kept, true);
  const started = parts.runtime.monotonic();
  const limits = { ms: choice.timeoutMs, signal: request.signal, model: choice.model };
  try {
    const work = (signal: AbortSignal) => askTwice({ ...paid, request: { ...request, signal } }, parts.calls);
    const said = await within(work, limits, parts.runtime);
    await parts.cache.keep(choice, request, said);
    measure(choice, 'answered', started, parts);
    return replyOf(paid, said, false);
  } catch (error) {
    measure(choice, outcomeOf(error), started, parts);
    throw error;
  }
}

/** One try, and one more that says what was wrong with the first. */
async function askTwice<T>(paid: Paid<T>, calls: PaidCalls): Promise<Kept<T>> {
  const { choice, request } = paid;
  const first = await calls.call(paid);
  if (first.reading.ok) return keptOf(first.reading, first.model ?? choice.model);
  const messages = [...request.messages, ...repair(first.reading)];
  const second = await calls.call({ ...paid, request: { ...request, messages } });
  if (second.reading.ok) return keptOf(second.reading, second.model ?? choice.model);
  throw new MeshError('model-nonsense', { model: choice.model, problem: second.reading.problem });
}

function keptOf<T>({ ok: _, ...said }: { readonly ok: true } & Omit<Kept<T>, 'model'>, model: string): Kept<T> {
  return { ...said, model };
}

/** What was answered, and what to do about it. A response that was no completion leaves nothing to show. */
function repair({ text, problem }: Unusable): Message[] {
  const said: Message[] = text ? [{ role: 'assistant', text }] : [];
  const wish = `Your answer could not be used: ${problem}. Answer once more, with one JSON object in the form that was asked for and nothing else.`;
  return [...said, { role: 'user', text: wish }];
}

function replyOf<T>({ choice, tally }: Paid<T>, { model, ...said }: Kept<T>, isCached: boolean): TurnReply<T> {
  const confidence = confidenceOf(said.value);
  return {
    ...said,
    ...(confidence !== undefined && { confidence }),
    model,
    provider: choice.provider,
    usage: tally.usage,
    isCached,
  };
}

/** How sure the model says it is, where the form has a place for that. */
function confidenceOf(value: unknown): number | undefined {
  const given = typeof value === 'object' && value !== null && 'confidence' in value ? value.confidence : undefined;
  return typeof given === 'number' ? given : undefined;
}

type Outcome = 'answered' | 'nonsense' | 'refused' | 'unavailable';

function outcomeOf(error: unknown): Outcome {
  if (hasCode(error, 'model-nonsense')) return 'nonsense';
  return hasCode(error, 'budget-exceeded') ? 'refused' : 'unavailable';
}

function measure({ provider }: ModelChoice, outcome: Outcome, started: number, parts: OneModelParts): void {
  const { meter, runtime } = parts;
  meter.count('mindmesh_model_calls_total', { provider, outcome });
  meter.observe('mindmesh_model_call_duration_seconds', (runtime.monotonic() - started) / 1_000, { provider });
}
