import type * as z from 'zod';
import { allKeys, namesAt } from './keys.ts';
import { nearest } from './nearest.ts';
import type { Problem, Source } from './problem.ts';

/** What zod found, in words; an unknown key gets the nearest known one. Values are never repeated: they may be secrets. */
export function describeIssue(issue: z.core.$ZodIssue, where: (path: readonly PropertyKey[]) => Source): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => {
      const path = [...issue.path, name];
      return { source: where(path), key: formatPath(path), text: `is not a known key${suggest(issue.path, name)}` };
    });
  }
  const key = formatPath(issue.path);
  return [{ source: where(issue.path), ...(key !== '' && { key }), text: textOf(issue) }];
}

export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? String(part) : `.${String(part)}`))
    .join('');
}

/** A sentence written beside the schema says more than ours, which says more than zod's. */
function textOf(issue: z.core.$ZodIssue): string {
  if (!/^(Invalid (input|option): expected|Too (small|big): expected) /.test(issue.message)) return issue.message;
  if (issue.code === 'invalid_value') return `wants one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_small') return issue.origin === 'string' ? 'must not be empty' : bound(issue, issue.minimum);
  if (issue.code === 'too_big') return bound(issue, issue.maximum);
  const [, wanted = '', got = ''] = /expected (\w+), received (\w+)/.exec(issue.message) ?? [];
  return got === 'undefined' ? 'is missing' : `wants ${WORDS[wanted] ?? wanted}, not ${WORDS[got] ?? got}`;
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  array: 'a list',
};

function bound(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig, limit: number | bigint): string {
  const below = issue.code === 'too_small';
  if (issue.inclusive === false) return `must be ${below ? 'over' : 'under'} ${limit}`;
  return `must be at ${below ? 'least' : 'most'} ${limit}`;
}

function suggest(path: readonly PropertyKey[], name: string): string {
  const known = namesAt(path) ?? [];
  const guess = nearest(name, known);
  if (guess !== undefined) return `; did you mean ${formatPath([...path, guess])}?`;
  const elsewhere = allKeys().find(({ key }) => !key.includes('[]') && key.endsWith(`.${name}`));
  if (elsewhere !== undefined) return `; did you mean ${elsewhere.key}?`;
  return known.length === 0 ? '' : `; known here: ${known.join(', ')}`;
}
