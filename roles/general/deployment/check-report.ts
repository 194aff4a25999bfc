import { keyIn } from '../../../protocols/marker.ts';
import type { Redact } from '../../policy/redact.ts';
import type { ForgeCheck, Listed } from '../../ports/forge.ts';
import { code, oneLine } from '../outgoing.ts';
import { linkTo } from './link-to.ts';

/** none: the commit has no checks · running: one has not ended, and none has failed. */
export type CheckVerdict = 'none' | 'running' | 'passed' | 'failed';

export interface CheckReport {
  readonly verdict: CheckVerdict;
  /** Markdown; empty where there is nothing to tell. */
  readonly text: string;
}

/** What GitHub counts as no obstacle. https://docs.github.com/rest/checks/runs */
const GOOD: readonly (string | undefined)[] = ['success', 'neutral', 'skipped'];
/** A summary is somebody else's text and may be long. */
const SUMMARY_CHARS = 300;
const MOST_NAMED = 30;

/** What came of the checks of a commit, those that failed first, as a comment for its pull request. */
export function checkReport({ items, cut }: Listed<ForgeCheck>, sha: string, redact?: Redact): CheckReport {
  const failed = items.filter(hasFailed).sort(byName);
  const running = items.filter(({ status }) => status !== 'completed').sort(byName);
  const passed = items.length - failed.length - running.length;
  const verdict = verdictOf(items.length, failed.length, running.length);
  if (verdict === 'none') return { verdict, text: '' };
  const counts = [
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(running.length > 0 ? [`${running.length} still running`] : []),
    ...(passed > 0 ? [`${passed} passed`] : []),
  ];
  const lines = [...failed, ...running].slice(0, MOST_NAMED).map((check) => lineOf(check, redact));
  const unnamed = failed.length + running.length - lines.length;
  const text = [
    `${checkHead(sha)}: ${counts.join(', ')}.**`,
    [...lines, ...(unnamed > 0 ? [`- and ${unnamed} more`] : [])].join('\n'),
    cut ? 'There are more checks than were read.' : '',
  ];
  return { verdict, text: text.filter((part) => part !== '').join('\n\n') };
}

/** What generals check is said by themselves: a check run with our marker, or the status that stands for one. */
export function isOfMesh({ summary = '', url = '' }: ForgeCheck): boolean {
  return keyIn(summary) !== undefined || /#mm-[0-9a-f]{20}$/.test(url);
}

/** How every report of a commit begins. */
export function checkHead(sha: string): string {
  return `**Checks of ${code(sha.slice(0, 7))}`;
}

function verdictOf(all: number, failed: number, running: number): CheckVerdict {
  if (all === 0) return 'none';
  if (failed > 0) return 'failed';
  return running > 0 ? 'running' : 'passed';
}

function hasFailed({ status, conclusion }: ForgeCheck): boolean {
  return status === 'completed' && !GOOD.includes(conclusion);
}

function lineOf({ name, status, conclusion, summary, url }: ForgeCheck, redact?: Redact): string {
  const what = status === 'completed' ? (conclusion ?? 'failure') : status.replace('_', ' ');
  const said = summary === undefined ? '' : `: ${shorten(oneLine(summary, redact))}`;
  return `- ${code(name, redact)} ${what.replaceAll('_', ' ')}${said}${linkTo(url)}`;
}

function shorten(text: string): string {
  return text.length <= SUMMARY_CHARS ? text : `${text.slice(0, SUMMARY_CHARS)}…`;
}

function byName(a: ForgeCheck, b: ForgeCheck): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
