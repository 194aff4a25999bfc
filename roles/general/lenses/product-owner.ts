import type { Finding } from '../../../protocols/result.ts';
import type { Judgement, Lens } from '../rules/answer.ts';
import type { Sight } from '../rules/look.ts';
import type { SignalId } from '../rules/signal.ts';

export const PRODUCT_OWNER: Lens = {
  view: 'As product owner',
  cares: {
    damage: [-1, 'Tell affected users what is known and when they will hear more.'],
    'no-description': [1, 'Ask the author who needs this and why.'],
    'short-description': [0, 'Ask for an example of how it would be used.'],
    'vague-title': [0, 'Rephrase the title as the outcome a user sees.'],
    'no-criteria': [0, 'Write acceptance criteria as given, when, then, and have the author confirm them.'],
    'no-steps': [0, 'Ask for the steps, the expected and the actual outcome.'],
    questions: [0, 'Answer the open questions before anybody builds it.'],
    'open-checklist': [0, 'Decide which open points belong to the scope.'],
    breaking: [0, 'Decide who has to be told, and whether the benefit is worth the break.'],
    'no-link': [1, 'Name the need this serves.'],
    labels: [-1],
    'no-labels': [0],
    outsider: [-1, 'Thank the newcomer, and say what happens next.'],
    urgent: [0, 'Ask what happens if it waits for a week.'],
    size: [-1, 'Cut the scope: what is the smallest part that is of use by itself?'],
    'closed-unmerged': [0],
    merged: [0],
    'no-notes': [0, 'Say in the notes what users gain.'],
    'alert-open': [-1, 'Tell affected users what is known and when they will hear more.'],
    'deployment-failed': [-1, 'Tell whoever waits for it that it is late.'],
  },
  blind: 'what the author means',
  judge,
};

/** What keeps a developer from beginning, and the question that clears it. */
const QUESTIONS: readonly (readonly [SignalId, string])[] = [
  ['no-description', 'Question: what should be different afterwards, and for whom?'],
  ['no-steps', 'Question: what exactly did you do, what did you expect, and what happened?'],
  ['no-criteria', 'Question: how will you see that it is done?'],
];

function judge({ has, about, event }: Sight): Judgement {
  if (about !== 'issue' && about !== 'change') return {};
  const asked = QUESTIONS.filter(([id]) => has(id)).slice(0, about === 'issue' ? 3 : 1);
  const isReady = event.data.issue?.labels.includes('ready-for-dev') === true || asked.length === 0;
  const state = isReady ? 'ready-for-dev' : 'needs-clarification';
  const findings = asked.map(
    ([, title]): Finding => ({ severity: 'medium', title, detail: 'The text does not say.', where: 'description' }),
  );
  return {
    ...((about === 'issue' || !isReady) && { headline: `State: ${state}.` }),
    findings: isReady ? [] : findings,
    recommendations: about === 'issue' ? [`Set the label ${state}.`] : [],
  };
}
