import type { Judgement, Lens } from '../rules/answer.ts';
import type { Sight } from '../rules/look.ts';

export const DEPLOYMENT: Lens = {
  view: 'As deployment',
  cares: {
    damage: [0, 'See whether the last deployment did it, and take it back if so.'],
    'deployment-failed': [
      0,
      'See which version runs now, and go back to the last good one before looking for the cause.',
    ],
    production: [1, 'Have somebody watch error rate and latency for the first half hour.'],
    failed: [1, 'Hold the rollout until the failing check is green or explained.'],
    stopped: [1, 'Do not ship on a check that never ended.'],
    'still-running': [0],
    succeeded: [0],
    'ci-files': [1, 'Try the changed pipeline on a branch before it becomes the way out.'],
    'infra-files': [1, 'Roll out infrastructure before the code that needs it, and by itself.'],
    'schema-files': [1, 'Run the migration first, in a form that the running version survives.'],
    'dependency-files': [0, 'Rebuild the image from a clean cache.'],
    'lock-without-manifest': [0],
    'manifest-without-lock': [1, 'Builds are not repeatable without the lockfile: commit it.'],
    'secret-files': [0, 'Make sure that the environment gets its secrets from its store, not from the repository.'],
    size: [0, 'Ship it in steps or behind a flag.'],
    breaking: [1, 'Announce the date, and keep the old form until consumers have moved.'],
    bypass: [1, 'Do not ship what skipped its checks.'],
    revert: [0, 'Check that what is taken back can be taken back without data.'],
    urgent: [0, 'Keep the short way out for this fix alone.'],
    'default-target': [1, 'Check what a merge to the main branch sets in motion.'],
    merged: [1, 'Follow the rollout that the merge has started, with the way back at hand.'],
    'closed-unmerged': [0],
    draft: [0],
    'tag-pushed': [1, 'Check that the tag names what was tested.'],
    forced: [0, 'Rebuild: artefacts of the old history no longer match the branch.'],
    'direct-push': [0, 'Check whether this push already went out.'],
    'ref-deleted': [0],
    prerelease: [0],
    'no-notes': [0, 'Write upgrade steps before anybody takes the release.'],
    'alert-open': [0, 'Compare the beginning of the alert with the last rollout.'],
    severity: [-1],
  },
  blind: 'what the rollout does to running systems, and how long the way back takes',
  judge,
};

function judge({ event, has }: Sight): Judgement {
  const { pullRequest, deployment, push, defaultBranch } = event.data;
  if (deployment !== undefined)
    return { headline: `The state of ${deployment.environment} is ${deployment.state ?? 'not told'}.` };
  if (pullRequest !== undefined) {
    const held = has('draft') || has('failed') || has('changes-requested');
    const way = pullRequest.merged ? 'is on its way out' : held ? 'should be held' : 'would go out when it is merged';
    return { headline: `What is meant for ${pullRequest.base.ref} ${way}.` };
  }
  if (push !== undefined && push.ref === `refs/heads/${defaultBranch}`) {
    return { headline: 'The main branch moved: whatever follows it is being built.' };
  }
  return {};
}
