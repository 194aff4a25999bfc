import type { ReviewBody } from '../../../protocols/effect-bodies.ts';
import type { Redact } from '../../policy/redact.ts';
import type { ChangedFile } from '../../ports/forge.ts';
import { code, oneLine, plain } from '../outgoing.ts';
import { commentableLines } from '../tools/diff-lines.ts';

/** A remark on a line of the new version of a file. */
export interface LineRemark {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** More than people read. */
const MOST_REMARKS = 20;

export interface ReviewOptions {
  /** Markdown of ours. */
  readonly head: string;
  readonly remarks: readonly LineRemark[];
  /** What the change touches; undefined where nobody could tell: then every remark goes into the text. */
  readonly files?: readonly ChangedFile[] | undefined;
  /** Head that was looked at. */
  readonly sha: string;
  /** Markdown of ours. */
  readonly footer: string;
  readonly redact: Redact;
}

/**
 * A review never approves and never requests changes: that is for people. GitHub refuses one of which a line is not in the diff:
 * what is not there is said in the text.
 */
export function reviewBody({ head, remarks, files = [], sha, footer, redact }: ReviewOptions): ReviewBody {
  const lines = new Map(files.map(({ path, patch }) => [path, commentableLines(patch ?? '')]));
  const isOnDiff = ({ path, line }: LineRemark) => lines.get(path)?.has(line) === true;
  const placed = remarks.filter(isOnDiff).slice(0, MOST_REMARKS);
  const rest = remarks.filter((remark) => !placed.includes(remark));
  const told = rest.map(({ path, line, text }) => `- ${code(`${path}:${line}`, redact)} ${oneLine(text, redact)}`);
  return {
    sha,
    verdict: 'comment',
    text: [head, told.join('\n'), footer].filter((part) => part !== '').join('\n\n'),
    comments: placed.map(({ path, line, text }) => ({ path, line, text: plain(text, redact) })),
  };
}
