import { compareText, type PeerId } from '../../protocols/ids.ts';
import type { Concern, PeerView, RouteView, StatusView } from '../../protocols/operator.ts';
import type { GeneralLoad, NodeCard } from '../../protocols/presence.ts';
import type { Member } from '../ports/roster.ts';

/** What a node knows of itself: everything that `status` shows and no member tells. */
export interface SelfFacts extends Pick<StatusView, 'pid' | 'uptimeMs' | 'ready' | 'dataDir' | 'addresses' | 'http'> {
  readonly card: NodeCard;
  readonly log: StatusView['log'];
  readonly events: StatusView['events'];
  readonly generals: readonly GeneralLoad[];
  readonly rssBytes: number;
  /** Name of the model, or `offline-rules`. */
  readonly model: string;
}

const BYTES_IN_MB = 1_000_000;

export function statusView(facts: SelfFacts, members: readonly Member[], concerns: readonly Concern[]): StatusView {
  const { card, rssBytes, generals, ...rest } = facts;
  const { generals: _, ...node } = card;
  const others = members.filter(({ peer }) => peer !== card.peer);
  return {
    ...node,
    ...rest,
    roles: [...card.roles],
    generals: [...generals],
    peers: {
      known: others.length,
      live: others.filter(({ live }) => live).length,
      connected: others.filter(({ connected }) => connected).length,
    },
    rssMb: Math.round(rssBytes / BYTES_IN_MB),
    concerns: [...concerns],
  };
}

/** @param now monotonic milliseconds. This node first, then by name. */
export function peerViews(members: readonly Member[], self: PeerId, now: number): PeerView[] {
  const byName = [...members].sort((a, b) => compareText(a.presence.card.name, b.presence.card.name));
  const [own, others] = [byName.filter(({ peer }) => peer === self), byName.filter(({ peer }) => peer !== self)];
  return [...own, ...others].map((member) => peerView(member, self, now));
}

function peerView({ peer, presence, live, connected, heardAt, driftMs }: Member, self: PeerId, now: number): PeerView {
  const { card, load } = presence;
  const isSelf = peer === self;
  const { name, org, cluster, region, version } = card;
  return {
    peer,
    name,
    org,
    cluster,
    region,
    roles: [...card.roles],
    generals: card.generals.map((general) => general.name),
    version,
    self: isSelf,
    live,
    connected,
    heardAgoMs: isSelf ? 0 : Math.max(0, Math.round(now - heardAt)),
    driftMs,
    running: sum(load.map(({ running }) => running)),
    queued: sum(load.map(({ queued }) => queued)),
    capacity: sum(load.map(({ capacity }) => capacity)),
  };
}

/** A rule of routing as far as people see it. */
export interface RouteFacts {
  readonly name: string;
  readonly match: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly generals: readonly string[];
  readonly strategy: string;
  readonly priority: string;
  readonly origin: 'default' | 'file';
}

/** @param unrouted the general that gets what no rule matches: shown as the last rule */
export function routeViews(routes: readonly RouteFacts[], unrouted: string): RouteView[] {
  const last: RouteFacts = {
    name: 'unrouted',
    match: {},
    generals: [unrouted],
    strategy: 'round_robin',
    priority: 'low',
    origin: 'default',
  };
  return [...routes, last].map(({ name, match, generals, strategy, priority, origin }) => ({
    name,
    match: matchView(match),
    generals: [...generals],
    strategy,
    priority,
    origin,
  }));
}

function matchView(match: RouteFacts['match']): RouteView['match'] {
  const named = Object.entries(match).flatMap(([key, wanted]) => {
    if (wanted === undefined) return [];
    return [[key, typeof wanted === 'string' ? wanted : [...wanted]] as const];
  });
  return Object.fromEntries(named);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
