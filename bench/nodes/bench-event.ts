import type { MeshEvent } from '../../protocols/event.ts';
import { type EventId, eventIdOf } from '../../protocols/ids.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import { encodeRecord, type MeshRecord } from '../../protocols/record.ts';

export type EventRecord = Extract<MeshRecord, { type: 'event' }>;

export interface BenchEventOptions {
  /** Unlike that of any other event. */
  readonly name: string;
  /** Of the encoded record. */
  readonly bytes: number;
}

/**
 * An event of a kind that costs the rules next to nothing, filled up to a size. Each is about a subject of its own: order
 * within a subject would make them wait for one another.
 */
export function benchEvent({ name, bytes }: BenchEventOptions): EventRecord {
  return recordOf(name, fillingFor(name, bytes));
}

export function benchEventId(name: string): EventId {
  return eventIdOf('bench', name);
}

/** Names of one length have one filling: making an event should cost little beside what is measured. */
const fillings = new Map<string, string>();

function fillingFor(name: string, bytes: number): string {
  const key = `${name.length} ${bytes}`;
  const known = fillings.get(key);
  if (known !== undefined) return known;
  const filling = 'x'.repeat(Math.max(0, bytes - encodeRecord(recordOf(name, '')).length));
  fillings.set(key, filling);
  return filling;
}

function recordOf(name: string, filling: string): EventRecord {
  const id = benchEventId(name);
  const event: MeshEvent = {
    specversion: '1.0',
    id,
    source: 'https://example.com/bench',
    type: 'com.github.watch.started',
    subject: `bench/app#${name}`,
    time: '2026-01-01T00:00:00Z',
    datacontenttype: 'application/json',
    kind: 'other',
    org: 'dev',
    repository: 'bench/app',
    actor: 'bench',
    actortype: 'user',
    authorassociation: 'MEMBER',
    hops: 0,
    correlationid: id,
    data: { facts: { filling } },
  };
  return { v: WIRE_VERSION, type: 'event', at: Date.now(), event };
}
