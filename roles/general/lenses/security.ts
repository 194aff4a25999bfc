import type { MeshEvent } from '../../../protocols/event.ts';
import type { Judgement, Lens } from '../rules/answer.ts';
import type { Sight } from '../rules/look.ts';

export const SECURITY: Lens = {
  view: 'As security',
  cares: {
    'secret-in-text': [0, 'Revoke the exposed secret now; removing the text comes after.'],
    'secret-files': [1, 'Check these files for secrets, revoke what was in them, and keep them out of the repository.'],
    'ci-files': [1, 'Read every line of the pipeline change: it runs with the rights of the repository.'],
    'infra-files': [0, 'Check rights, open ports and images of the changed infrastructure.'],
    'dependency-files': [1, 'Check origin, maintenance and install scripts of every new dependency.'],
    'lock-without-manifest': [
      1,
      'Regenerate the lockfile from its manifest and compare: changed hashes are a known way in.',
    ],
    'access-files': [1, 'Have a second person with knowledge of access control read these files.'],
    'schema-files': [-1],
    weakness: [0, 'If this describes an open weakness, move it to private disclosure and rate it there.'],
    bypass: [1, 'Find out who may pass over this check, and turn it on again.'],
    steering: [1, 'Keep agents with write access away from this text until a person has read it.'],
    'hidden-text': [1, 'Read the source of the text: what is hidden in it was meant for machines.'],
    compliance: [0, 'Ask whoever answers for personal data and licences before it goes in.'],
    outsider: [0, 'Let a member approve before any workflow runs for this author.'],
    fork: [1, 'Run it without secrets until it has been read.'],
    bot: [0],
    automated: [0, 'Make sure that no secret or right is passed along the chain of automation.'],
    forced: [
      1,
      'Compare old and new history: a rewrite can hide what was in it, and does not remove what was exposed.',
    ],
    'direct-push': [1, 'Protect the main branch, or find out why protection let this pass.'],
    'tag-pushed': [0, 'Check who signed the tag.'],
    failed: [-1],
    severity: [0, 'Check whether the affected part can be reached at all, then patch in the order of exposure.'],
    'alert-open': [0, 'Assign the alert to somebody who can judge whether it can be exploited here.'],
    'generated-files': [0, 'Compare vendored files with their origin.'],
  },
  blind: 'whether the code handles untrusted input, access and secrets rightly',
  judge,
};

/** Where code of strangers and rights of the project meet. */
function judge({ event, has, about, paths }: Sight): Judgement {
  if (has('secret-in-text')) return { headline: 'A secret that was sent once counts as known.' };
  const stranger = has('outsider') || has('fork');
  if (stranger && (has('ci-files') || has('infra-files') || has('dependency-files'))) {
    return {
      headline: 'Somebody from outside changes what runs with rights: no automatic run before a person has read it.',
    };
  }
  if (about === 'change' && paths.length === 0) {
    return { headline: `The author is ${standing(event, stranger)}; which files are touched the event does not say.` };
  }
  return {};
}

function standing({ authorassociation }: MeshEvent, stranger: boolean): string {
  if (stranger) return 'from outside';
  return authorassociation === 'UNKNOWN' ? 'of unknown standing' : `known here (${authorassociation})`;
}
