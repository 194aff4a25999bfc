import type { ConversationState } from '../../../protocols/agent-records.ts';
import { READY_LABEL, UNCLEAR_LABEL } from '../../policy/development.ts';
import type { IssueAnalysis } from './form.ts';
import type { Reading } from './reading.ts';

/** What is remembered of the conversation about an issue. */
export interface Known {
  readonly status: ConversationState;
  /** Of the text that was analysed. */
  readonly textHash: string;
  /** The last comment of a person that was heeded. */
  readonly heard: string;
  /** Every question that was ever asked. */
  readonly asked: readonly string[];
}

/** What is there now. */
export interface Seen {
  readonly isOpen: boolean;
  readonly textHash: string;
  /** Undefined where nobody can tell. */
  readonly heard: string | undefined;
  readonly labels: readonly string[];
  /** The development of exactly this text has begun. */
  readonly isBegun: boolean;
}

export type Plan =
  | { readonly do: 'analyse' }
  | { readonly do: 'become'; readonly status: ConversationState; readonly why: string }
  | { readonly do: 'nothing'; readonly why: string };

/**
 * What an event of an issue asks of the product owner. The event only wakes it: what counts is what is there now against what is
 * remembered, so that a repeated event, or one of its own label or comment, changes nothing.
 */
export function planFor(known: Known | undefined, seen: Seen): Plan {
  if (!seen.isOpen) return closed(known);
  const isOther = known?.textHash !== seen.textHash;
  if (seen.isBegun) return begun(known, isOther);
  if (known === undefined || known.status === 'completed' || known.status === 'analyzing') return { do: 'analyse' };
  if (isOther || (seen.heard !== undefined && known.heard !== seen.heard)) return { do: 'analyse' };
  if (known.status === 'needs_clarification' && has(seen.labels, READY_LABEL)) {
    return { do: 'become', status: 'ready_for_dev', why: 'somebody set the label' };
  }
  return { do: 'nothing', why: 'nothing new was written' };
}

function closed(known: Known | undefined): Plan {
  if (known === undefined || known.status === 'completed') return { do: 'nothing', why: 'the issue is closed' };
  return { do: 'become', status: 'completed', why: 'the issue is closed' };
}

/** Of a text that is being built nothing is asked any more. */
function begun(known: Known | undefined, isOther: boolean): Plan {
  if (known?.status === 'in_development' && !isOther) return { do: 'nothing', why: 'it is in development' };
  return { do: 'become', status: 'in_development', why: 'development has begun' };
}

/** What an analysis comes to, and what people are to see of it. */
export interface Verdict {
  readonly status: 'needs_clarification' | 'ready_for_dev';
  /** Those that nobody was asked before. */
  readonly ask: readonly string[];
  readonly asked: readonly string[];
  readonly labels: { readonly add: readonly string[]; readonly remove: readonly string[] };
}

/** A question is asked once: whoever left it unanswered was heard, and asking again is nagging. */
export function verdictOf(
  known: Known | undefined,
  { needs_clarification, questions }: IssueAnalysis,
  { labels, said }: Pick<Reading, 'labels' | 'said'>,
): Verdict {
  const before = [...(known?.asked ?? []), ...said.questions];
  const ask = needs_clarification ? questions.filter((question) => !before.some((each) => isSame(each, question))) : [];
  const [add, remove] = needs_clarification ? [UNCLEAR_LABEL, READY_LABEL] : [READY_LABEL, UNCLEAR_LABEL];
  return {
    status: needs_clarification ? 'needs_clarification' : 'ready_for_dev',
    ask,
    asked: [...(known?.asked ?? []), ...ask],
    labels: { add: has(labels, add) ? [] : [add], remove: has(labels, remove) ? [remove] : [] },
  };
}

function has(labels: readonly string[], label: string): boolean {
  return labels.some((each) => each.toLowerCase() === label);
}

/** Models ask the same in other words; those that differ only in case and marks are known. */
function isSame(a: string, b: string): boolean {
  return lettersOf(a) === lettersOf(b);
}

function lettersOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
