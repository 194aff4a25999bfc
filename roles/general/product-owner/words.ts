import type { Analysis } from '../engine.ts';
import { oneLine, plain } from '../outgoing.ts';
import { footerOf, headOf, joined, type Signature } from '../result-comment.ts';

/** Enough for `/mindmesh ok`, and short enough to be typed. */
const SHOWN_HASH = 12;

type By = Omit<Analysis, 'answer' | 'usage'>;

/** The questions, as one comment. Rules say that they are rules. */
export function questionsComment(questions: readonly string[], by: By, signature: Signature): string {
  const intro =
    by.engine === 'model'
      ? 'Before somebody builds this, please answer:'
      : 'Nobody has read this yet. By fixed rules it seems to lack something; please answer what applies:';
  const { redact } = signature;
  return joined([
    headOf(signature),
    intro,
    questions.map((question, i) => `${i + 1}. ${oneLine(question, redact)}`).join('\n'),
    'An answer in a comment is enough, or an edit of the issue.',
    footerOf(by, signature),
  ]);
}

export interface Ready {
  readonly description: string;
  readonly textHash: string;
  /** Development waits for a member. */
  readonly isApprovalWanted: boolean;
}

/** The issue is clear: how it was understood, and what it takes for its development to begin. */
export function readyComment({ description, textHash, isApprovalWanted }: Ready, by: By, signature: Signature): string {
  const { redact } = signature;
  const understood =
    by.engine === 'model' && description !== '' ? `**Understood as**\n\n${plain(description, redact)}` : '';
  return joined([
    headOf(signature),
    by.engine === 'model'
      ? 'This is clear enough to be built.'
      : 'By fixed rules nothing seems to be missing. Nobody has judged what it says.',
    understood,
    nextStep(textHash, isApprovalWanted),
    footerOf(by, signature),
  ]);
}

function nextStep(textHash: string, isApprovalWanted: boolean): string {
  if (textHash === '') return 'The issue is too long to be developed by an agent: shorten it below 32 KiB.';
  if (!isApprovalWanted) return '';
  const command = `\`/mindmesh ok ${textHash.slice(0, SHOWN_HASH)}\``;
  return `Development begins once a member approves exactly the text of this issue, as it stands now: ${command}. An edit makes it another text.`;
}
