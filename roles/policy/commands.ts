import { isHashPrefix, SHORT_HASH } from './text-hash.ts';

/** What a member can tell the mesh in a comment: a line `/mindmesh …` of its own. */
export type Command =
  | { readonly name: 'ok'; readonly hash?: string }
  | { readonly name: 'deny'; readonly hash?: string; readonly reason?: string }
  | { readonly name: 'pause' | 'resume' | 'cancel' }
  | { readonly name: 'steer'; readonly text: string };

/** Somebody who writes more at once is not talking to us. */
const MAX_COMMANDS = 5;
const MAX_WORDS = 4_000;

const COMMAND = /^\/mindmesh[ \t]+(ok|deny|pause|resume|cancel|steer)(?:[ \t]+(\S.*?))?[ \t]*$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;
/** Texts in these are shown as they are written, or not at all. */
const RAW_HTML = /<(pre|script|style|textarea|code)\b[^>]*>/i;

/**
 * The commands of a comment, in their order. A line counts only where a reader sees it as a line of the writer's own: not in a
 * quote, in code (fenced, indented or inline), nor in a HTML comment or a raw element. What is no command in its form is none at
 * all: `/mindmesh ok with it` approves nothing.
 */
export function commandsIn(text: string): readonly Command[] {
  const commands = visibleLines(text).flatMap((line) => commandOf(line) ?? []);
  return commands.slice(0, MAX_COMMANDS);
}

function commandOf(line: string): Command | undefined {
  const [, name, rest = ''] = COMMAND.exec(line) ?? [];
  switch (name) {
    case 'ok':
      return okOf(rest);
    case 'deny':
      return denyOf(rest);
    case 'pause':
    case 'resume':
    case 'cancel':
      return rest === '' ? { name } : undefined;
    case 'steer':
      return rest === '' ? undefined : { name, text: rest.slice(0, MAX_WORDS) };
    default:
      return undefined;
  }
}

function okOf(rest: string): Command | undefined {
  if (rest === '') return { name: 'ok' };
  const hash = rest.toLowerCase();
  return isHashPrefix(hash) ? { name: 'ok', hash } : undefined;
}

function denyOf(rest: string): Command {
  const [first = '', ...more] = rest.split(/[ \t]+/);
  // A word of people may look like a short hash, `defaced`: then it is one, which denies no more than they meant.
  const hash = first.toLowerCase();
  const isNamed = first.length >= SHORT_HASH && isHashPrefix(hash);
  const reason = (isNamed ? more.join(' ') : rest).slice(0, MAX_WORDS);
  return { name: 'deny', ...(isNamed && { hash }), ...(reason !== '' && { reason }) };
}

/** Where a line lies that is not shown as text of the writer's own. */
type Inside = { readonly fence: string } | { readonly until: string };

function visibleLines(text: string): string[] {
  const lines: string[] = [];
  let inside: Inside | undefined;
  let paragraph = '';
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (inside !== undefined) {
      inside = isEnd(line, inside) ? undefined : inside;
      paragraph = '';
      continue;
    }
    inside = beginOf(line);
    if (line.trim() === '') paragraph = '';
    else if (inside === undefined && !isOpenCode(paragraph)) lines.push(line);
    paragraph += line.trim() === '' ? '' : `${line}\n`;
  }
  return lines;
}

function beginOf(line: string): Inside | undefined {
  const [, fence, info = ''] = FENCE.exec(line) ?? [];
  if (fence !== undefined && !(fence.startsWith('`') && info.includes('`'))) return { fence };
  const comment = line.lastIndexOf('<!--');
  if (comment >= 0 && !line.slice(comment).includes('-->')) return { until: '-->' };
  const raw = RAW_HTML.exec(line)?.[1]?.toLowerCase();
  return raw === undefined || line.toLowerCase().includes(`</${raw}`) ? undefined : { until: `</${raw}` };
}

function isEnd(line: string, inside: Inside): boolean {
  if ('until' in inside) return line.toLowerCase().includes(inside.until);
  const [, fence = '', info = ''] = FENCE.exec(line) ?? [];
  return fence[0] === inside.fence[0] && fence.length >= inside.fence.length && info.trim() === '';
}

/** An inline code span that began earlier in the paragraph goes over its lines. */
function isOpenCode(paragraph: string): boolean {
  return (paragraph.match(/`+/g)?.length ?? 0) % 2 === 1;
}
