import type { MeshEvent } from '../../protocols/event.ts';
import type { SlotId } from '../../protocols/ids.ts';
import type { RouteTestView } from '../../protocols/operator.ts';
import type { DistributionRecord } from '../../protocols/record.ts';
import type { Runtime } from '../ports/runtime.ts';
import { firstDistribution, nextDistribution, type Placement, place, wantsOf, withoutWaiting } from './distribution.ts';
import type { People } from './people.ts';
import { type Routing, routeEvent } from './routes.ts';
import type { Rule } from './rule.ts';
import type { Sight } from './sight.ts';
import type { SubjectNumbers } from './subject-numbers.ts';

export interface PlannerOptions {
  readonly rules: readonly Rule[];
  /** The general that gets what no rule matches. */
  readonly unrouted: string;
  /** How long a slot is tried. */
  readonly deadlineMs: number;
  /** How long a general that nobody offers is waited for. */
  readonly waitingDeadlineMs: number;
}

export interface PlannerParts {
  readonly sight: Sight;
  readonly numbers: SubjectNumbers;
  readonly runtime: Runtime;
  /** Says with which event the development of an issue begins. Absent: with none. */
  readonly people?: Pick<People, 'development' | 'begins'>;
}

/** Makes distribution records. It writes none. */
export class Planner {
  readonly #options: PlannerOptions;
  readonly #parts: PlannerParts;
  readonly #cursors = new Map<string, number>();

  constructor(options: PlannerOptions, parts: PlannerParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** @param receivedAt wall clock: from then on a general that nobody offers is waited for. */
  first(event: MeshEvent, receivedAt: number): DistributionRecord {
    const textHash = this.#parts.people?.development(event);
    if (textHash !== undefined) this.#parts.people?.begins(event.subject, textHash);
    const routing = this.#route(event, textHash);
    const placement = place(routing.wants, event.subject, this.#outlook());
    this.#takeTurns(placement);
    const at = this.#wall();
    const waitsUntil = placement.waiting.length > 0 ? receivedAt + this.#options.waitingDeadlineMs : 0;
    const deadline = Math.max(at + this.#options.deadlineMs, waitsUntil);
    const number = this.#parts.numbers.give(event.subject);
    const decided = firstDistribution({ event, routing, placement, number, at, deadline });
    return textHash === undefined ? decided : { ...decided, development: { textHash } };
  }

  again(previous: DistributionRecord, event: MeshEvent, taken: ReadonlySet<SlotId>): DistributionRecord | undefined {
    const wants = wantsOf(previous, event, this.#options.rules);
    const placement = place(wants, event.subject, this.#outlook());
    const at = this.#wall();
    const times = { at, deadline: at + this.#options.deadlineMs };
    const next = nextDistribution(previous, placement, taken, times);
    if (next !== undefined) this.#takeTurns(placement);
    return next;
  }

  giveUpWaiting(previous: DistributionRecord): DistributionRecord {
    return withoutWaiting(previous, this.#wall());
  }

  /** What `first` would decide now, without deciding it. */
  test(event: MeshEvent): RouteTestView {
    const routing = this.#route(event, this.#parts.people?.development(event));
    const placement = place(routing.wants, event.subject, this.#outlook());
    return {
      kind: event.kind,
      subject: event.subject,
      rules: [...routing.rules],
      strategy: [...new Set(routing.wants.map(({ strategy }) => strategy))].join(', '),
      slots: placement.slots.map(({ slot, candidates }) => ({ slot, candidates })),
      waiting: placement.waiting.map(({ general, cluster, reason }) => ({
        general: cluster === undefined ? general : `${general}@${cluster}`,
        reason,
      })),
    };
  }

  #route(event: MeshEvent, textHash?: string): Routing {
    return routeEvent(event, this.#options.rules, this.#options.unrouted, textHash !== undefined);
  }

  #outlook() {
    const { sight } = this.#parts;
    return {
      org: sight.org,
      region: sight.region,
      offerings: (general: string) => sight.offerings(general),
      cursor: (general: string) => this.#cursors.get(general) ?? 0,
    };
  }

  #takeTurns({ slots }: Placement): void {
    for (const { general, strategy } of slots) {
      if (strategy === 'round_robin') this.#cursors.set(general, (this.#cursors.get(general) ?? 0) + 1);
    }
  }

  #wall(): number {
    return Math.max(0, Math.round(this.#parts.runtime.wall()));
  }
}
