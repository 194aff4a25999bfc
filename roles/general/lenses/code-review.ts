import type { Judgement, Lens } from '../rules/answer.ts';
import type { Sight } from '../rules/look.ts';
import { linesOf } from '../rules/size.ts';

/** Changed lines that one reviewer reads with attention in one sitting. */
const ONE_SITTING_LINES = 400;

export const CODE_REVIEW: Lens = {
  view: 'As code review',
  cares: {
    size: [0, 'Split the change so that each part can be reviewed in one sitting.'],
    spread: [0, 'Ask for one change for each concern, or for a guide through the parts.'],
    'many-commits': [0, 'Ask the author to order the commits so that they can be read one after another.'],
    'mostly-deletions': [0, 'Search for remaining uses of what is deleted.'],
    'code-without-tests': [0, 'Ask for a test beside the change before reading the rest.'],
    'tests-removed': [1, 'Ask why each removed test is no longer needed.'],
    'test-files': [0],
    'generated-files': [0, 'Leave generated files to the tool that makes them, and review only the rest.'],
    unfinished: [1, 'Ask the author to finish what is marked, or to open an issue for it.'],
    bypass: [1, 'Insist on a reason in the code for every check that is passed over.'],
    revert: [0, 'Read the change that is taken back together with this one.'],
    breaking: [0, 'Check that everybody who calls it is changed too.'],
    'no-description': [1, 'Ask for what the change does and why before reviewing it.'],
    'short-description': [0, 'Ask for the reason behind the change.'],
    'vague-title': [0, 'Ask for a title that states the effect.'],
    'vague-messages': [1, 'Ask for commit messages that will make sense in a year.'],
    'no-link': [0],
    'open-checklist': [0, 'Wait for the open points before approving.'],
    outsider: [-1],
    draft: [0],
    'no-reviewers': [1, 'Name a reviewer who has changed this part before.'],
    'changes-requested': [0, 'Go through the requested changes one by one before a second round.'],
    approved: [0],
    forced: [1, 'Compare with what was reviewed before: the history under review was rewritten.'],
    'direct-push': [1, 'Review these commits afterwards: nobody has before.'],
    failed: [0, 'Hold the review until the failing check is understood.'],
    truncated: [0],
  },
  blind: 'the diff: names, edge cases and errors in the code itself',
  judge,
};

function judge({ size, about, has }: Sight): Judgement {
  if (about !== 'change') return {};
  const lines = linesOf(size);
  if (has('draft')) return { headline: 'It is a draft: a look at the direction is enough for now.' };
  if (lines === undefined) return { headline: 'How large it is the event does not say.' };
  const sittings = Math.max(1, Math.ceil(lines / ONE_SITTING_LINES));
  const ready = !has('no-description') && !has('unfinished') && !has('changes-requested');
  return {
    headline: `It is ${ready ? 'ready to be reviewed' : 'to be completed before it is reviewed'}, in about ${sittings === 1 ? 'one sitting' : `${sittings} sittings`}.`,
  };
}
