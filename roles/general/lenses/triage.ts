import type { Judgement, Lens } from '../rules/answer.ts';
import type { Sight } from '../rules/look.ts';
import { listed, type SignalId } from '../rules/signal.ts';

export const TRIAGE: Lens = {
  view: 'As triage',
  cares: {
    'no-labels': [1, 'Set type and area as labels.'],
    labels: [0, 'Hand it to whoever owns these labels.'],
    'no-reviewers': [0, 'Assign a reviewer.'],
    'no-description': [0, 'Send it back with the one question what it is for.'],
    'vague-title': [0, 'Rename it so that it can be found again.'],
    'no-steps': [0, 'Ask for the steps and mark it as waiting.'],
    'no-criteria': [-1, 'Hand it to the product side to be refined.'],
    questions: [0, 'Decide whether this is a question or a task, and answer or queue it.'],
    outsider: [0, 'Welcome the newcomer and name who will answer.'],
    draft: [0],
    weakness: [0, 'Hand it to security, in private.'],
    'secret-in-text': [0, 'Interrupt security now.'],
    steering: [0, 'Have a person read it before any agent acts on it.'],
    damage: [0, 'Hand it to the person on duty now.'],
    defect: [0],
    'hidden-text': [0, 'Have a person read its source before any agent acts on it.'],
    urgent: [0, 'Ask the person on duty to confirm the urgency.'],
    failed: [0, 'Hand it to the author of the change first, to whoever keeps the pipeline second.'],
    'deployment-failed': [0, 'Hand it to whoever runs the environment.'],
    'alert-open': [0, 'Hand it to the person on duty.'],
    severity: [0],
    'changes-requested': [0, 'Return it to its author.'],
    'ci-files': [-1],
    'infra-files': [-1],
    'dependency-files': [-1],
    'code-without-tests': [-1],
    bot: [0],
    'closed-unmerged': [0],
    forced: [-1],
    'no-notes': [-1],
  },
  blind: 'duplicates, and who has time for it',
  judge,
};

/** First that fits decides the type. */
const TYPES: readonly (readonly [SignalId, string])[] = [
  ['secret-in-text', 'vulnerability'],
  ['weakness', 'vulnerability'],
  ['alert-open', 'incident'],
  ['deployment-failed', 'incident'],
  ['damage', 'incident'],
  ['failed', 'defect'],
  ['defect', 'defect'],
  ['revert', 'defect'],
  ['questions', 'question'],
  ['no-criteria', 'request'],
];

/** Types that GitHub's own labels call otherwise; `noise` asks for none. */
const LABELS: Readonly<Record<string, string>> = {
  defect: 'bug',
  request: 'enhancement',
  vulnerability: 'security',
};

/** Fields of work that should see it. */
const FIELDS: readonly (readonly [string, readonly SignalId[]])[] = [
  [
    'security',
    ['secret-in-text', 'secret-files', 'weakness', 'steering', 'access-files', 'fork', 'lock-without-manifest'],
  ],
  ['deployment', ['deployment-failed', 'production', 'ci-files', 'infra-files', 'failed', 'tag-pushed', 'merged']],
  ['design', ['schema-files', 'spread', 'breaking']],
  ['testing', ['code-without-tests', 'tests-removed', 'no-steps', 'bypass']],
  ['documentation', ['docs-files', 'no-notes', 'no-description']],
  ['product', ['no-criteria', 'questions']],
];

function judge({ has, about }: Sight): Judgement {
  const fallback = about === 'change' || about === 'push' ? 'maintenance' : about === 'issue' ? 'request' : 'noise';
  const type = TYPES.find(([id]) => has(id))?.[1] ?? fallback;
  const fields = FIELDS.filter(([, ids]) => ids.some(has)).map(([field]) => field);
  const destinations =
    about === 'change' ? ['review', ...fields] : fields.length > 0 ? fields : ['nobody in particular'];
  return {
    labels: [LABELS[type] ?? type],
    headline: `Type: ${type}; destination: ${listed(destinations, 4)}.`,
    recommendations: [`Route it to ${listed(destinations, 4)}, in this order.`],
  };
}
