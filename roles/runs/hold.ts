import { LEASE_MS } from '../../protocols/dispatch.ts';

/**
 * An executor's leave to act for a run (E3). It is renewed by asking the controller, and counted from the moment of asking: the
 * controller counts from the moment it hears, which is later, so the executor has stopped before anybody else begins, whatever the
 * network does to the messages. Both sides use their own monotonic clocks and never compare them.
 */
export interface Hold {
  /** Monotonic milliseconds of the executor when it sent the newest question that was answered with yes. */
  readonly askedAt: number;
}

/** Two clocks run alike but for this share; a larger one makes an abandoned run be found later. */
const CLOCK_RATE_ERROR = 0.01;

/** Is an effect allowed now? Asked before each one: an executor that could not renew stops here. */
export function mayAct({ askedAt }: Hold, now: number): boolean {
  return now - askedAt < LEASE_MS;
}

/** May the controller take the run for abandoned? @param heardAt its own monotonic milliseconds of the newest renewal it answered with yes */
export function isAbandoned(heardAt: number, now: number): boolean {
  return now - heardAt >= LEASE_MS * (1 + 2 * CLOCK_RATE_ERROR);
}
