import type { EventId, PeerId } from '../../protocols/ids.ts';
import { EventIdSchema } from '../../protocols/ids.ts';
import type { Distributions, MindosStatus } from '../../protocols/mindos.ts';
import type { EventLine, EventsQuery, ExplainView, GeneralView, PeerView } from '../../protocols/operator.ts';
import type { Journal } from '../ports/journal.ts';
import type { Roster } from '../ports/roster.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Tables, tableKey } from '../ports/tables.ts';
import { COUNTERS, readCount } from '../replica/project-events.ts';
import { getRow, rangeRows } from '../replica/rows.ts';
import { loadStory } from '../replica/stories.ts';
import { type EventState, eventLine } from './event-line.ts';
import { EventWatch } from './event-watch.ts';
import { explainView, type OfferNote } from './explain-view.ts';
import { generalViews } from './general-views.ts';
import { distributionLine, mindosStatus } from './mindos-view.ts';
import { peerViews } from './views.ts';

export interface QueriesOptions {
  readonly self: PeerId;
}

export interface QueriesParts {
  readonly journal: Journal;
  readonly tables: Tables;
  readonly roster: Roster;
  readonly runtime: Runtime;
  /** What only an orchestrator can tell. */
  readonly orchestrator?: {
    offersOf(eventId: EventId): readonly OfferNote[];
    ownerOf(subject: string): PeerId | undefined;
  };
}

type EventsFilter = Required<Pick<EventsQuery, 'limit'>> & EventsQuery;

/** How many rows are read at once while a filter looks for its own. */
const PAGE = 200;
const RECENT_DISTRIBUTIONS = 10;

/** What people ask of any node of the org: answered from its own copy of the logs and from who it has heard of. */
export class Queries {
  readonly #self: PeerId;
  readonly #parts: QueriesParts;
  readonly #watch: EventWatch;

  constructor({ self }: QueriesOptions, parts: QueriesParts) {
    this.#self = self;
    this.#parts = parts;
    this.#watch = new EventWatch({}, parts);
  }

  peers(): PeerView[] {
    return peerViews(this.#parts.roster.members(), this.#self, this.#parts.runtime.monotonic());
  }

  generals(): GeneralView[] {
    const { roster, tables } = this.#parts;
    return generalViews(
      roster.members(),
      (cluster, name) => getRow(tables, 'generals', tableKey(cluster, name))?.status,
    );
  }

  general(cluster: string, name: string): GeneralView | undefined {
    return this.generals().find((general) => general.cluster === cluster && general.name === name);
  }

  /** Newest first. */
  async events({ limit, kind, repository, state }: EventsFilter): Promise<EventLine[]> {
    const lines: EventLine[] = [];
    let after: string | undefined;
    while (lines.length < Number(limit)) {
      const page = await rangeRows(this.#parts.tables, 'events', {
        limit: PAGE,
        ...(after !== undefined && { after }),
      });
      for (const [key, row] of page) {
        after = key;
        if (kind !== undefined && row.kind !== kind) continue;
        if (repository !== undefined && row.repository !== repository) continue;
        const line = eventLine(row, await loadStory(row.eventId, this.#parts));
        if (state === undefined || line.state === (state as EventState)) lines.push(line);
        if (lines.length === Number(limit)) break;
      }
      if (page.length < PAGE) break;
    }
    return lines;
  }

  /** Calls back with each event that comes in or whose state changes; the returned function ends it. */
  onEvent(listener: (line: EventLine) => void): () => void {
    return this.#watch.onEvent(listener);
  }

  /** @param id of an event, or the end of one that only one recent event has */
  async explain(id: string): Promise<ExplainView | undefined> {
    const { orchestrator } = this.#parts;
    const eventId = await this.findEvent(id);
    if (eventId === undefined) return undefined;
    const story = await loadStory(eventId, this.#parts);
    const owner = story.event && orchestrator?.ownerOf(story.event.subject);
    const offers = orchestrator?.offersOf(eventId) ?? [];
    return explainView(story, { names: await this.#names(), offers, ...(owner !== undefined && { owner }) });
  }

  /** Newest first, and how many there are. */
  async distributions(limit: number): Promise<Distributions> {
    const { tables } = this.#parts;
    const rows = await rangeRows(tables, 'distributions', { limit });
    return {
      total: readCount(tables, COUNTERS.records('distribution')),
      recent: rows.map(([, row]) => distributionLine(row, this.nameOf)),
    };
  }

  async mindosStatus(): Promise<MindosStatus> {
    return mindosStatus(this.generals(), await this.distributions(RECENT_DISTRIBUTIONS));
  }

  /** Distinct events of the org, and those that are not settled. */
  async eventCounts(): Promise<{ readonly total: number; readonly open: number }> {
    const { tables } = this.#parts;
    const open = await tables.range('open');
    return { total: readCount(tables, COUNTERS.events), open: open.length };
  }

  /** The open event that came first, as far as the first page of them tells; undefined when none is open. */
  async oldestOpen(): Promise<{ readonly eventId: EventId; readonly at: number } | undefined> {
    const open = await this.#parts.tables.range('open', { limit: PAGE });
    const rows = open.map(([key]) => ({ eventId: key, row: getRow(this.#parts.tables, 'ids', key) }));
    const known = rows.flatMap(({ eventId, row }) =>
      row ? [{ eventId: EventIdSchema.parse(eventId), at: row.at }] : [],
    );
    return known.sort((a, b) => a.at - b.at)[0];
  }

  /** Name of a node, or its id where nobody has told it. */
  readonly nameOf = (peer: PeerId): string => {
    const told = this.#parts.roster.members().find((member) => member.peer === peer);
    return told?.presence.card.name ?? getRow(this.#parts.tables, 'cards', peer)?.card.name ?? peer;
  };

  /** Of every node that ever wrote here, also of those that are away. */
  async #names(): Promise<ReadonlyMap<string, string>> {
    const cards = await rangeRows(this.#parts.tables, 'cards');
    const heard = this.#parts.roster.members();
    return new Map([
      ...cards.map(([, { card }]) => [card.peer, card.name] as const),
      ...heard.map(({ peer, presence }) => [peer, presence.card.name] as const),
    ]);
  }

  /** @param id of an event, or the end of one that only one recent event has */
  async findEvent(id: string): Promise<EventId | undefined> {
    const { tables } = this.#parts;
    const whole = EventIdSchema.safeParse(id);
    if (whole.success && getRow(tables, 'ids', whole.data) !== undefined) return whole.data;
    const recent = await rangeRows(tables, 'events', { limit: PAGE });
    const fits = recent.map(([, row]) => row.eventId).filter((eventId) => eventId.endsWith(id));
    return fits.length === 1 ? fits[0] : undefined;
  }
}
