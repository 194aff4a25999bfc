import type { Offer, OfferReply } from '../../protocols/dispatch.ts';
import { generalOfSlot, slotOf } from '../../protocols/ids.ts';
import type { OfferedGeneral } from '../../protocols/presence.ts';

/** What a general knows of itself when an offer comes. */
export interface AdmissionState {
  readonly cluster: string;
  readonly generals: readonly OfferedGeneral[];
  /** Running, queued and being accepted, of the offered general. */
  readonly held: number;
  /** starting: its inbox is not read yet · crowded: its node has too little room (I4) · draining: it leaves. None takes new work. */
  readonly phase: 'starting' | 'open' | 'crowded' | 'draining';
  /** Wall clock, milliseconds: what a deadline is measured by. */
  readonly now: number;
  /** Median duration of a task of that general; absent before the first. */
  readonly latencyMs?: number;
}

const STARTING_RETRY_MS = 1_000;
/** Somebody has to make room first. */
const CROWDED_RETRY_MS = 30_000;
export const DRAINING_RETRY_MS = 10_000;
/** A place becomes free about once in a median duration; nobody should ask much more often or wait much longer. */
const FULL_RETRY_MS = { least: 500, usual: 5_000, most: 60_000 } as const;

/** Takes an offer or says why not (W3). Only what no later offer can change is final. */
export function admit(offer: Pick<Offer, 'general' | 'slot' | 'deadline'>, state: AdmissionState): OfferReply {
  const general = state.generals.find(({ name }) => name === offer.general);
  if (general === undefined) {
    const offered = state.generals.map(({ name }) => name).join(', ');
    return refuse(`this node does not offer ${offer.general}, but ${offered === '' ? 'nothing' : offered}`);
  }
  if (generalOfSlot(offer.slot) !== offer.general) return refuse(`slot ${offer.slot} is not of ${offer.general}`);
  if (offer.slot !== offer.general && offer.slot !== slotOf(offer.general, state.cluster)) {
    return refuse(`slot ${offer.slot} is not of cluster ${state.cluster}`);
  }
  if (offer.deadline <= state.now) return refuse('its deadline has passed');
  if (state.phase === 'starting') return { type: 'busy', retryAfterMs: STARTING_RETRY_MS };
  if (state.phase === 'crowded') return { type: 'busy', retryAfterMs: CROWDED_RETRY_MS };
  if (state.phase === 'draining') return { type: 'busy', retryAfterMs: DRAINING_RETRY_MS };
  if (state.held >= general.capacity) return { type: 'busy', retryAfterMs: untilRoom(general, state.latencyMs) };
  return { type: 'accept' };
}

function untilRoom({ concurrency }: OfferedGeneral, latencyMs: number | undefined): number {
  const { least, usual, most } = FULL_RETRY_MS;
  return Math.round(Math.min(Math.max((latencyMs ?? usual) / concurrency, least), most));
}

function refuse(reason: string): OfferReply {
  return { type: 'refuse', reason, final: true };
}
