import { MeshError } from '../../protocols/errors.ts';
import type { Kind, MeshEvent, Severity } from '../../protocols/event.ts';
import type { EventId } from '../../protocols/ids.ts';
import { Clip } from './clip.ts';
import { readData } from './github-data.ts';
import { actorOf, actorTypeOf, associationOf, sourceOf, timeOf } from './github-envelope.ts';
import { kindOfEvent, ruleOfEvent } from './github-events.ts';
import { githubSeverity } from './github-severity.ts';
import { branchOf, subjectOf, type Thread, threadOf } from './github-subject.ts';
import { readHops } from './hops.ts';
import { isObject, type JsonObject, objectAt, objectsAt, textAt } from './json.ts';
import type { Normalized, NormalizeOptions } from './normalizer.ts';

/**
 * A GitHub webhook as an event of ours, or the word that it is not ours.
 * @throws MeshError `payload-invalid` when the payload lacks what makes it that event; everything else is read leniently,
 * because GitHub adds and drops fields without notice.
 */
export function normalizeGithub(
  event: string,
  id: EventId,
  payload: JsonObject,
  options: NormalizeOptions,
): Normalized {
  const action = textAt(payload, 'action');
  const rule = ruleOfEvent(event);
  const kind = kindOfEvent(rule, action, payload);
  if (kind === 'not-ours') return { status: 'not-ours', event: action === '' ? event : `${event}.${action}` };
  if (rule.needs !== undefined && !isObject(payload[rule.needs])) throw invalid(event, `it has no ${rule.needs}`);
  const thread = threadOf(event, payload);
  if (thread !== undefined && thread.number === undefined) throw invalid(event, 'what it is about has no number');
  return { status: 'event', event: buildEvent({ event, id, payload, action, kind, thread }, options) };
}

interface Parts {
  readonly event: string;
  readonly id: EventId;
  readonly payload: JsonObject;
  readonly action: string;
  readonly kind: Kind;
  readonly thread: Thread | undefined;
}

function buildEvent(parts: Parts, { org, receivedAt }: NormalizeOptions): MeshEvent {
  const { event, id, payload, action, kind, thread } = parts;
  const clip = new Clip();
  const repository = clip.text(textAt(objectAt(payload, 'repository'), 'full_name'), 'name', 'repository');
  const source = clip.text(sourceOf(payload), 'url', 'source');
  const severity = severityOf(kind, payload);
  return {
    specversion: '1.0',
    id,
    source,
    type: clip.text(`com.github.${event}${action === '' ? '' : `.${action}`}`, 'name', 'type'),
    subject: clip.text(subjectOf(event, payload, repository, source), 'title', 'subject'),
    time: timeOf(payload, receivedAt),
    datacontenttype: 'application/json',
    kind,
    org,
    repository,
    actor: clip.text(actorOf(payload), 'name', 'actor'),
    actortype: actorTypeOf(payload),
    authorassociation: associationOf(payload),
    hops: readHops(textsOf(payload, thread), branchOf(event, payload)),
    correlationid: id,
    ...(severity && { severity }),
    data: readData(event, payload, thread, clip),
  };
}

/** What an alert says of itself; whatever else needs attention is broken now. */
function severityOf(kind: Kind, payload: JsonObject): Severity | undefined {
  return githubSeverity(payload) ?? (kind === 'needs_attention' ? 'high' : undefined);
}

/** The texts that came into being with this event, or, where it has none, with what it is about. */
function textsOf(payload: JsonObject, thread: Thread | undefined): string[] {
  for (const key of ['comment', 'review', 'release']) {
    const part = payload[key];
    if (isObject(part)) return [textAt(part, 'body')];
  }
  if (thread !== undefined) return [textAt(thread.part, 'body')];
  if (isObject(payload.check_run)) return [textAt(objectAt(payload.check_run, 'output'), 'summary')];
  const commits = [...objectsAt(payload, 'commits'), objectAt(payload, 'head_commit')];
  return commits.map((commit) => textAt(commit, 'message'));
}

function invalid(event: string, problem: string): MeshError {
  return new MeshError('payload-invalid', { event, problem });
}
