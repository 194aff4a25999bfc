import * as z from 'zod';
import { EffectTargetSchema } from '../../../protocols/effects.ts';
import { ResultSchema, type Usage, UsageSchema } from '../../../protocols/result.ts';
import { EFFECT_CLASSES, type EffectKind } from '../../ports/effects.ts';
import type { Message } from '../../ports/model.ts';
import type { Analysis } from '../engine.ts';
import type { Planned } from '../publish.ts';

const EFFECT_KINDS = Object.keys(EFFECT_CLASSES) as EffectKind[];

const CallSchema = z.object({ id: z.string(), name: z.string(), arguments: z.string() });
const MessageSchema = z.discriminatedUnion('role', [
  z.object({ role: z.literal('system'), text: z.string() }),
  z.object({ role: z.literal('user'), text: z.string() }),
  z.object({ role: z.literal('assistant'), text: z.string(), calls: z.array(CallSchema).exactOptional() }),
  z.object({ role: z.literal('tool'), callId: z.string(), text: z.string() }),
]);

const TalkSchema = z.object({
  /** Wall-clock milliseconds of the first question. */
  began: z.number(),
  /** After the prompts, which are made anew from the event. */
  messages: z.array(MessageSchema),
  /** Questions that were answered. */
  turns: z.int().nonnegative(),
  usage: UsageSchema,
  /** What was said before about the same subject, as it was known at the beginning. */
  memory: z.string(),
  /** Who wrote what it is about is a stranger, whoever caused the event: its tools only read. */
  readsOnly: z.boolean(),
  /** How many of the operator's words were passed on. */
  said: z.int().nonnegative(),
  /** Effects that tools asked for. */
  writes: z.int().nonnegative(),
  /** Results of tools that were left out to make room. */
  dropped: z.int().nonnegative(),
  /** Effects that a repeat has to do exactly so. */
  planned: z
    .array(
      z.object({
        ...{ name: z.string(), kind: z.enum(EFFECT_KINDS), hops: z.int().nonnegative() },
        ...{ target: EffectTargetSchema, body: z.unknown() },
      }),
    )
    .exactOptional(),
  analysis: ResultSchema.pick({ answer: true, engine: true, model: true, degraded: true, usage: true }).exactOptional(),
});

/** Where a conversation with tools is: all that its next step may know, as JSON. */
export type Talk = Omit<z.infer<typeof TalkSchema>, 'messages' | 'analysis' | 'planned'> & {
  readonly messages: readonly Message[];
  readonly analysis?: Analysis;
  readonly planned?: readonly Planned[];
};

export const NOTHING_SAID: Talk = {
  began: 0,
  messages: [],
  turns: 0,
  usage: { promptTokens: 0, completionTokens: 0, costUsd: 0 },
  memory: '',
  readsOnly: false,
  said: 0,
  writes: 0,
  dropped: 0,
};

export function decodeTalk(state: unknown): Talk | undefined {
  return TalkSchema.safeParse(state).data as Talk | undefined;
}

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    costUsd: a.costUsd + b.costUsd,
  };
}

/** Bytes of all messages as JSON: below what a checkpoint holds, and about 50 000 tokens. */
const MOST_BYTES = 170_000;
const LEFT_OUT = 'This result was left out to make room. Call the tool again if you still need it.';

/** The oldest results of tools give way first, and say so in their place; nothing else is touched. */
export function shortened(talk: Talk, most = MOST_BYTES): Talk {
  let over = Buffer.byteLength(JSON.stringify(talk.messages)) - most;
  let dropped = 0;
  const messages = talk.messages.map((message): Message => {
    if (over <= 0 || message.role !== 'tool' || message.text.length <= LEFT_OUT.length) return message;
    over -= Buffer.byteLength(JSON.stringify(message.text)) - LEFT_OUT.length;
    dropped += 1;
    return { ...message, text: LEFT_OUT };
  });
  return dropped === 0 ? talk : { ...talk, messages, dropped: talk.dropped + dropped };
}

export function charsOf(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => {
    const calls = message.role === 'assistant' ? (message.calls ?? []) : [];
    return sum + message.text.length + calls.reduce((chars, call) => chars + call.arguments.length, 0);
  }, 0);
}
