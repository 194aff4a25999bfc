import { APIError, OpenAI } from 'openai';
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import type { ModelCall } from '../../roles/ports/model-provider.ts';
import type { Logger } from '../../roles/ports/runtime.ts';
import type { Config } from '../config/config.ts';
import { askedParameters, withFormInWords } from './chat-parameters.ts';

export interface ChatOptions extends Pick<Config['model'], 'provider' | 'timeout'> {
  /** Of the provider, for messages. */
  readonly name: string;
  readonly baseUrl?: string;
  readonly apiKey?: Config['model']['apiKey'];
  /** Repeats of one request after 408, 409, 429, 5xx and broken connections. Default 1: the generals have rules to fall back on. */
  readonly maxRetries?: number;
}

const ADDRESSES = { openai: 'https://api.openai.com/v1', anthropic: 'https://api.anthropic.com/v1/' } as const;

/** Parameters that some servers or models refuse. Who refuses one is asked again without it, then and later. */
const DISPENSABLE = ['temperature', 'response_format', 'max_completion_tokens'] as const;
type Dispensable = (typeof DISPENSABLE)[number];

/** Asks for chat completions with what the server at hand understands. */
export class ChatClient {
  readonly #options: ChatOptions;
  readonly #log: Logger;
  readonly #client: OpenAI;
  readonly #refused = new Set<string>();

  constructor(options: ChatOptions, parts: { readonly log: Logger }) {
    this.#options = options;
    this.#log = parts.log;
    this.#client = new OpenAI({
      // A local server wants no key, the package insists on one.
      apiKey: options.apiKey?.reveal() ?? 'none',
      baseURL: options.baseUrl ?? ADDRESSES[options.provider],
      organization: null,
      project: null,
      maxRetries: options.maxRetries ?? 1,
      timeout: options.timeout,
      // It would write to the console past our log.
      logLevel: 'off',
    });
  }

  /** @throws whatever the package throws: `APIError`, `SyntaxError` of a body that is not JSON, errors of fetch. */
  async complete(call: ModelCall, signal: AbortSignal): Promise<unknown> {
    try {
      return await this.#client.chat.completions.create(this.#parameters(call), { signal });
    } catch (error) {
      const refused = refusedParameter(error);
      const key = refused && refusalKey(refused, call);
      if (key === undefined || this.#refused.has(key)) throw error;
      this.#refused.add(key);
      const { name: provider } = this.#options;
      this.#log.warn({ provider, model: call.model, parameter: refused }, 'model refuses a parameter');
      return this.complete(call, signal);
    }
  }

  #parameters(call: ModelCall): ChatCompletionCreateParamsNonStreaming {
    const { model, maxTokens, temperature } = call;
    const refused = DISPENSABLE.filter((parameter) => this.#isRefused(parameter, call));
    const asked = refused.includes('response_format') ? withFormInWords(call) : call;
    const all: ChatCompletionCreateParamsNonStreaming = {
      model,
      ...askedParameters(asked),
      max_completion_tokens: maxTokens,
      ...(temperature !== undefined && { temperature }),
    };
    for (const parameter of refused) delete all[parameter];
    // The older name of the same limit.
    return refused.includes('max_completion_tokens') ? { ...all, max_tokens: maxTokens } : all;
  }

  /** Anthropic's address takes a form and pays it no heed: docs.anthropic.com, OpenAI SDK compatibility. */
  #isRefused(parameter: Dispensable, call: ModelCall): boolean {
    const isUnheeded = parameter === 'response_format' && this.#options.provider === 'anthropic';
    return isUnheeded || this.#refused.has(refusalKey(parameter, call));
  }
}

/** By model; and some servers take a form, and tools, and refuse the two together. */
function refusalKey(parameter: Dispensable, { model, tools = [] }: ModelCall): string {
  const beside = parameter === 'response_format' && tools.length > 0 ? ' beside tools' : '';
  return `${model} ${parameter}${beside}`;
}

/** The parameter that a 400 complains about, if we can do without it. */
function refusedParameter(error: unknown): Dispensable | undefined {
  if (!(error instanceof APIError) || error.status !== 400) return undefined;
  const { param, message } = error;
  return DISPENSABLE.find((name) => (param ? param.startsWith(name) : message.includes(name)));
}
