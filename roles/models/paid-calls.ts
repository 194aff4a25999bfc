import type { ModelClass } from '../../protocols/agent-records.ts';
import type { TurnRequest } from '../ports/model.ts';
import type { Completion, ModelProvider, TokenCounts } from '../ports/model-provider.ts';
import type { Meter } from '../ports/runtime.ts';
import { type Asked, costAtMost, costOf, tokensOf } from './cost.ts';
import { schemaOf } from './form-schema.ts';
import type { ModelChoice } from './model-plan.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Reservation, Spending } from './spending.ts';
import type { Tally } from './tally.ts';
import type { UsageBook } from './usage-book.ts';

/** A provider with what is to be heeded when it is asked. */
export interface OpenProvider {
  readonly provider: ModelProvider;
  readonly rate?: RateLimit;
}

export interface PaidCallsParts {
  /** By their names. */
  readonly providers: ReadonlyMap<string, OpenProvider>;
  readonly spending: Spending;
  readonly usage: UsageBook;
  readonly meter: Meter;
}

/** One request of a turn, and on whose account. */
export interface Paid<T> {
  readonly choice: ModelChoice;
  readonly modelClass: ModelClass;
  readonly request: TurnRequest<T>;
  readonly tally: Tally;
}

/** Of its time: who waited for all of it would have none left for the answer. */
const WAITING_SHARE = 0.5;

const NO_TOKENS: TokenCounts = { promptTokens: 0, completionTokens: 0, cachedTokens: 0 };

/** Single requests: each is within the budgets before it begins, within the rate of its provider, and recorded with what it took. */
export class PaidCalls {
  readonly #parts: PaidCallsParts;

  constructor(parts: PaidCallsParts) {
    this.#parts = parts;
  }

  /** @throws MeshError `budget-exceeded`, `model-unavailable`; or what ended the signal */
  async call<T>(paid: Paid<T>): Promise<Completion<T>> {
    const { choice, request } = paid;
    const most = costAtMost(askedOf(request), choice);
    const reservation = await this.#parts.spending.reserve(request.spender, most, request.signal);
    let completion: Completion<T>;
    try {
      completion = await this.#ask(paid);
    } catch (error) {
      // Nobody knows whether the provider charges for what broke off: docs/models.md says so.
      reservation.end();
      throw error;
    }
    this.#account(paid, completion, reservation);
    return completion;
  }

  async #ask<T>({ choice, request }: Paid<T>): Promise<Completion<T>> {
    const { provider, rate } = this.#parts.providers.get(choice.provider) ?? {};
    if (provider === undefined) throw new TypeError(`there is no provider ${choice.provider}`);
    const waitedMs = (await rate?.take(choice.timeoutMs * WAITING_SHARE, request.signal)) ?? 0;
    if (waitedMs > 0) this.#parts.meter.observe('mindmesh_model_wait_seconds', waitedMs / 1_000, { for: 'rate' });
    const { messages, tools, toolChoice, form, signal } = request;
    const { model, maxTokens, temperature } = choice;
    return provider.complete({
      messages,
      ...(tools && { tools }),
      ...(toolChoice && { toolChoice }),
      ...(form && { form }),
      signal,
      model,
      maxTokens,
      ...(temperature !== undefined && { temperature }),
    });
  }

  /** Tokens are spent whether or not the answer is of use. */
  #account<T>(paid: Paid<T>, completion: Completion<T>, reservation: Reservation): void {
    const { choice, request, modelClass, tally } = paid;
    const tokens = completion.tokens ?? guessed(request, completion);
    const amount = costOf(tokens, choice.prices);
    tally.add(tokens, amount);
    this.#measure(choice, tokens, amount.nanoUsd);
    reservation.took(amount);
    const { spender } = request;
    const end = () => reservation.end();
    const { provider, model } = choice;
    if (spender === undefined || amount.tokens === 0) end();
    else this.#parts.usage.write(spender, { provider, model, modelClass, tokens, amount }, end);
  }

  #measure({ provider }: ModelChoice, tokens: TokenCounts, nanoUsd: number): void {
    const { meter } = this.#parts;
    meter.count('mindmesh_model_tokens_total', { provider, kind: 'prompt' }, tokens.promptTokens);
    meter.count('mindmesh_model_tokens_total', { provider, kind: 'completion' }, tokens.completionTokens);
    meter.count('mindmesh_model_cost_usd_total', { provider }, nanoUsd / 1e9);
  }
}

function guessed<T>(request: TurnRequest<T>, { reading }: Completion<T>): TokenCounts {
  if (!reading.ok) return NO_TOKENS;
  return tokensOf(askedOf(request), reading.text + JSON.stringify(reading.calls));
}

function askedOf<T>({ messages, tools, form }: TurnRequest<T>): Asked {
  return { messages, ...(tools && { tools }), ...(form && { schema: schemaOf(form) }) };
}
