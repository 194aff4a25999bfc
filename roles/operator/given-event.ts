import { type EventData, type MeshEvent, TEXT_LIMITS } from '../../protocols/event.ts';
import { digestOf, eventIdOf } from '../../protocols/ids.ts';
import type { DistributeRequest, GivenEvent, SourceEvent } from '../../protocols/mindos.ts';

export interface GivenContext {
  /** The mesh org of this node. */
  readonly org: string;
  /** Wall-clock milliseconds. */
  readonly now: number;
  /** Makes an event without a time of its own one of its kind. */
  readonly unique: string;
}

/** The event of `POST /distribute`, with what the caller chose instead of the routes. */
export function eventOfDistribute(request: DistributeRequest, context: GivenContext): MeshEvent {
  const event = eventOf(request.event, context);
  // An event that came with a choice of its own got it elsewhere: only this call's counts.
  const { asked: _, ...data } = event.data;
  const { llm_generals: generals, target_clusters: clusters, distribution_strategy: strategy } = request;
  const asked = { ...(generals && { generals }), ...(clusters && { clusters }), ...(strategy && { strategy }) };
  return { ...event, data: Object.keys(asked).length === 0 ? data : { ...data, asked } };
}

/** A normalised event keeps its id, so that one that also came by the mesh is one event; it belongs to the org that takes it in. */
export function eventOf(given: GivenEvent, context: GivenContext): MeshEvent {
  return isMeshEvent(given) ? { ...given, org: context.org } : eventOfSource(given, context);
}

function isMeshEvent(given: GivenEvent): given is MeshEvent {
  return given.specversion === '1.0';
}

/** An event of the first source document's form (docs/parity.md 019). The same event again gets the same id. */
export function eventOfSource(given: SourceEvent, context: GivenContext): MeshEvent {
  const { type: kind, repository, user, metadata, timestamp } = given;
  const number = metadata.pr_number;
  const id = eventIdOf('api', digestOf([JSON.stringify(given), timestamp ?? context.unique], 32));
  return {
    specversion: '1.0',
    id,
    source: `https://github.com/${repository}`,
    type: `com.gitlens.${kind}`,
    subject: number === undefined ? repository : `${repository}#${number}`,
    time: timestamp ?? new Date(context.now).toISOString(),
    datacontenttype: 'application/json',
    kind,
    org: context.org,
    repository,
    actor: user,
    actortype: 'unknown',
    authorassociation: 'UNKNOWN',
    hops: 0,
    correlationid: id,
    data: dataOf(given),
  };
}

function dataOf(given: SourceEvent): EventData {
  const { pr_number: number, title = '', description = '', ...others } = given.metadata;
  const texts = { title: title.slice(0, TEXT_LIMITS.title), body: description.slice(0, TEXT_LIMITS.body) };
  const facts = factsOf(others);
  if (number === undefined) return { facts: { ...texts, ...facts } };
  const merged = given.type === 'pr_merged';
  return {
    pullRequest: {
      number,
      ...texts,
      url: `https://github.com/${given.repository}/pull/${number}`,
      state: merged || given.type === 'pr_closed' ? 'closed' : 'open',
      draft: false,
      merged,
      author: given.user,
      // The form has no branches.
      base: { ref: '', sha: '' },
      head: { ref: '', sha: '' },
      labels: [],
    },
    ...(Object.keys(facts).length > 0 && { facts }),
  };
}

const MAX_FACTS = 50;

/** What is short enough to be a fact. */
export function factsOf(values: Readonly<Record<string, unknown>>): NonNullable<EventData['facts']> {
  const facts: [string, string | number | boolean][] = [];
  for (const [name, value] of Object.entries(values).slice(0, MAX_FACTS)) {
    if (typeof value === 'string') facts.push([name, value.slice(0, TEXT_LIMITS.name)]);
    else if (typeof value === 'number' || typeof value === 'boolean') facts.push([name, value]);
  }
  return Object.fromEntries(facts);
}
