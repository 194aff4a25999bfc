/**
 * How much a node may still take on (I4). The stages are passed in this order as room goes, and back in the other:
 * calm · hold (its orchestrator makes no new offers) · busy (its generals accept none) · closed (ingest answers 503).
 */
export const STAGES = ['calm', 'hold', 'busy', 'closed'] as const;
export type Stage = (typeof STAGES)[number];

/** High-water marks. */
export interface Marks {
  /** Bytes that stay free on the disk. */
  readonly minFreeBytes: number;
  /** The share of the disk that stays free, 0–1. The larger of the two counts. */
  readonly minFreeShare: number;
  /** Largest size of the store, bytes. */
  readonly maxStoreBytes: number;
  /** Events that are not settled. */
  readonly maxOpenEvents: number;
}

export interface Room {
  readonly freeBytes: number;
  /** Of the whole file system. */
  readonly totalBytes: number;
}

export interface Load {
  /** Absent while it cannot be read: then nothing follows from it. */
  readonly room?: Room | undefined;
  readonly storeBytes: number;
  readonly openEvents: number;
}

export interface Pressure {
  readonly stage: Stage;
  /** Why ingest is closed; empty while it is open. */
  readonly closedFor: readonly string[];
}

export const CALM: Pressure = { stage: 'calm', closedFor: [] };

/** Only little room holds work up: a full store or many open events become fewer by working. */
const ROOM_FACTORS = { hold: 1.2, busy: 1.1, closed: 1 } as const;
/** A mark that was passed is left only when it is this much better, or a value at the mark would switch all the time. */
const RELIEF = 1.05;

const NO_ROOM = 'the disk is nearly full';
const LARGE_STORE = 'the store has reached its largest size';
const MANY_OPEN = 'too many events are open';

/** @param before what held until now */
export function pressureOf(load: Load, marks: Marks, before: Pressure = CALM): Pressure {
  const was = (reason: string) => before.closedFor.includes(reason);
  const closedFor = [
    ...(isShort('closed', load, marks, was(NO_ROOM)) ? [NO_ROOM] : []),
    ...(isOver(load.storeBytes, marks.maxStoreBytes, was(LARGE_STORE)) ? [LARGE_STORE] : []),
    ...(isOver(load.openEvents, marks.maxOpenEvents, was(MANY_OPEN)) ? [MANY_OPEN] : []),
  ];
  // What closes ingest alone does not keep the generals from working, which is what makes room again.
  const held = (['busy', 'hold'] as const).find((stage) => isShort(stage, load, marks, holdsWork(before, stage)));
  if (closedFor.includes(NO_ROOM)) return { stage: 'closed', closedFor };
  return { stage: held ?? 'calm', closedFor };
}

/** New offers wait. */
export function mayOffer({ stage }: Pressure): boolean {
  return stage === 'calm';
}

/** New work is answered busy. */
export function mayAccept({ stage }: Pressure): boolean {
  return stage === 'calm' || stage === 'hold';
}

/** What stays free of a disk of this size. */
export function reserveOf({ minFreeBytes, minFreeShare }: Marks, totalBytes: number): number {
  return Math.max(minFreeBytes, Math.ceil(minFreeShare * totalBytes));
}

function isShort(stage: 'hold' | 'busy' | 'closed', { room }: Load, marks: Marks, was: boolean): boolean {
  if (room === undefined) return was;
  return room.freeBytes < reserveOf(marks, room.totalBytes) * ROOM_FACTORS[stage] * (was ? RELIEF : 1);
}

function isOver(value: number, limit: number, was: boolean): boolean {
  return value >= limit * (was ? 1 / RELIEF : 1);
}

function holdsWork({ stage }: Pressure, least: Stage): boolean {
  return STAGES.indexOf(stage) >= STAGES.indexOf(least);
}
