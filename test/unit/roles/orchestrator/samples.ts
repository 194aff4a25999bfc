import { type MeshEvent, MeshEventSchema } from '../../../../protocols/event.ts';
import type { Offering } from '../../../../roles/orchestrator/offering.ts';
import type { SelectionContext } from '../../../../roles/orchestrator/rank.ts';
import { peerNamed } from '../../../fakes/cards.ts';

export function eventOf(fields: Partial<MeshEvent> = {}): MeshEvent {
  return MeshEventSchema.parse({
    specversion: '1.0',
    id: 'github:1',
    source: 'https://github.com/acme/app',
    type: 'com.github.pull_request.opened',
    subject: 'acme/app#7',
    time: '2026-01-02T03:04:05Z',
    datacontenttype: 'application/json',
    kind: 'pr_created',
    org: 'acme',
    repository: 'acme/app',
    actor: 'octocat',
    actortype: 'user',
    authorassociation: 'MEMBER',
    hops: 0,
    correlationid: 'github:1',
    data: {},
    ...fields,
  });
}

export function pullRequest(
  fields: { labels?: string[]; base?: string } = {},
): NonNullable<MeshEvent['data']['pullRequest']> {
  return {
    number: 7,
    title: 'A title',
    body: '',
    url: 'https://github.com/acme/app/pull/7',
    state: 'open',
    draft: false,
    merged: false,
    author: 'octocat',
    base: { ref: fields.base ?? 'main', sha: 'a' },
    head: { ref: 'topic', sha: 'b' },
    labels: fields.labels ?? [],
  };
}

export function issue(labels: string[] = []): NonNullable<MeshEvent['data']['issue']> {
  return {
    number: 3,
    title: 'A title',
    body: '',
    url: 'https://github.com/acme/app/issues/3',
    state: 'open',
    author: 'octocat',
    labels,
    comments: 0,
    isPullRequest: false,
  };
}

export function offeringOf(node: string, fields: Partial<Offering> = {}): Offering {
  return {
    peer: peerNamed(node),
    node,
    cluster: 'prod-us',
    region: 'us-east',
    org: 'acme',
    specialisations: [],
    state: 'live',
    status: 'active',
    load: 0,
    given: 0,
    capacity: 10,
    failureRate: 0,
    ...fields,
  };
}

export const CONTEXT: SelectionContext = {
  org: 'acme',
  region: 'us-east',
  subject: 'acme/app#7',
  cursor: 0,
  wanted: [],
};
