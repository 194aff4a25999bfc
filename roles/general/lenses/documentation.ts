import type { Judgement, Lens } from '../rules/answer.ts';
import type { Sight } from '../rules/look.ts';
import { quote } from '../subject.ts';

export const DOCUMENTATION: Lens = {
  view: 'As documentation',
  cares: {
    'docs-files': [0],
    'schema-files': [0, 'Update the reference of the changed interface in the same change.'],
    'dependency-files': [0, 'Check whether required versions in the installation guide still hold.'],
    'infra-files': [-1, 'Check the operating guide against the changed infrastructure.'],
    'ci-files': [-1, 'Check whether the contributing guide still describes the pipeline.'],
    breaking: [1, 'Write upgrade notes: what breaks, for whom, and the new form.'],
    'no-description': [1, 'Write the description first: it becomes the history of the project.'],
    'short-description': [0, 'Add the reason: a later reader sees what changed, but not why.'],
    'vague-title': [1, 'Give it the title that should stand in the changelog.'],
    'vague-messages': [0, 'Write messages that can be quoted in release notes.'],
    'no-link': [1, 'Link the issue, so that the history can be followed.'],
    questions: [0, 'Answer the question where it was asked, then move the answer into the guide.'],
    'no-steps': [0, 'Offer an issue template that asks for what is missing.'],
    'no-notes': [1, 'Write the notes: what is new, what breaks, what to do.'],
    merged: [1, 'Add the changelog entry for what was merged.'],
    revert: [0, 'Take the entry of the reverted change out of the changelog.'],
    'access-files': [-1, 'Check whether the description of rights still holds.'],
    'deployment-failed': [-1, 'Note the failure and its cause in the runbook.'],
    'alert-open': [-1, 'Check that a runbook exists for this alert.'],
    'code-without-tests': [-1],
    performance: [0],
  },
  blind: 'whether the text of the documentation agrees with what the code now does',
  judge,
};

function judge({ paths, about, event }: Sight): Judgement {
  const docs = paths.filter(({ kinds }) => kinds.has('docs')).length;
  const code = paths.filter(({ kinds }) => kinds.has('code') || kinds.has('schema')).length;
  if (docs === 0 && code > 0) {
    return {
      headline: 'Code changes and no documentation does.',
      recommendations: ['Say in the change whether users notice it, and update the page they would look at.'],
    };
  }
  const title = event.data.pullRequest?.title;
  if (about === 'change' && title !== undefined) {
    return { recommendations: [`Decide whether ${quote(title)} is a line of the changelog, and for which reader.`] };
  }
  return docs > 0 ? { headline: 'Documentation is part of it.' } : {};
}
