import type { MeshEvent } from '../../../protocols/event.ts';
import { counted, listed, type Signal, signal } from './signal.ts';
import { shortSha } from './texts.ts';

const SHORT_CHARS = 60;
const VAGUE_TITLE = /^(?:updates?|fix(?:es)?|changes?|test|wip|misc|stuff|patch|cleanup|minor|[\w./-]+)[.!]?$/i;
const VAGUE_MESSAGE =
  /^(?:updates?|fix(?:es|ed)?|changes?|tests?|wip|misc|stuff|\.+|cleanup|minor|oops|typo|temp|asdf\w*)[.!]?$/i;
/** An issue, a pull request or another page that gives the reason. */
const LINK = /(?:^|[\s([])(?:[\w.-]+\/[\w.-]+)?#\d+\b|\bhttps?:\/\/\S+|\b[A-Z][A-Z0-9]{1,9}-\d+\b/;
const STEPS =
  /\b(?:steps to reproduce|reproduc\w+|expected|actual(?:ly)?|observed|stack ?trace|version)\b|^\s*\d+[.)]\s/im;
const DEFECT =
  /\b(?:bugs?|crash(?:es|ed)?|errors?|exceptions?|broken|fails?|failing|regressions?|doesn't work|does not work|wrong)\b/i;
/** Whoever writes so has seen something go wrong, whatever words name it. */
const REPORT = /\b(?:steps to reproduce|reproduc\w+|actual(?:ly)?|observed|stack ?trace|worked in|grew from)\b/i;
const CRITERIA =
  /\b(?:acceptance criteria|definition of done|given .{1,200} when .{1,200} then|must|should|so that)\b/i;

/** What the author's words lack. */
export function descriptionSignals({ data }: MeshEvent): Signal[] {
  const { pullRequest, issue, push } = data;
  if (push !== undefined) return messageSignals(push.commits);
  if (pullRequest !== undefined) {
    return [...bodySignals(pullRequest), ...linkSignals(pullRequest.body)];
  }
  if (issue === undefined) return [];
  return [...bodySignals(issue), ...(issue.isPullRequest ? [] : requirementSignals(issue))];
}

function bodySignals({ title, body }: { title: string; body: string }): Signal[] {
  const signals: Signal[] = [];
  const text = body.trim();
  if (text === '') {
    signals.push(
      signal('no-description', 'medium', 'There is no description', 'The description is empty.', 'description'),
    );
  } else if (text.length < SHORT_CHARS) {
    signals.push(
      signal('short-description', 'low', 'The description is short', `${text.length} characters.`, 'description'),
    );
  }
  if (title.trim().length < 10 || VAGUE_TITLE.test(title.trim())) {
    signals.push(signal('vague-title', 'low', 'The title says little', `${title.trim().length} characters.`, 'title'));
  }
  const open = text.match(/^\s*[-*] \[ \]/gm)?.length ?? 0;
  if (open > 0) {
    signals.push(
      signal('open-checklist', 'low', 'Points of the checklist are open', counted(open, 'open point'), 'description'),
    );
  }
  return signals;
}

function linkSignals(body: string): Signal[] {
  if (body.trim() === '' || LINK.test(body)) return [];
  return [
    signal(
      'no-link',
      'info',
      'No issue or reason is linked',
      'The description names no issue and no address.',
      'description',
    ),
  ];
}

function requirementSignals({ title, body }: { title: string; body: string }): Signal[] {
  const signals: Signal[] = [];
  const whole = `${title}\n${body}`;
  const questions = body.match(/\?(?=\s|$)/g)?.length ?? 0;
  if (questions > 0) {
    signals.push(signal('questions', 'low', 'It asks questions', counted(questions, 'question mark'), 'description'));
  }
  if (DEFECT.test(whole) || REPORT.test(body)) {
    const told = 'Something does not do what it did or should.';
    signals.push(signal('defect', 'info', 'It reports a defect', told, 'description'));
    if (!STEPS.test(body)) {
      const detail = 'It speaks of a defect, but not of steps, of what was expected, or of a version.';
      signals.push(
        signal('no-steps', 'medium', 'The report cannot be reproduced from its text', detail, 'description'),
      );
    }
  } else if (!CRITERIA.test(body)) {
    const detail = 'Nothing in it says how one will see that it is done.';
    signals.push(signal('no-criteria', 'medium', 'There are no acceptance criteria', detail, 'description'));
  }
  return signals;
}

function messageSignals(commits: readonly { id: string; message: string }[]): Signal[] {
  const vague = commits.filter(
    ({ message }) => VAGUE_MESSAGE.test(message.split('\n', 1)[0]?.trim() ?? '') || message.trim().length < 5,
  );
  if (vague.length === 0) return [];
  const ids = vague.map(({ id }) => shortSha(id));
  const title = 'Commit messages say little';
  return [
    signal('vague-messages', 'low', title, `${counted(vague.length, 'commit')}: ${listed(ids)}`, `commit ${ids[0]}`),
  ];
}
