import * as z from 'zod';
import type { Form } from '../../roles/ports/model.ts';
import type { Completion, Reading, TokenCounts } from '../../roles/ports/model-provider.ts';
import { readForm } from './read-form.ts';

const ToolCallSchema = z.object({
  id: z.string().min(1),
  function: z.object({ name: z.string().min(1), arguments: z.string() }),
});

/** The parts of a chat completion that count; servers differ in the rest. */
const CompletionSchema = z.object({
  model: z.string().optional(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
          tool_calls: z.array(ToolCallSchema).nullish(),
        }),
      }),
    )
    .min(1),
  usage: z
    .object({
      prompt_tokens: z.number(),
      completion_tokens: z.number(),
      prompt_tokens_details: z.object({ cached_tokens: z.number().nullish() }).nullish(),
    })
    .nullish()
    // Figures that cannot be read are none; the answer is as good as before.
    .catch(undefined),
});

/** A whole response of the server, whatever it sent. */
export function readCompletion<T>(response: unknown, form?: Form<T>): Completion<T> {
  const parsed = CompletionSchema.safeParse(response);
  if (!parsed.success) return { reading: { ok: false, problem: 'the response is no chat completion' } };
  const { choices, usage, model } = parsed.data;
  const [choice] = choices;
  return {
    reading: choice === undefined ? { ok: false, problem: 'there is no choice' } : readChoice(choice, form),
    ...(model !== undefined && { model }),
    ...(usage && { tokens: countsOf(usage) }),
  };
}

function countsOf(usage: NonNullable<z.infer<typeof CompletionSchema>['usage']>): TokenCounts {
  return {
    promptTokens: tokens(usage.prompt_tokens),
    completionTokens: tokens(usage.completion_tokens),
    cachedTokens: tokens(usage.prompt_tokens_details?.cached_tokens ?? 0),
  };
}

type Choice = z.infer<typeof CompletionSchema>['choices'][number];

function readChoice<T>({ finish_reason: reason, message }: Choice, form: Form<T> | undefined): Reading<T> {
  const text = message.content ?? '';
  const calls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: given } }) => {
    return { id, name, arguments: given };
  });
  if (message.refusal) return { ok: false, problem: `the model refused: ${clip(message.refusal)}` };
  if (reason === 'content_filter') return { ok: false, problem: 'the content filter of the server stopped the answer' };
  const isCut = reason === 'length';
  // The arguments of the last call are cut, or it would have gone on.
  if (calls.length > 0) return isCut ? { ok: false, text, problem: CUT } : { ok: true, text, calls };
  const reading = readText(text, form);
  // What was cut can still be a whole object when only trailing white space is missing.
  if (isCut && (form === undefined || !reading.ok)) return { ok: false, text, problem: CUT };
  return reading;
}

const CUT = 'the answer was cut off at the token limit: answer shorter';

function readText<T>(text: string, form: Form<T> | undefined): Reading<T> {
  if (form === undefined) {
    return text.trim() === '' ? { ok: false, problem: 'the answer is empty' } : { ok: true, text, calls: [] };
  }
  const { value, problem } = readForm(text, form.schema);
  return problem === undefined ? { ok: true, text, calls: [], value } : { ok: false, text, problem: clip(problem) };
}

function tokens(count: number): number {
  return count > 0 ? Math.round(count) : 0;
}

/** Long enough to act on, short enough for a log line and a record. */
const PROBLEM_CHARS = 600;

function clip(text: string): string {
  return text.length <= PROBLEM_CHARS ? text : `${text.slice(0, PROBLEM_CHARS)}…`;
}
