import type { TurnRequest } from '../ports/model.ts';
import type { TokenCounts } from '../ports/model-provider.ts';

/** US dollars for a million tokens. */
export interface Prices {
  readonly input: number;
  readonly output: number;
  /** Of the prompt what the provider had in its cache. Default: as `input`. */
  readonly cachedInput?: number;
}

/** What something takes: billionths of a US dollar, a whole number so that sums are exact, and tokens of both kinds. */
export interface Amount {
  readonly nanoUsd: number;
  readonly tokens: number;
}

export const NOTHING: Amount = { nanoUsd: 0, tokens: 0 };

/** A dollar for a million tokens is a thousand billionths for one. */
const NANO_USD = 1_000;

/** By the provider's own figures; rounded once, to a billionth. */
export function costOf({ promptTokens, completionTokens, cachedTokens }: TokenCounts, prices: Prices): Amount {
  const cached = Math.min(cachedTokens, promptTokens);
  const { input, output, cachedInput = input } = prices;
  const usd = (promptTokens - cached) * input + cached * cachedInput + completionTokens * output;
  return { nanoUsd: Math.round(usd * NANO_USD), tokens: promptTokens + completionTokens };
}

/** What a call takes at most, however it ends. */
export function costAtMost(request: Asked, { prices, maxTokens }: { prices: Prices; maxTokens: number }): Amount {
  const promptTokens = promptTokensAtMost(request);
  const input = Math.max(prices.input, prices.cachedInput ?? 0);
  const nanoUsd = Math.ceil((promptTokens * input + maxTokens * prices.output) * NANO_USD);
  return { nanoUsd, tokens: promptTokens + maxTokens };
}

/** Where a server tells no figures: about three bytes a token, as text and code mostly have. */
export function tokensOf(request: Asked, said: string): TokenCounts {
  const promptTokens = Math.ceil(bytesOf(request) / BYTES_A_TOKEN);
  const completionTokens = Math.ceil(Buffer.byteLength(said) / BYTES_A_TOKEN);
  return { promptTokens, completionTokens, cachedTokens: 0 };
}

export type Asked = Pick<TurnRequest, 'messages' | 'tools'> & { readonly schema?: unknown };

const BYTES_A_TOKEN = 3;
/** Marks of its role around a message, and of a call inside. */
const TOKENS_A_MESSAGE = 16;
/** What providers put before the tools, some hundreds of tokens. */
const TOKENS_OF_TOOLS = 1_024;
/** A strict schema is longer than the form it was made of, and some are told it in words. */
const WORDS_OF_FORM = 512;

/** The tokenizers in use take no less than a byte for a token, so this is too much, mostly three or four times. */
export function promptTokensAtMost(request: Asked): number {
  const { messages, tools = [] } = request;
  const marks = messages.reduce((sum, { ...message }) => {
    const calls = message.role === 'assistant' ? (message.calls?.length ?? 0) : 0;
    return sum + (1 + calls) * TOKENS_A_MESSAGE;
  }, TOKENS_A_MESSAGE);
  const form = request.schema === undefined ? 0 : 2 * Buffer.byteLength(JSON.stringify(request.schema)) + WORDS_OF_FORM;
  return bytesOf(request) + marks + form + (tools.length > 0 ? TOKENS_OF_TOOLS : 0);
}

function bytesOf({ messages, tools = [], schema }: Asked): number {
  const texts = messages.map((message) => {
    const calls = message.role === 'assistant' ? (message.calls ?? []) : [];
    return message.text + calls.map(({ name, arguments: given }) => name + given).join('');
  });
  const beside = [...(tools.length > 0 ? [tools] : []), ...(schema === undefined ? [] : [schema])];
  const all = [...texts, ...beside.map((each) => JSON.stringify(each))];
  return all.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
