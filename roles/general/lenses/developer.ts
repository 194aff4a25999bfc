import type { Judgement, Lens } from '../rules/answer.ts';
import type { Sight } from '../rules/look.ts';
import { listed } from '../rules/signal.ts';

export const DEVELOPER: Lens = {
  view: 'As development',
  cares: {
    'no-description': [1, 'Do not begin: ask what should be built.'],
    'no-criteria': [0, 'Turn the wish into a failing test and show it to the author.'],
    'no-steps': [0, 'Ask for the steps before searching.'],
    'open-checklist': [0, 'Work through the open points.'],
    'changes-requested': [0, 'Answer each request with a commit or a reason.'],
    'code-without-tests': [1, 'Write the missing test first, see it fail without the change, then keep both.'],
    'tests-removed': [0, 'Bring back what the removed tests held.'],
    unfinished: [0, 'Finish the marked places, one commit each.'],
    bypass: [0, 'Mend what the check found instead of passing over it.'],
    failed: [1, 'Reproduce the failing check locally, pin it with a test, then mend it.'],
    'dependency-files': [0, 'Install from a clean checkout and run everything.'],
    'manifest-without-lock': [1, 'Update the lockfile and commit it with the manifest.'],
    'lock-without-manifest': [0, 'Make the lockfile anew from its manifest.'],
    'schema-files': [0, 'Write the migration and its way back before the code that needs it.'],
    breaking: [0, 'Keep the old form working beside the new one for one release.'],
    performance: [0, 'Measure first, and keep the measurement as a test.'],
    size: [-1, 'Split the work into commits that each leave the main branch working.'],
    'vague-messages': [0, 'Rewrite the messages before asking for a review.'],
    'no-reviewers': [0, 'Ask somebody to review it.'],
    'alert-open': [-1, 'Find the smallest change that stops the damage, then the cause.'],
    'deployment-failed': [-1, 'Reproduce the deployment on a branch.'],
    draft: [0],
    labels: [-1],
  },
  blind: 'the code that has to be changed',
  judge,
};

function judge({ event, paths, about, has }: Sight): Judgement {
  const { issue } = event.data;
  if (about === 'issue' && issue !== undefined) {
    const ready = issue.labels.includes('ready-for-dev') && !has('no-description');
    const branch = `${has('no-steps') || issue.labels.includes('bug') ? 'bugfix' : 'feature'}/${issue.number}`;
    return {
      headline: ready
        ? `Work can begin, on the branch ${branch}.`
        : 'Work cannot begin yet: it is not marked ready-for-dev.',
      ...(ready && { recommendations: [`Begin on ${branch} with a failing test for the first acceptance criterion.`] }),
    };
  }
  const code = paths.filter(({ kinds }) => kinds.has('code')).map(({ path }) => path);
  if (code.length > 0) return { headline: `The next step lies in ${listed(code, 3)}.` };
  return about === 'change' ? { headline: 'What is left to do before the merge follows from the findings.' } : {};
}
