import { ASSOCIATIONS, type Association, type MeshEvent } from '../../protocols/event.ts';
import { isObject, type JsonObject, objectAt, textAt } from './json.ts';

/** The parts of an envelope that GitHub says in the same way for every event. */

const HOME = 'https://github.com';

/** Where it happened, as a URI: the repository, else the org, else GitHub. */
export function sourceOf(payload: JsonObject): string {
  const page = textAt(objectAt(payload, 'repository'), 'html_url');
  if (page !== '') return page;
  const org = textAt(objectAt(payload, 'organization'), 'login');
  return org === '' ? HOME : `${HOME}/${org}`;
}

/** Login of who caused it; a push by a deploy key has only a pusher. */
export function actorOf(payload: JsonObject): string {
  return textAt(objectAt(payload, 'sender'), 'login') || textAt(objectAt(payload, 'pusher'), 'name');
}

export function actorTypeOf(payload: JsonObject): MeshEvent['actortype'] {
  const sender = objectAt(payload, 'sender');
  const type = textAt(sender, 'type');
  if (type === 'Bot' || textAt(sender, 'login').endsWith('[bot]')) return 'bot';
  if (type === 'User') return 'user';
  return type === 'Organization' ? 'organization' : 'unknown';
}

/** Parts that carry an author_association, the one the event is about first. */
const AUTHORED = ['comment', 'review', 'pull_request', 'issue', 'discussion'] as const;

/** What GitHub says of whoever wrote what the event is about: a stranger's pull request stays a stranger's when a member labels it. */
export function associationOf(payload: JsonObject): Association {
  for (const key of AUTHORED) {
    const part = payload[key];
    if (!isObject(part)) continue;
    const association = part.author_association;
    return ASSOCIATIONS.find((known) => known === association) ?? 'UNKNOWN';
  }
  return 'UNKNOWN';
}

/** Times by which payloads say when it happened, the one nearest to the act first. */
const TIMES: readonly (readonly [part: string, key: string])[] = [
  ['comment', 'updated_at'],
  ['review', 'submitted_at'],
  ['pull_request', 'updated_at'],
  ['issue', 'updated_at'],
  ['discussion', 'updated_at'],
  ['deployment_status', 'updated_at'],
  ['deployment', 'updated_at'],
  ['check_run', 'completed_at'],
  ['check_run', 'started_at'],
  ['check_suite', 'updated_at'],
  ['workflow_run', 'updated_at'],
  ['workflow_job', 'completed_at'],
  ['workflow_job', 'started_at'],
  ['release', 'published_at'],
  ['release', 'created_at'],
  ['alert', 'updated_at'],
  ['security_advisory', 'updated_at'],
  ['repository_advisory', 'updated_at'],
];

/**
 * RFC 3339 time of the happening, else of the arrival.
 * @param receivedAt wall-clock milliseconds
 */
export function timeOf(payload: JsonObject, receivedAt: number): string {
  // The payload of a deletion shows the last state of what is gone, and its times with it.
  if (payload.action === 'deleted') return new Date(receivedAt).toISOString();
  return toRfc3339(saidTime(payload)) ?? new Date(receivedAt).toISOString();
}

function saidTime(payload: JsonObject): unknown {
  // Pushes give it in seconds, all other events as text that says something else.
  const pushedAt = objectAt(payload, 'repository').pushed_at;
  if ('pusher' in payload && typeof pushedAt === 'number') return pushedAt * 1000;
  for (const [part, key] of TIMES) {
    const time = objectAt(payload, part)[key];
    if (typeof time === 'string') return time;
  }
  // `status` has it at the top.
  return payload.updated_at;
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** Written anew, because a text may look like a time and be none (30 February, an offset of 99 hours). */
function toRfc3339(time: unknown): string | undefined {
  if (typeof time !== 'number' && !(typeof time === 'string' && RFC_3339.test(time))) return undefined;
  const date = new Date(time);
  const year = date.getUTCFullYear();
  return year >= 0 && year <= 9999 ? date.toISOString() : undefined;
}
