import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import { hasCode, MeshError } from '../../protocols/errors.ts';
import type { Completion, ModelCall, ModelProvider } from '../../roles/ports/model-provider.ts';
import type { Runtime } from '../../roles/ports/runtime.ts';
import { ChatClient, type ChatOptions } from './chat-client.ts';
import { modelProblem } from './model-problem.ts';
import { readCompletion } from './read-completion.ts';

export interface ProviderOptions extends ChatOptions {
  /** After so many failures in a row the provider is left alone. Default 5. */
  readonly openAfter?: number;
  /** … for so long, then one call tries whether it is back. Milliseconds, default 30 000. */
  readonly halfOpenAfterMs?: number;
}

export interface ProviderParts {
  readonly runtime: Pick<Runtime, 'log'>;
}

const OPEN_AFTER_FAILURES = 5;
const HALF_OPEN_AFTER_MS = 30_000;
const LEFT_ALONE = 'it failed several times in a row and is left alone for a while';

/** Any server that speaks OpenAI's chat completions. One call, repeats included, takes at most `timeout`. */
export class OpenAiProvider implements ModelProvider {
  readonly #options: ProviderOptions;
  readonly #client: ChatClient;
  readonly #breaker: CircuitBreakerPolicy;

  constructor(options: ProviderOptions, { runtime: { log } }: ProviderParts) {
    const { name: provider, openAfter, halfOpenAfterMs } = options;
    this.#options = options;
    this.#client = new ChatClient(options, { log });
    this.#breaker = circuitBreaker(
      handleWhen((error) => hasCode(error, 'model-unavailable')),
      {
        breaker: new ConsecutiveBreaker(openAfter ?? OPEN_AFTER_FAILURES),
        halfOpenAfter: halfOpenAfterMs ?? HALF_OPEN_AFTER_MS,
      },
    );
    this.#breaker.onBreak(() => log.warn({ provider }, 'model left alone for a while'));
    this.#breaker.onReset(() => log.info({ provider }, 'model is back'));
  }

  async complete<T>(call: ModelCall<T>): Promise<Completion<T>> {
    try {
      return await this.#breaker.execute(() => this.#request(call));
    } catch (error) {
      throw error instanceof BrokenCircuitError ? unavailable(call, LEFT_ALONE, error) : error;
    }
  }

  async #request<T>(call: ModelCall<T>): Promise<Completion<T>> {
    const { timeout, apiKey } = this.#options;
    const deadline = AbortSignal.timeout(timeout);
    try {
      const response = await this.#client.complete(call, AbortSignal.any([call.signal, deadline]));
      return readCompletion(response, call.form);
    } catch (error) {
      // A whole body that is not JSON: the server answered, with nonsense.
      if (error instanceof SyntaxError) return readCompletion(undefined, call.form);
      if (call.signal.aborted) throw unavailable(call, 'the call was ended', error);
      if (deadline.aborted) throw unavailable(call, `no answer within ${timeout} ms`, error);
      throw unavailable(call, modelProblem(error, apiKey?.reveal()), error);
    }
  }
}

function unavailable({ model }: Pick<ModelCall, 'model'>, problem: string, cause: unknown): MeshError {
  return new MeshError('model-unavailable', { model, problem }, { cause });
}
