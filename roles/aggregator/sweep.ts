import type { HookDelivery } from '../ports/deliveries.ts';

/** An event that was sent to a webhook and is not in the log. */
export interface MissingEvent {
  readonly guid: string;
  /** Every try that is known, oldest first; never empty. */
  readonly tries: readonly HookDelivery[];
}

export interface SweepLimits {
  /** Wall clock, milliseconds. */
  readonly now: number;
  /** What was first sent longer ago is let go. Milliseconds. */
  readonly horizonMs: number;
}

/** A delivery this young may still be on its way into the log, and from there to the node that looks. */
const YOUNG_MS = 2 * 60_000;
/** Between tries of an event that nobody takes, e.g. because its secret is wrong: doubled with each, up to this. */
const LONGEST_WAIT_MS = 6 * 60 * 60_000;
/** Deliveries made in the same moment may be listed in any order, and a little late. */
const OVERLAP_MS = 10 * 60_000;

/** Sent to see whether anybody is there: never stored. */
const PING = 'ping';
/** It was taken in under its own id. */
const ACCEPTED = 202;
/** It, or the same body under another id, is here. */
const REPEATED = 200;
/** It is none of the events we take. */
const NOT_OURS = 204;

/**
 * The events that are not in the log though they were sent (I3). A 202 settles nothing: the disk that promised it may be gone. Nor
 * does a 200 after it, which that disk has answered too.
 * @param isKnown is the event of this guid in the log?
 */
export function missing(
  deliveries: readonly HookDelivery[],
  isKnown: (guid: string) => boolean,
  { now, horizonMs }: SweepLimits,
): MissingEvent[] {
  return [...Map.groupBy(withoutRepeats(deliveries), ({ guid }) => guid)]
    .map(([guid, tries]) => ({ guid, tries: tries.toSorted((a, b) => a.at - b.at) }))
    .filter(({ guid, tries }) => !isSettled(tries) && firstAt(tries) > now - horizonMs && !isKnown(guid))
    .sort((a, b) => firstAt(a.tries) - firstAt(b.tries));
}

/** Is it time to ask for it (again)? */
export function isDue({ tries }: MissingEvent, now: number): boolean {
  const wait = Math.min(YOUNG_MS * 2 ** (tries.length - 1), LONGEST_WAIT_MS);
  const age = now - lastTry(tries).at;
  // From the future: our clock was set back, and its age cannot be told. Asked for too early it is a repeat, which harms nobody.
  return age >= wait || age < -YOUNG_MS;
}

/** The try to repeat: GitHub forgets the others first. */
export function newestId({ tries }: MissingEvent): string {
  return lastTry(tries).id;
}

/** How far back the next look must go: what is older was seen, and what is missing of it is remembered. */
export function nextSince(listed: readonly HookDelivery[], since: number): number {
  return listed.reduce((newest, { at }) => Math.max(newest, at - OVERLAP_MS), since);
}

function isSettled(tries: readonly HookDelivery[]): boolean {
  const has = (wanted: number) => tries.some(({ status }) => status === wanted);
  return tries.some(({ event }) => event === PING) || has(NOT_OURS) || (has(REPEATED) && !has(ACCEPTED));
}

/** Looks overlap, so one try may be there twice. */
function withoutRepeats(deliveries: readonly HookDelivery[]): HookDelivery[] {
  return [...new Map(deliveries.map((delivery) => [delivery.id, delivery])).values()];
}

function firstAt(tries: readonly HookDelivery[]): number {
  return tries[0]?.at ?? 0;
}

function lastTry(tries: readonly HookDelivery[]): HookDelivery {
  const last = tries.at(-1);
  if (last === undefined) throw new TypeError('a missing event has been tried at least once');
  return last;
}
