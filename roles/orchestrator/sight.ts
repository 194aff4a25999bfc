import { type PeerId, SlotIdSchema } from '../../protocols/ids.ts';
import type { NodeCard } from '../../protocols/presence.ts';
import type { Member, Roster } from '../ports/roster.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Tables, tableKey } from '../ports/tables.ts';
import { getRow, rangeRows } from '../replica/rows.ts';
import { LoadEstimate } from './load-estimate.ts';
import { hasRoom, hindranceOf, type Offering } from './offering.ts';
import { orchestratorsOf } from './ownership.ts';

export interface SightParts {
  readonly tables: Tables;
  readonly roster: Roster;
  readonly runtime: Runtime;
}

/** Absent clusters are waited for so long after their nodes last wrote their card (W6). */
const REMEMBER_MS = 7 * 24 * 60 * 60 * 1000;

/** The roster is read again when what was read is older than this. */
const REREAD_MS = 1_000;

/** A node that offers a general: everything but the load of this moment. */
interface Offerer extends Offering {
  readonly heardAt: number;
}

/** What an orchestrator sees of the mesh: who offers what, in which state, how loaded. */
export class Sight {
  readonly #self: NodeCard;
  readonly #parts: SightParts;
  readonly #loads = new LoadEstimate();
  readonly #cards = new Map<PeerId, { readonly card: NodeCard; readonly at: number }>();
  #members = new Map<PeerId, Member>();
  #readAt = Number.NEGATIVE_INFINITY;
  #orchestrators: readonly PeerId[] = [];
  #offerers = new Map<string, readonly Offerer[]>();

  constructor(self: NodeCard, parts: SightParts) {
    this.#self = self;
    this.#parts = parts;
  }

  /** Reads the cards of nodes that were there before this start. */
  async start(): Promise<void> {
    for (const [, { card, at }] of await rangeRows(this.#parts.tables, 'cards')) this.noteCard(card, at);
    this.refresh();
  }

  noteCard(card: NodeCard, at: number): void {
    this.#cards.set(card.peer, { card, at });
    this.#offerers.clear();
  }

  /** The roster, or the status of a general, has changed. */
  refresh(): void {
    this.#read();
    this.#orchestrators = orchestratorsOf(this.#self.org, [...this.#members.values()]);
  }

  /** Those who may own subjects now, sorted. */
  get orchestrators(): readonly PeerId[] {
    return this.#orchestrators;
  }

  get org(): string {
    return this.#self.org;
  }

  get region(): string {
    return this.#self.region;
  }

  /** Every node known to offer the general, also those that cannot be asked now. */
  offerings(general: string): readonly Offering[] {
    return this.#offerersOf(general).map((each) => ({
      ...each,
      given: this.#loads.givenTo(each.peer, general),
      load: this.#loads.loadOf(each.peer, general, { ...each, told: each.load }),
    }));
  }

  canTake(offering: Offering): boolean {
    return hindranceOf(offering, this.#self.org) === undefined;
  }

  /** Could anybody take work of this general now, in one cluster or in any? */
  hasRoom(general: string, cluster?: string): boolean {
    return this.offerings(general).some(
      (each) => this.canTake(each) && hasRoom(each) && (cluster === undefined || each.cluster === cluster),
    );
  }

  /** Names of the generals that somebody could be asked for, each with the clusters: a change of it is worth a new look. */
  openings(generals: Iterable<string>): Map<string, string> {
    const clusters = (general: string) => this.offerings(general).filter((each) => this.canTake(each));
    return new Map(
      [...generals].map((general) => [
        general,
        [...new Set(clusters(general).map(({ cluster }) => cluster))].sort().join(' '),
      ]),
    );
  }

  /** The loads of the mesh, between two presences. */
  countGiven(peer: PeerId, general: string): void {
    this.#loads.give(peer, general);
  }

  countTakenBack(peer: PeerId, general: string): void {
    this.#loads.takeBack(peer, general);
  }

  countEnded(peer: PeerId, general: string): void {
    this.#loads.end(peer, general, this.#heardAt(peer));
  }

  /** A node answered `busy`, or did not answer. */
  countFull(peer: PeerId, general: string): void {
    this.#loads.fill(peer, general, this.#heardAt(peer));
  }

  #heardAt(peer: PeerId): number {
    return this.#members.get(peer)?.heardAt ?? 0;
  }

  #read(): void {
    this.#readAt = this.#parts.runtime.monotonic();
    this.#members = new Map(this.#parts.roster.members().map((member) => [member.peer, member]));
    this.#offerers.clear();
  }

  #offerersOf(general: string): readonly Offerer[] {
    // Regular presences are no news to the roster, but tell the load anew.
    if (this.#parts.runtime.monotonic() - this.#readAt > REREAD_MS) this.#read();
    const known = this.#offerers.get(general);
    if (known !== undefined) return known;
    const present = [...this.#members.values()].flatMap((member) => this.#present(member, general));
    const absent = [...this.#cards.values()]
      .filter(({ card, at }) => !this.#members.has(card.peer) && this.#parts.runtime.wall() - at < REMEMBER_MS)
      .flatMap(({ card }) => this.#absent(card, general));
    // Nobody can be given work whose slot could not be written down: a configuration refuses such names.
    const all = [...present, ...absent].filter(({ cluster }) => isSlot(general, cluster));
    this.#offerers.set(general, all);
    return all;
  }

  #present(member: Member, general: string): Offerer[] {
    const { card, load } = member.presence;
    const offered = card.generals.find(({ name }) => name === general);
    if (offered === undefined) return [];
    const told = load.find(({ name }) => name === general);
    return [
      {
        ...this.#fixed(card, general, offered.specialisations),
        state: stateOf(member),
        load: (told?.running ?? 0) + (told?.queued ?? 0),
        given: 0,
        capacity: told?.capacity ?? offered.capacity,
        ...(told?.latencyMs !== undefined && { latencyMs: told.latencyMs }),
        failureRate: told?.failureRate ?? 0,
        heardAt: member.heardAt,
      },
    ];
  }

  #absent(card: NodeCard, general: string): Offerer[] {
    const offered = card.generals.find(({ name }) => name === general);
    if (offered === undefined) return [];
    const fixed = this.#fixed(card, general, offered.specialisations);
    return [{ ...fixed, state: 'away', load: 0, given: 0, capacity: offered.capacity, failureRate: 0, heardAt: 0 }];
  }

  #fixed({ peer, name, cluster, region, org }: NodeCard, general: string, specialisations: readonly string[]) {
    const status = getRow(this.#parts.tables, 'generals', tableKey(cluster, general))?.status ?? 'active';
    return { peer, node: name, cluster, region, org, specialisations, status };
  }
}

function isSlot(general: string, cluster: string): boolean {
  return SlotIdSchema.safeParse(`${general}@${cluster}`).success;
}

function stateOf({ live, presence }: Member): Offering['state'] {
  if (!live) return 'away';
  if (presence.draining) return 'draining';
  return presence.ready ? 'live' : 'starting';
}
