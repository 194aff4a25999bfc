import { randomUUID } from 'node:crypto';
import type * as z from 'zod';
import { MeshError } from '../../protocols/errors.ts';
import {
  type Association,
  type EventData,
  KindSchema,
  type MeshEvent,
  type PullRequest,
  SeveritySchema,
  type Trust,
  TrustSchema,
} from '../../protocols/event.ts';
import { eventIdOf } from '../../protocols/ids.ts';
import { type Args, listOf, textOf } from './args.ts';

/** What a payload would have to say for an actor to count so (T6). */
const ASSOCIATION: Readonly<Record<Trust, Association>> = {
  owner: 'OWNER',
  member: 'MEMBER',
  collaborator: 'COLLABORATOR',
  stranger: 'NONE',
  bot: 'NONE',
};

/** An event that never happened, with the fields that routes match on. */
export function imaginedEvent(args: Args, now = Date.now()): MeshEvent {
  const kind = choice(KindSchema, 'kind', textOf(args, 'kind') ?? 'pr_created');
  const trust = choice(TrustSchema, 'trust', textOf(args, 'trust') ?? 'member');
  const severity = textOf(args, 'severity');
  const repository = textOf(args, 'repository') ?? 'example/example';
  const id = eventIdOf('test', randomUUID());
  return {
    specversion: '1.0',
    id,
    source: `https://github.com/${repository}`,
    type: `mindmesh.test.${kind}`,
    subject: `${repository}#1`,
    time: new Date(now).toISOString(),
    datacontenttype: 'application/json',
    kind,
    org: 'test',
    repository,
    actor: 'somebody',
    actortype: trust === 'bot' ? 'bot' : 'user',
    authorassociation: ASSOCIATION[trust],
    hops: 0,
    correlationid: id,
    ...(severity !== undefined && { severity: choice(SeveritySchema, 'severity', severity) }),
    data: dataOf(kind, listOf(args, 'label'), textOf(args, 'branch') ?? 'main'),
  };
}

function dataOf(kind: string, labels: string[], branch: string): EventData {
  if (kind.startsWith('issue_')) return { issue: { ...ABOUT, comments: 0, isPullRequest: false, labels } };
  if (kind.startsWith('pr_') || kind.startsWith('review_')) return { pullRequest: pullRequest(labels, branch) };
  return {
    push: {
      ref: `refs/heads/${branch}`,
      before: '',
      after: '',
      forced: false,
      created: false,
      deleted: false,
      commitCount: 0,
      commits: [],
      url: '',
    },
    ...(labels[0] !== undefined && { label: labels[0] }),
  };
}

const ABOUT = { number: 1, title: '', body: '', url: '', state: 'open', author: 'somebody' };

function pullRequest(labels: string[], branch: string): PullRequest {
  return {
    ...ABOUT,
    draft: false,
    merged: false,
    labels,
    base: { ref: branch, sha: '' },
    head: { ref: 'test', sha: '' },
  };
}

function choice<T extends string>(
  schema: z.ZodType<T> & { readonly options: readonly T[] },
  name: string,
  text: string,
): T {
  const parsed = schema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new MeshError('usage', { problem: `--${name} takes ${schema.options.join(', ')}, not ${text}` });
}
