import * as z from 'zod';
import { type Answer, AnswerSchema } from '../../protocols/result.ts';

/** What is wrong with an answer, in words the model can act on, and what it said if anything. */
export interface Unusable {
  readonly ok: false;
  readonly problem: string;
  readonly content?: string;
}

export type Reading = { readonly ok: true; readonly answer: Answer } | Unusable;

/** The parts of a chat completion that count; servers differ in the rest. */
const CompletionSchema = z.object({
  model: z.string().optional(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
});

export interface CompletionReading {
  readonly reading: Reading;
  readonly model?: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** A whole response of the server, whatever it sent. */
export function readCompletion(response: unknown): CompletionReading {
  const parsed = CompletionSchema.safeParse(response);
  if (!parsed.success) {
    return {
      reading: { ok: false, problem: 'the response is no chat completion' },
      promptTokens: 0,
      completionTokens: 0,
    };
  }
  const { choices, usage, model } = parsed.data;
  const [choice] = choices;
  return {
    reading: choice === undefined ? { ok: false, problem: 'there is no choice' } : readChoice(choice),
    ...(model !== undefined && { model }),
    promptTokens: tokens(usage?.prompt_tokens),
    completionTokens: tokens(usage?.completion_tokens),
  };
}

type Choice = z.infer<typeof CompletionSchema>['choices'][number];

function readChoice({ finish_reason: reason, message }: Choice): Reading {
  const content = message.content ?? '';
  if (message.refusal) return { ok: false, problem: `the model refused: ${clip(message.refusal)}` };
  if (reason === 'content_filter') return { ok: false, problem: 'the content filter of the server stopped the answer' };
  const reading = readAnswer(content);
  // What was cut can still be a whole object when only trailing white space is missing.
  if (reading.ok || reason !== 'length') return reading;
  return { ok: false, content, problem: 'the answer was cut off at the token limit: answer shorter' };
}

/** The text of an answer: JSON, also when a model put it into a code fence or talked before it. */
export function readAnswer(content: string): Reading {
  const json = parseJson(content) ?? parseJson(content.slice(content.indexOf('{'), content.lastIndexOf('}') + 1));
  if (json === undefined) return { ok: false, content, problem: 'the answer is not JSON' };
  const parsed = AnswerSchema.safeParse(withoutNulls(json));
  return parsed.success
    ? { ok: true, answer: parsed.data }
    : { ok: false, content, problem: clip(z.prettifyError(parsed.error)) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is an answer of its own here.
    return undefined;
  }
}

/** In the strict form an optional property is there and null. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const present = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(present.map(([key, inner]) => [key, withoutNulls(inner)]));
}

function tokens(count: number | undefined): number {
  return count !== undefined && count > 0 ? Math.round(count) : 0;
}

/** Long enough to act on, short enough for a log line and a record. */
const PROBLEM_CHARS = 600;

function clip(text: string): string {
  return text.length <= PROBLEM_CHARS ? text : `${text.slice(0, PROBLEM_CHARS)}…`;
}
