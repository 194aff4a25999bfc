import type { Budget } from '../../../protocols/manifest.ts';
import type { Message } from '../../ports/model.ts';
import { charsOf, type Talk } from './talk.ts';

/** go on: tools may be called · answer: this turn is the last · stop: not even that fits. */
export type Verdict = { readonly may: 'go on' | 'answer' } | { readonly may: 'stop'; readonly reason: string };

/** English text and code have three to four characters a token; counted on the safe side. */
const CHARS_PER_TOKEN = 3;
/** What an answer takes at most. */
const ANSWER_TOKENS = 2_000;
/** Of the time, the last part is for the answer. */
const LAST_PART = 0.8;

/** Before each question: whether it may be asked, and whether another one may follow. What would exceed is not asked. */
export function verdictOn(talk: Talk, messages: readonly Message[], budget: Budget, now: number): Verdict {
  const next = Math.ceil(charsOf(messages) / CHARS_PER_TOKEN) + ANSWER_TOKENS;
  const used = talk.usage.promptTokens + talk.usage.completionTokens;
  if (used + next > budget.tokens) return stop(`its budget of ${budget.tokens} tokens would be exceeded`);
  const elapsed = (now - talk.began) / 1_000;
  if (elapsed > budget.seconds) return stop(`its ${budget.seconds} s are over`);
  if (talk.turns >= budget.turns) return stop(`it has asked ${budget.turns} times without an answer`);
  // The next question is longer by what tools bring.
  const isLast =
    talk.turns + 1 >= budget.turns || used + 3 * next > budget.tokens || elapsed > LAST_PART * budget.seconds;
  return { may: isLast ? 'answer' : 'go on' };
}

function stop(reason: string): Verdict {
  return { may: 'stop', reason };
}
