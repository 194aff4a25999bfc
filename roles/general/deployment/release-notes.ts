import type { Redact } from '../../policy/redact.ts';
import type { ForgeCommit, ForgePullRequest } from '../../ports/forge.ts';
import { code, oneLine } from '../outgoing.ts';

export interface Released {
  /** Merged ones; others are not told. */
  readonly pulls: readonly Pick<ForgePullRequest, 'number' | 'title' | 'author' | 'labels' | 'merged' | 'mergeSha'>[];
  /** All commits that went out, oldest first; those of the pull requests need not be taken out. */
  readonly commits: readonly ForgeCommit[];
  /** Commits that belong to a pull request. */
  readonly known?: ReadonlySet<string>;
  /** More went out than was read. */
  readonly cut: boolean;
}

/** In this order. https://www.conventionalcommits.org · https://docs.github.com/repositories/releasing-projects-on-github/automatically-generated-release-notes */
const SECTIONS = ['Breaking changes', 'Features', 'Fixes', 'Documentation', 'Other changes'] as const;
type SectionName = (typeof SECTIONS)[number];

const TYPES: Readonly<Record<string, SectionName>> = {
  feat: 'Features',
  fix: 'Fixes',
  perf: 'Fixes',
  docs: 'Documentation',
};
/** A label that says one of these in its name, as a word of its own. */
const LABELS: readonly (readonly [RegExp, SectionName])[] = [
  [/\b(breaking|incompatible)\b/i, 'Breaking changes'],
  [/\b(feature|enhancement)\b/i, 'Features'],
  [/\b(bug|bugfix|fix|security|regression)\b/i, 'Fixes'],
  [/\b(docs?|documentation)\b/i, 'Documentation'],
];
const SUBJECT = /^(?<type>\w+)(?:\([^)]*\))?(?<bang>!)?:\s*(?<rest>.+)$/;
const MOST_LINES = 100;

interface Line {
  readonly section: SectionName;
  readonly text: string;
}

/** What went out, as Markdown, by kind; empty where nothing did. */
export function releaseNotes({ pulls, commits, known, cut }: Released, redact?: Redact): string {
  const merged = pulls.filter(({ merged: isMerged }) => isMerged).toSorted((a, b) => a.number - b.number);
  const told = new Set([...(known ?? []), ...merged.flatMap(({ mergeSha }) => mergeSha ?? [])]);
  const direct = commits.filter(({ sha, message }) => !told.has(sha) && !/^Merge (pull request|branch) /.test(message));
  const lines = [
    ...merged.map((pull) => pullLine(pull, redact)),
    ...direct.map((commit) => commitLine(commit, redact)),
  ];
  if (lines.length === 0) return '';
  const shown = lines.slice(0, MOST_LINES);
  const more = lines.length - shown.length;
  const sections = SECTIONS.map((name) => [name, shown.filter(({ section }) => section === name)] as const);
  const parts = sections
    .filter(([, of]) => of.length > 0)
    .map(([name, of]) => `### ${name}\n${of.map(({ text }) => text).join('\n')}`);
  const rest = [more > 0 ? `and ${more} more changes.` : '', cut ? 'More went out than was read.' : ''].filter(Boolean);
  return [...parts, ...rest].join('\n\n');
}

function pullLine({ number, title, author, labels }: Released['pulls'][number], redact?: Redact): Line {
  const { section, rest } = readSubject(title);
  const labelled = LABELS.find(([form]) => labels.some((label) => form.test(label)))?.[1];
  const isBreaking = section === 'Breaking changes' || labelled === 'Breaking changes';
  return {
    section: isBreaking ? 'Breaking changes' : (section ?? labelled ?? 'Other changes'),
    text: `- ${oneLine(rest, redact)} (#${number}, ${code(author, redact)})`,
  };
}

function commitLine({ sha, message, author }: ForgeCommit, redact?: Redact): Line {
  const { section, rest } = readSubject(message.split('\n')[0] ?? '');
  const isBreaking = /^BREAKING[ -]CHANGE:/m.test(message);
  return {
    section: isBreaking ? 'Breaking changes' : (section ?? 'Other changes'),
    text: `- ${oneLine(rest, redact)} (${code(sha.slice(0, 7))}, ${code(author, redact)})`,
  };
}

function readSubject(subject: string): { section?: SectionName; rest: string } {
  const { type = '', bang, rest } = SUBJECT.exec(subject)?.groups ?? {};
  const section = bang === '!' ? 'Breaking changes' : TYPES[type.toLowerCase()];
  // `Note: …` is no type.
  if (rest === undefined || (section === undefined && !/^(chore|ci|build|refactor|style|test|revert)$/i.test(type))) {
    return { rest: subject };
  }
  return { rest, ...(section !== undefined && { section }) };
}
