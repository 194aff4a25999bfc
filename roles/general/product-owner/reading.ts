import { TEXT_LIMITS } from '../../../protocols/event.ts';
import { hopsIn } from '../../../protocols/marker.ts';
import { commandsIn } from '../../policy/commands.ts';
import { textHashOf } from '../../policy/development.ts';
import { issueTextHash } from '../../policy/text-hash.ts';
import type { Forge, ForgeComment } from '../../ports/forge.ts';
import type { Scene } from '../conversation.ts';

/** An issue with what people said below it, as it is now. */
export interface Reading {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly labels: readonly string[];
  readonly isOpen: boolean;
  /** Of title and body; empty where only a part of them is known. */
  readonly textHash: string;
  /** Of people, without what only tells the mesh something; the oldest first. */
  readonly comments: readonly { readonly author: string; readonly body: string }[];
  /** Names the last of those; empty before the first, undefined where nobody can tell. */
  readonly heard: string | undefined;
  /** What agents wrote below it, on whichever node: the record of it may still be on its way here. */
  readonly said: Said;
}

/** The parts of agents' comments that must not be said twice. */
export interface Said {
  readonly questions: readonly string[];
  /** Beginnings of hashes that people were shown, to be approved. */
  readonly hashes: readonly string[];
}

/** Reads the issue anew: an event tells how it was, and others may have followed. Undefined where the event is about no issue. */
export async function readIssue({ event, signal }: Scene, forge: Forge | undefined): Promise<Reading | undefined> {
  const { issue } = event.data;
  if (issue === undefined || issue.isPullRequest || event.repository === '') return undefined;
  if (forge === undefined) return fromEvent(event);
  const at = { repository: event.repository, number: issue.number };
  const now = await forge.issue(at, signal);
  const { items } = await forge.comments(at, signal);
  const { number, title, body, author, labels, state } = now;
  const said = items.filter(isOfPeople);
  return {
    ...{ number, title, body, author, labels, isOpen: state === 'open', textHash: hashOf(now) },
    comments: said.map((comment) => ({ author: comment.author, body: comment.body })),
    heard: said.at(-1)?.id ?? '',
    said: saidIn(items.filter(({ body: text }) => hopsIn(text) > 0).map(({ body: text }) => text)),
  };
}

/** Without a forge the event is all there is: its issue, and the one comment it may be about. */
function fromEvent({ data, id, actor, actortype, hops }: Scene['event']): Reading | undefined {
  const { issue, comment } = data;
  if (issue === undefined) return undefined;
  const { number, title, body, author, labels, state } = issue;
  const isHeard = comment !== undefined && hops === 0 && actortype === 'user' && !isCommand(comment.body);
  return {
    ...{ number, title, body, author, labels, isOpen: state === 'open', textHash: textHashOf({ id, data }) ?? '' },
    comments: isHeard ? [{ author: actor, body: comment.body }] : [],
    heard: isHeard ? String(comment.id) : undefined,
    said: saidIn([]),
  };
}

/** What is longer than an event holds is never known whole to those who decide about it, so nobody can approve it. */
function hashOf({ title, body }: { readonly title: string; readonly body: string }): string {
  const isWhole = title.length <= TEXT_LIMITS.title && body.length <= TEXT_LIMITS.body;
  return isWhole ? issueTextHash({ title, body }) : '';
}

/** As roles/general/product-owner/words.ts writes them. Who forges such a comment keeps us silent, and no more. */
function saidIn(bodies: readonly string[]): Said {
  const text = bodies.join('\n');
  return {
    questions: [...text.matchAll(/^\d{1,2}\. (.{1,500})$/gm)].map(([, question = '']) => question),
    hashes: [...text.matchAll(/\/mindmesh ok ([0-9a-f]{12})/g)].map(([, hash = '']) => hash),
  };
}

/** No agent's, and no bot's: what those say is no answer of a person. */
function isOfPeople({ isBot, body }: ForgeComment): boolean {
  return !isBot && hopsIn(body) === 0 && !isCommand(body);
}

/** Nothing but commands: heeded elsewhere, and nothing about the issue. */
function isCommand(body: string): boolean {
  if (commandsIn(body).length === 0) return false;
  return body.split('\n').every((line) => line.trim() === '' || line.startsWith('/mindmesh'));
}
