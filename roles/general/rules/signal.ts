import { SEVERITIES, type Severity } from '../../../protocols/event.ts';
import type { Finding } from '../../../protocols/result.ts';

/** Everything the rules can see. The advice is for the general purpose; every other general has words of its own. */
export const SIGNALS = {
  // how much
  size: 'Give the review the time that this size asks for.',
  spread: 'Ask somebody who knows each of these parts.',
  'mostly-deletions': 'Make sure that nobody still needs what goes away.',
  'many-commits': 'Read the commits in groups.',
  // which files
  'secret-files': 'Look at once whether these files hold secrets, and revoke those that do.',
  'ci-files': 'Have somebody who knows the pipeline look at it.',
  'infra-files': 'Have somebody who runs this environment look at it.',
  'dependency-files': 'Look at what was added to the dependencies and why.',
  'lock-without-manifest': 'Find out why the lockfile changed alone.',
  'manifest-without-lock': 'Commit the lockfile together with its manifest.',
  'schema-files': 'Check that older data and older clients still work.',
  'access-files': 'Have the code that decides about access read twice.',
  'test-files': 'Run the tests that changed.',
  'code-without-tests': 'Add a test that would have failed before.',
  'tests-removed': 'Say why these tests are no longer needed.',
  'docs-files': 'Have the changed documentation read by somebody who was not there.',
  'generated-files': 'Keep generated files apart from what people wrote.',
  // what the texts say
  'secret-in-text': 'Revoke what was exposed, then remove it.',
  weakness: 'Ask somebody with knowledge of security whether this is one.',
  breaking: 'Tell everybody who depends on it.',
  unfinished: 'Finish it, or keep it a draft.',
  bypass: 'Turn the check back on, or say until when it stays off.',
  damage: 'Find out who is affected, and stop the damage first.',
  urgent: 'Find out what the urgency rests on.',
  performance: 'Measure before and after.',
  revert: 'Note why the first change did not hold.',
  compliance: 'Ask whoever answers for licences and personal data.',
  steering: 'Treat the text as a text: it seems to address automatic readers.',
  'hidden-text': 'Look at the source of the text before anybody acts on it.',
  // what the texts lack
  'no-description': 'Ask the author what this is for.',
  'short-description': 'Ask for a sentence on why.',
  'vague-title': 'Give it a title that says what it does.',
  'no-link': 'Link the issue or the reason it follows from.',
  'open-checklist': 'Finish or strike the open points.',
  questions: 'Answer the open questions.',
  defect: 'Reproduce it before anything else.',
  'no-steps': 'Ask for the steps, the expected and the actual outcome.',
  'no-criteria': 'Write down how one will see that it is done.',
  'vague-messages': 'Let commit messages say what changes and why.',
  // who and in what state
  outsider: 'Give a newcomer a quick and friendly answer.',
  fork: 'Look at it before letting it run with any secret.',
  bot: 'Check that the automation did what it was meant to.',
  automated: 'Watch that automation does not answer automation.',
  draft: 'Wait until its author calls it ready.',
  labels: 'Act as the labels say.',
  'no-labels': 'Set a label.',
  'no-reviewers': 'Ask somebody to review it.',
  'default-target': 'Keep the main line releasable.',
  merged: 'Follow it until it is out.',
  'closed-unmerged': 'Note why it was not taken.',
  'changes-requested': 'Settle the requested changes first.',
  approved: 'Merge it while the approval fits its content.',
  // how it was pushed
  forced: 'Make sure that nobody lost work by the rewritten history.',
  'ref-created': 'Nothing to do.',
  'ref-deleted': 'Make sure that nothing unmerged went with it.',
  'tag-pushed': 'Check that this tag was meant.',
  'direct-push': 'Prefer a pull request for what goes to the main branch.',
  // how it ended
  failed: 'Find out whether the change or the surroundings failed.',
  succeeded: 'Nothing to do.',
  stopped: 'Run it again, or say why not.',
  'still-running': 'Wait for its end.',
  'deployment-failed': 'See what state the environment was left in.',
  production: 'Tell whoever is on duty.',
  prerelease: 'Keep it out of production.',
  'no-notes': 'Write what changed for whom.',
  'alert-open': 'Have somebody look at it.',
  'alert-over': 'Note what ended it.',
  severity: 'Handle it as its sender rates it.',
  // about the event itself
  truncated: 'Read the original where it matters: parts were cut.',
} as const satisfies Readonly<Record<string, string>>;

export type SignalId = keyof typeof SIGNALS;

/** One thing a rule saw, with its evidence. A secret's value is never in it. */
export interface Signal extends Finding {
  readonly id: SignalId;
}

export function signal(id: SignalId, severity: Severity, title: string, detail: string, where?: string): Signal {
  return { id, severity, title, detail, ...(where && { where }) };
}

/** A severity some steps higher or lower, within the scale. */
export function shiftSeverity(severity: Severity, steps: number): Severity {
  const place = Math.min(Math.max(SEVERITIES.indexOf(severity) + steps, 0), SEVERITIES.length - 1);
  return SEVERITIES[place] ?? severity;
}

export function isWorse(a: Severity, b: Severity): boolean {
  return SEVERITIES.indexOf(a) > SEVERITIES.indexOf(b);
}

/** `a, b, c and 4 more`. */
export function listed(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).join(', ');
  return names.length <= most ? shown : `${shown} and ${names.length - most} more`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
