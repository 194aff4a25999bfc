import { type Strategy, StrategySchema } from '../../protocols/dispatch.ts';
import type { MeshEvent } from '../../protocols/event.ts';
import { type SlotId, slotOf } from '../../protocols/ids.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import type { Candidate, DistributionRecord, SlotPlan } from '../../protocols/record.ts';
import { priorityOf } from '../policy/priority.ts';
import type { Offering } from './offering.ts';
import type { SelectionContext } from './rank.ts';
import type { Routing, Want } from './routes.ts';
import { capabilitiesOf, type Rule } from './rule.ts';
import { SELECTIONS } from './strategies.ts';

/** What a decision is made from. */
export interface Outlook {
  readonly org: string;
  readonly region: string;
  offerings(general: string): readonly Offering[];
  /** How often the general was chosen in turn so far. */
  cursor(general: string): number;
}

export interface Placement {
  readonly slots: readonly SlotPlan[];
  readonly waiting: DistributionRecord['waiting'];
}

/** Chooses where each wanted general's work goes. What nobody can take now waits, with the reason. */
export function place(wants: readonly Want[], subject: string, outlook: Outlook): Placement {
  const slots: SlotPlan[] = [];
  const waiting: DistributionRecord['waiting'] = [];
  for (const want of wants) {
    const { general, rule, strategy, priority } = want;
    const offerings = outlook.offerings(general).filter((each) => want.clusters?.includes(each.cluster) ?? true);
    for (const { cluster, candidates } of SELECTIONS[strategy](offerings, contextOf(want, subject, outlook)).parts) {
      const what = { general, ...(cluster !== undefined && { cluster }), rule, strategy, priority };
      if (candidates.some(isRanked)) {
        slots.push({ slot: slotOf(general, cluster), ...what, candidates: [...candidates] });
      } else {
        waiting.push({ ...what, reason: reasonToWait(offerings, candidates) });
      }
    }
  }
  return { slots, waiting };
}

function contextOf(want: Want, subject: string, outlook: Outlook): SelectionContext {
  const { org, region } = outlook;
  return { org, region, subject, cursor: outlook.cursor(want.general), wanted: want.capabilities };
}

export function isRanked(candidate: Candidate): boolean {
  return candidate.rank !== undefined;
}

function reasonToWait(offerings: readonly Offering[], candidates: readonly Candidate[]): string {
  if (candidates.length === 0) return 'nobody offers it';
  const nameOf = (candidate: Candidate) =>
    offerings.find(({ peer }) => peer === candidate.peer)?.node ?? candidate.peer;
  return candidates
    .map((candidate) => `${nameOf(candidate)} in ${candidate.cluster} is ${candidate.reason}`)
    .join('; ');
}

export interface FirstDecision {
  readonly event: MeshEvent;
  readonly routing: Routing;
  readonly placement: Placement;
  /** Place among the events of its subject (W2). */
  readonly number: number;
  /** Wall clock, milliseconds. */
  readonly at: number;
  /** Wall-clock end of trying. */
  readonly deadline: number;
}

export function firstDistribution({ event, routing, placement, ...rest }: FirstDecision): DistributionRecord {
  return {
    v: WIRE_VERSION,
    type: 'distribution',
    ...rest,
    eventId: event.id,
    subject: event.subject,
    kind: event.kind,
    revision: 0,
    rule: routing.rules.join(', '),
    strategy: [...new Set(routing.wants.map(({ strategy }) => strategy))].join(', '),
    priority: routing.priority,
    trust: routing.trust,
    slots: [...placement.slots],
    waiting: placement.waiting,
    ...(routing.repeated.length > 0 && { repeated: [...routing.repeated] }),
  };
}

/** The generals of a decision as wants: it is made again as it was, even where the rules have changed since. */
export function wantsOf(record: DistributionRecord, event: MeshEvent, rules: readonly Rule[]): Want[] {
  const wants = new Map<string, Want>();
  for (const each of [...record.slots, ...record.waiting]) {
    const clusters = event.data.asked?.clusters;
    wants.set(each.general, {
      general: each.general,
      rule: each.rule ?? record.rule,
      strategy: strategyOf(each.strategy ?? record.strategy),
      priority: priorityOf(each.priority ?? record.priority),
      capabilities: capabilitiesOf(
        rules.find(({ name }) => name === each.rule),
        event,
      ),
      ...(clusters && { clusters }),
    });
  }
  return [...wants.values()];
}

function strategyOf(text: string): Strategy {
  const parsed = StrategySchema.safeParse(text);
  return parsed.success ? parsed.data : 'round_robin';
}

/**
 * The decision made again because somebody came: adds slots that had to wait and nodes that were not ranked.
 * Slots in `taken` (somebody works on them, or they have ended) stay as they are. Undefined when nothing would be won.
 */
export function nextDistribution(
  previous: DistributionRecord,
  placement: Placement,
  taken: ReadonlySet<SlotId>,
  times: { readonly at: number; readonly deadline: number },
): DistributionRecord | undefined {
  const kept = previous.slots.map((old) => {
    const again = placement.slots.find(({ slot }) => slot === old.slot);
    return again !== undefined && !taken.has(old.slot) && ranksSomebodyNew(old, again) ? again : old;
  });
  const added = placement.slots.filter(({ slot }) => !previous.slots.some((old) => old.slot === slot));
  if (added.length === 0 && kept.every((plan) => previous.slots.includes(plan))) return undefined;
  const slots = [...kept, ...added];
  return {
    ...previous,
    at: times.at,
    deadline: Math.max(previous.deadline, times.deadline),
    revision: previous.revision + 1,
    slots,
    waiting: placement.waiting.filter((each) => !slots.some(({ slot }) => slot === slotOf(each.general, each.cluster))),
  };
}

function ranksSomebodyNew(old: SlotPlan, again: SlotPlan): boolean {
  const before = new Set(old.candidates.filter(isRanked).map(({ peer }) => peer));
  return again.candidates.some((candidate) => isRanked(candidate) && !before.has(candidate.peer));
}

/** The last decision about generals that nobody offered for too long: each gets a slot, so that its end can be recorded. */
export function withoutWaiting(previous: DistributionRecord, at: number): DistributionRecord {
  const slots = previous.waiting.map(({ reason: _reason, ...what }) => ({
    slot: slotOf(what.general, what.cluster),
    ...what,
    candidates: [],
  }));
  return { ...previous, at, revision: previous.revision + 1, slots: [...previous.slots, ...slots], waiting: [] };
}
