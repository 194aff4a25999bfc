import type { Judgement, Lens } from '../rules/answer.ts';
import type { Sight } from '../rules/look.ts';
import type { PathKind } from '../rules/paths.ts';
import { counted } from '../rules/signal.ts';

export const QUALITY_ASSURANCE: Lens = {
  view: 'As quality assurance',
  cares: {
    'code-without-tests': [1, 'Write the test that fails without this change: normal case, one edge, one failure.'],
    'tests-removed': [1, 'Show that what the removed tests held is held elsewhere.'],
    'test-files': [0],
    bypass: [1, 'Given the check is on again, when the suite runs, then it has to pass: do that before the merge.'],
    failed: [1, 'Repeat the failing check once unchanged: if it passes, treat it as flaky and find out why.'],
    stopped: [0, 'Run the stopped check to its end before judging.'],
    succeeded: [0],
    'still-running': [0],
    'no-steps': [1, 'Ask for steps, expected and actual outcome, version and environment.'],
    'no-criteria': [0, 'Write one given, when, then for what is asked.'],
    'open-checklist': [1, 'Verify the open points of the checklist one by one.'],
    'no-description': [0, 'Ask what behaviour is meant to change: without it nothing can be validated.'],
    'schema-files': [0, 'Test the upgrade with data of the version before, and the way back.'],
    'dependency-files': [0, 'Run the whole suite, not only what changed: dependencies reach everywhere.'],
    'access-files': [0, 'Test the refusals too: no right, expired session, other user.'],
    'ci-files': [0, 'Check that no test stopped being run by this.'],
    size: [0, 'Try by hand the three paths that users take most: a change of this size has gaps in its tests.'],
    breaking: [0, 'Test with a client of the version before.'],
    performance: [0, 'Repeat the measurement under load, before and after.'],
    revert: [0, 'Add the test that would have caught what is taken back.'],
    unfinished: [0, 'Test only what is finished, and note the rest.'],
    'deployment-failed': [0, 'Run the smoke test against what is live now.'],
    'alert-open': [0, 'Turn the alert into a test that fails today.'],
    draft: [0],
    'direct-push': [0, 'Run the full suite on the main branch: nothing ran before.'],
    'no-notes': [0, 'Derive an acceptance check from the commits, since the notes name nothing.'],
  },
  blind: 'whether the tests would fail if the behaviour were wrong',
  judge,
};

function judge({ paths, about }: Sight): Judgement {
  if (paths.length === 0) {
    return about === 'change'
      ? { headline: 'Whether tests are among the files the event does not say: look there first.' }
      : {};
  }
  const count = (kind: PathKind) => paths.filter(({ kinds, change }) => kinds.has(kind) && change !== 'removed').length;
  const [code, tests] = [count('code'), count('test')];
  if (code === 0) return { headline: `No source file is among the ${counted(paths.length, 'touched file')}.` };
  return {
    headline: `For ${counted(code, 'source file')} there ${tests === 1 ? 'is' : 'are'} ${tests === 0 ? 'no test files' : counted(tests, 'test file')}.`,
  };
}
