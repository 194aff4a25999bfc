import type { IssueAnalysis } from './form.ts';
import type { Reading } from './reading.ts';

interface Lack {
  readonly question: string;
  /** The text says it. */
  readonly isSaid: RegExp;
}

/** What whoever mends something has to know. */
const OF_A_BUG: readonly Lack[] = [
  {
    question: 'What are the steps that lead there, one by one?',
    isSaid: /\bsteps?\b|\breproduc|^\s{0,3}(?:1[.)]|-|\*)\s+\S/im,
  },
  { question: 'What did you expect to happen?', isSaid: /\bexpect|\bshould\b|\bsupposed to\b/i },
  {
    question: 'What happened instead, word for word where there is a message?',
    isSaid: /\bactual|\binstead\b|\bbut\b|\bgot\b|\berror\b|\bcrash|\bfail|\bthrow|\bempty\b|\bhang/i,
  },
  { question: 'Which version is it?', isSaid: /\bversions?\b|\bv?\d+\.\d+|\b[0-9a-f]{7,40}\b/i },
];

/** What whoever builds something has to know. */
const OF_A_WISH: readonly Lack[] = [
  { question: 'Who needs this, and what for?', isSaid: /\bas an?\b|\bso that\b|\bbecause\b|\bin order to\b|\bneed/i },
  {
    question: 'How will you see that it is done (acceptance criteria)?',
    isSaid: /\bacceptance\b|\bcriteri|\bgiven\b[\s\S]{0,500}\bthen\b|^\s*- \[[ x]\]|\bdone when\b|\bmust\b/im,
  },
];

const BUG =
  /\bbug\b|\bcrash|\berror\b|\bfail|\bbroken\b|\bregression\b|\bdoes(?: no|n['’])t work|\bexception\b|\bempty after\b/i;
/** Below it a description describes nothing. */
const LEAST_CHARS = 30;

/**
 * What an issue lacks, by fixed rules (W9): the same questions for the same text. They see words, not sense, and whoever shows
 * their questions says that rules asked them.
 */
export function analysisByRules({ title, body, labels, comments }: Reading): IssueAnalysis {
  const text = [body, ...comments.map((comment) => comment.body)].join('\n\n');
  const isBug = labels.some((label) => /\bbug\b/i.test(label)) || BUG.test(title) || BUG.test(body);
  const lacking = (isBug ? OF_A_BUG : OF_A_WISH).filter(({ isSaid }) => !isSaid.test(text));
  const bare = text.trim().length < LEAST_CHARS ? ['What should be different afterwards, and for whom?'] : [];
  const questions = [...bare, ...lacking.map(({ question }) => question)];
  // Rules refine nothing: the text stands as its author wrote it.
  return { needs_clarification: questions.length > 0, questions, refined_description: `${title}\n\n${body}`.trim() };
}
