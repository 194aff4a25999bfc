import { messageOf } from '../../protocols/errors.ts';
import { CALM, type Marks, type Pressure, pressureOf, reserveOf } from '../policy/pressure.ts';
import type { BallastFile, DiskRoom } from '../ports/room.ts';
import type { Runtime } from '../ports/runtime.ts';

export interface PressureWatchParts {
  readonly room: DiskRoom;
  readonly ballast: BallastFile;
  /** Events that are not settled. */
  readonly openEvents: () => number;
  readonly runtime: Pick<Runtime, 'after' | 'log'>;
}

/** What was read at the last look. */
export interface PressureFacts {
  readonly freeBytes?: number;
  /** Bytes that stay free: below it ingest is closed. */
  readonly reserveBytes?: number;
  /** Why the disk could not be read. */
  readonly problem?: string;
  readonly storeBytes: number;
  readonly openEvents: number;
  /** none: it is not wanted · held · released: there was or is no room for it */
  readonly ballast: 'none' | 'held' | 'released';
}

/** Room goes slowly while there is plenty; near its end the next look comes sooner. */
const LOOK_MS = 1_000;
const CLOSE_LOOK_MS = 200;
/** A store of many gigabytes has thousands of files. */
const LOOKS_PER_SIZE = 10;
/** Making a ballast must not take the disk away from a start. */
const FIRST_BALLAST_LOOK = 5;
/** Where it is made anew: making it must not pass a mark by itself. */
const BALLAST_FACTOR = 1.3;

/** Looks at disk, store and open events, and tells who must hold back (I4); gives the ballast up in time (L8). */
export class PressureWatch {
  readonly #marks: Marks;
  readonly #parts: PressureWatchParts;
  readonly #listeners: ((now: Pressure) => void)[] = [];
  #now: Pressure = CALM;
  /** What held before the last look. */
  #before: Pressure = CALM;
  #facts: PressureFacts = { storeBytes: 0, openEvents: 0, ballast: 'none' };
  #looks = 0;
  #cancel: () => void = () => {};
  #stopped = false;

  constructor(marks: Marks, parts: PressureWatchParts) {
    this.#marks = marks;
    this.#parts = parts;
  }

  get now(): Pressure {
    return this.#now;
  }

  get facts(): PressureFacts {
    return this.#facts;
  }

  /** What the ballast would give back now. */
  get ballastBytes(): number {
    return this.#facts.ballast === 'held' ? this.#parts.ballast.bytes : 0;
  }

  /** Calls back when a stage or a reason came or went. */
  onChange(listener: (now: Pressure) => void): void {
    this.#listeners.push(listener);
  }

  /** The first look is over when it resolves. Never rejects. */
  start(): Promise<void> {
    return this.#look();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  async #look(): Promise<void> {
    await this.#read();
    this.#follow();
    if (this.#stopped) return;
    const waitMs = this.#now.stage === 'calm' ? LOOK_MS : CLOSE_LOOK_MS;
    this.#cancel = this.#parts.runtime.after(waitMs, () => void this.#look());
  }

  async #read(): Promise<void> {
    const openEvents = this.#parts.openEvents();
    const storeBytes = await this.#storeBytes();
    try {
      const { freeBytes, totalBytes } = await this.#parts.room.read();
      const reserveBytes = reserveOf(this.#marks, totalBytes);
      const ballast = await this.#trim(freeBytes, reserveBytes);
      this.#facts = { freeBytes, reserveBytes, storeBytes, openEvents, ballast };
      this.#now = this.#pressure({ freeBytes, totalBytes });
    } catch (error) {
      this.#lament(messageOf(error));
      this.#facts = { problem: messageOf(error), storeBytes, openEvents, ballast: this.#facts.ballast };
      this.#now = this.#pressure(undefined);
    }
    this.#looks += 1;
  }

  #pressure(room: { freeBytes: number; totalBytes: number } | undefined): Pressure {
    this.#before = this.#now;
    const { storeBytes, openEvents } = this.#facts;
    return pressureOf({ room, storeBytes, openEvents }, this.#marks, this.#before);
  }

  #follow(): void {
    const { stage, closedFor } = this.#now;
    if (stage === this.#before.stage && closedFor.join() === this.#before.closedFor.join()) return;
    const facts = { stage, closedFor, ...this.#facts };
    const { log } = this.#parts.runtime;
    if (stage === 'calm' && closedFor.length === 0) log.info(facts, 'room again: everything goes on');
    else log.warn(facts, 'room is short: holding back');
    for (const listener of this.#listeners) listener(this.#now);
  }

  /** Gives the ballast up, or makes it, as the room asks for. */
  async #trim(freeBytes: number, reserveBytes: number): Promise<PressureFacts['ballast']> {
    const { ballast, runtime } = this.#parts;
    if (ballast.bytes === 0) return 'none';
    const isHeld = await ballast.isHeld();
    if (isHeld && isNeeded(freeBytes, ballast)) {
      await ballast.release();
      runtime.log.warn({ freeBytes, releasedBytes: ballast.bytes }, 'the disk is full: the ballast is given up');
      return 'released';
    }
    if (isHeld) return 'held';
    const mayMake = this.#looks >= FIRST_BALLAST_LOOK && freeBytes - ballast.bytes >= reserveBytes * BALLAST_FACTOR;
    return mayMake && (await ballast.make()) ? 'held' : 'released';
  }

  async #storeBytes(): Promise<number> {
    if (this.#looks % LOOKS_PER_SIZE !== 0) return this.#facts.storeBytes;
    return this.#parts.room.storeBytes().catch(() => this.#facts.storeBytes);
  }

  /** Once, not at each look. */
  #lament(problem: string): void {
    if (this.#facts.problem !== undefined) return;
    this.#parts.runtime.log.warn({ problem }, 'the room on the disk cannot be read');
  }
}

/** Less is free than the ballast would give back: also asked before a store is opened, which writes at once. */
export function isNeeded(freeBytes: number, { bytes }: Pick<BallastFile, 'bytes'>): boolean {
  return freeBytes < bytes;
}
