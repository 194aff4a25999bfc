import { hasCode, MeshError } from '../../protocols/errors.ts';
import type { Journal } from '../ports/journal.ts';
import type { Model, TurnReply, TurnRequest } from '../ports/model.ts';
import type { ModelCache } from '../ports/model-cache.ts';
import type { ModelProvider } from '../ports/model-provider.ts';
import type { Meter, Runtime } from '../ports/runtime.ts';
import type { Tables } from '../ports/tables.ts';
import { dayOf, spentOn } from '../replica/project-usage.ts';
import { AnswerCache } from './answer-cache.ts';
import type { Budgets } from './budget.ts';
import { chainAbove, type ModelChoice, type ModelPlan, nameOf } from './model-plan.ts';
import { askModel, type OneModelParts } from './one-model.ts';
import { PaidCalls } from './paid-calls.ts';
import { RateLimit } from './rate-limit.ts';
import { Spending } from './spending.ts';
import { Tally } from './tally.ts';
import { UsageBook } from './usage-book.ts';

export interface GovernedModelOptions {
  readonly plan: ModelPlan;
  readonly budgets: Budgets;
}

export interface GovernedModelParts {
  /** By name, each with the requests that it may get in a minute. */
  readonly providers: ReadonlyMap<string, { readonly provider: ModelProvider; readonly requestsPerMinute?: number }>;
  /** Without one nothing is remembered. */
  readonly cache?: ModelCache | undefined;
  readonly journal: Pick<Journal, 'append'>;
  readonly tables: Pick<Tables, 'get'>;
  readonly runtime: Runtime;
  readonly meter: Meter;
}

/**
 * All models of this node behind one: a class is a chain of models, small ones are asked first and large ones when these are not
 * sure, every call is within the budgets and recorded. What comes at the end of a chain is the caller's to do without (W9).
 */
export class GovernedModel implements Model {
  readonly #plan: ModelPlan;
  readonly #parts: OneModelParts & Pick<GovernedModelParts, 'runtime'>;
  readonly #usage: UsageBook;
  #problem: string | undefined;

  constructor({ plan, budgets }: GovernedModelOptions, parts: GovernedModelParts) {
    const { tables, runtime, meter, cache } = parts;
    this.#plan = plan;
    this.#usage = new UsageBook(parts);
    const spentOf = spentOn(tables, () => dayOf(runtime.wall()));
    const spending = new Spending(budgets, { spentOf, runtime, meter });
    const calls = new PaidCalls({ providers: opened(parts), spending, usage: this.#usage, meter });
    this.#parts = { calls, cache: new AnswerCache({ cache, meter }), runtime, meter };
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  /** @throws MeshError `model-unavailable`, `model-nonsense`, `budget-exceeded`: nobody behind the class can be asked */
  async turn<T>(request: TurnRequest<T>): Promise<TurnReply<T>> {
    await this.#usage.written(request.spender);
    const asked = await this.#classes({ request, tally: new Tally() });
    if (!('errors' in asked)) {
      this.#problem = undefined;
      return asked;
    }
    const error = endOf(asked.errors);
    // Who ends a call knows why.
    if (!request.signal.aborted) this.#problem = error.message;
    throw error;
  }

  async #classes<T>(turn: Turn<T>): Promise<TurnReply<T> | Failed> {
    const { modelClass } = turn.request;
    const above = chainAbove(modelClass, this.#plan);
    const first = await this.#chain(this.#plan.classes[modelClass], turn);
    if (!('errors' in first)) return this.#isUnsure(first) ? this.#secondOpinion(first, above, turn) : first;
    const isNonsense = first.errors.some((error) => hasCode(error, 'model-nonsense'));
    if (!isNonsense || above.length === 0) return first;
    const second = await this.#large('nonsense', above, turn);
    return 'errors' in second ? { errors: [...first.errors, ...second.errors] } : second;
  }

  #isUnsure({ confidence }: TurnReply): boolean {
    return confidence !== undefined && confidence < this.#plan.escalateBelow;
  }

  /** Without one the first opinion is better than none. */
  async #secondOpinion<T>(first: TurnReply<T>, above: readonly ModelChoice[], turn: Turn<T>): Promise<TurnReply<T>> {
    if (above.length === 0) return first;
    const second = await this.#large('unsure', above, turn);
    return 'errors' in second ? { ...first, usage: turn.tally.usage, isCached: false } : second;
  }

  #large<T>(why: string, above: readonly ModelChoice[], { request, tally }: Turn<T>): Promise<TurnReply<T> | Failed> {
    this.#parts.meter.count('mindmesh_model_escalations_total', { why });
    return this.#chain(above, { request: { ...request, modelClass: 'large' }, tally });
  }

  /** One after the other, until one answers. */
  async #chain<T>(chain: readonly ModelChoice[], { request, tally }: Turn<T>): Promise<TurnReply<T> | Failed> {
    const errors: MeshError[] = [];
    for (const [at, choice] of chain.entries()) {
      try {
        return await askModel({ choice, modelClass: request.modelClass, request, tally }, this.#parts);
      } catch (error) {
        if (!isOfModel(error)) throw error;
        errors.push(error);
        if (request.signal.aborted) break;
        const { code, message: problem } = error;
        const next = chain[at + 1];
        if (next !== undefined) {
          const facts = { model: nameOf(choice), next: nameOf(next), code, problem };
          this.#parts.runtime.log.info(facts, 'model passed over');
        }
      }
    }
    return { errors };
  }
}

interface Turn<T> {
  readonly request: TurnRequest<T>;
  readonly tally: Tally;
}

interface Failed {
  readonly errors: readonly MeshError[];
}

const OF_MODEL = ['model-unavailable', 'model-nonsense', 'budget-exceeded'] as const;

function isOfModel(error: unknown): error is MeshError {
  return OF_MODEL.some((code) => hasCode(error, code));
}

/** One error as it is, and of several that say the same the first; else that no model can be used, and why. */
function endOf(errors: readonly MeshError[]): MeshError {
  const [first] = errors;
  const isOne = first !== undefined && errors.every(({ code }) => code === first.code);
  if (isOne && (errors.length === 1 || first.code !== 'model-unavailable')) return first;
  const problem = errors.map(({ message }) => message).join('; ') || 'none is configured for this class';
  return new MeshError('model-unavailable', { model: 'behind this class', problem });
}

function opened({ providers, runtime }: GovernedModelParts) {
  return new Map(
    [...providers].map(([name, { provider, requestsPerMinute: perMinute }]) => {
      const rate = perMinute === undefined ? {} : { rate: new RateLimit({ name, perMinute }, runtime) };
      return [name, { provider, ...rate }];
    }),
  );
}
